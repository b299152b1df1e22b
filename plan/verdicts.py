"""How one fact is taken at its place in the fold: accepted, waiting, no change or refused (plan.md 2)."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from plan import statements
from plan.agenda import FactVerdict
from plan.arrows import Arrows
from plan.facts import Fact
from plan.life import Life, Track
from plan.model import RESERVED_EVENTS, Arrow

ACCEPTED = FactVerdict(verdict="accepted")
LATE = FactVerdict(verdict="late_event", reason="the journey had ended")


def verdict(life: Life, arrows: Arrows, fact: Fact, ids: frozenset[str], opens: Callable[[Arrow], bool]) -> FactVerdict:
    """The verdict in the stages reached so far; `ids` are those of all facts, for retractions.

    `opens` says whether an arrow's condition holds at this place of the fold.
    """
    track = life.items.get(fact.item) if fact.item is not None else None
    given = _reserved(life, fact, track, ids) if fact.type in RESERVED_EVENTS else None
    return given if given is not None else _by_arrows(life, arrows, fact, track, opens)


def _reserved(life: Life, fact: Fact, track: Track | None, ids: frozenset[str]) -> FactVerdict | None:
    """What the language itself says of its own events; None where arrows decide."""
    if fact.type == statements.CREATED:
        return FactVerdict(verdict="no_change", reason="the journey has been created already")
    reason = statements.fault(life.process, fact)
    if reason is not None:
        return FactVerdict(verdict="refused", reason=reason)
    if fact.type == "retracted" and fact.data["id"] not in ids:
        return FactVerdict(verdict="waiting", reason="no fact with this id is known")
    if fact.type not in statements.SETS_STAGE:
        return None
    reached = life.track if fact.item is None else track
    if reached is None:
        return FactVerdict(verdict="waiting", reason="the item is not known")
    return ACCEPTED if reached.stage != fact.data["to"] else _there(reached.stage)


def _by_arrows(
    life: Life, arrows: Arrows, fact: Fact, track: Track | None, opens: Callable[[Arrow], bool]
) -> FactVerdict:
    """Accepted with an arrow from a stage reached, or with none anywhere; else waiting, or no change."""
    found: list[FactVerdict] = []
    if fact.type in arrows.targets:
        if arrows.out_of(life.track.stage, fact.type, opens):
            return ACCEPTED
        found.append(_without_arrow(life.track.stage, arrows.targets[fact.type]))
    targets = arrows.item_targets.get(fact.type, {})
    if track is not None and track.kind in targets:
        if arrows.out_of_item(track.kind, track.stage, fact.type, opens):
            return ACCEPTED
        found.append(_without_arrow(track.stage, targets[track.kind]))
    return next((v for v in found if v.verdict == "waiting"), found[0] if found else ACCEPTED)


def _without_arrow(stage: str, targets: AbstractSet[str]) -> FactVerdict:
    if stage in targets:
        return _there(stage)
    return FactVerdict(verdict="waiting", reason=f"nothing leads on from {stage} by it yet")


def _there(stage: str) -> FactVerdict:
    return FactVerdict(verdict="no_change", reason=f"the stage is already {stage}")
