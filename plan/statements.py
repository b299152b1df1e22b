"""What facts say before any stage is folded: which are taken back, and which dates they give to clocks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from plan.clocks import Statement, day_of, told_values
from plan.facts import Fact, Journey
from plan.model import Process
from plan.period import Period

CREATED = "created"
REOPENED = "journey_reopened"
GIVES_DATES = frozenset({"told", "extension_granted"})
SETS_STAGE = frozenset({"stage_set", REOPENED})


def in_order(journey: Journey, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts by `at`, equal ones by arrival; before `created` counts from `created` (1, 5)."""
    counted = (f if f.at >= journey.created_at else f.model_copy(update={"at": journey.created_at}) for f in facts)
    return tuple(sorted(counted, key=lambda f: (f.at, f.order)))


def created(journey: Journey) -> Fact:
    """The fact with which every journey begins, first in every order."""
    at = journey.created_at
    return Fact(id=CREATED, type=CREATED, at=at, heard_at=max(at, journey.started_at), order=-1)


def taken_back(facts: Iterable[Fact]) -> dict[str, str]:
    """Ids of retracted facts, each with the id of the fact that took it back; a retraction can be retracted itself."""
    retractions = {f.id: f for f in facts if f.type == "retracted"}
    found: dict[str, str] = {}
    for fact in sorted(retractions.values(), key=lambda f: f.order, reverse=True):
        target = fact.data.get("id")
        if fact.id not in found and isinstance(target, str) and target not in {fact.id, CREATED}:
            later = retractions.get(target)
            if later is None or later.order < fact.order:
                found[target] = fact.id
    return found


def fault(process: Process, fact: Fact) -> str | None:
    """Why a reserved fact cannot take effect, in a sentence; None if it can."""
    match fact.type:
        case "stage_set" | "journey_reopened" if fact.data.get("to") not in stages(process, fact.item):
            return f"{fact.type} names a stage that this process does not have"
        case "extension_granted" if fact.data.get("deadline") not in process.deadlines:
            return "extension_granted names a deadline that this process does not have"
        case "extension_granted" if day_of(fact.data.get("to")) is None and period_of(fact.data.get("by")) is None:
            return "extension_granted needs `to` with a date or `by` with a length of time"
        case "retracted" if not isinstance(fact.data.get("id"), str):
            return "retracted needs the id of the fact to take back"
        case "retracted" if fact.data.get("id") in {fact.id, CREATED}:
            return "this fact cannot be taken back"
    return None


def stages(process: Process, item: str | None) -> frozenset[str]:
    """Every stage that an arrow or a start names: of the process, or of its items for a fact about an item."""
    if item is None:
        arrows = [*process.anywhere.values(), *(a for s in process.stages.values() for a in s.arrows.values())]
        return frozenset({process.start, *process.stages, *(a.to for a in arrows)})
    kinds = process.items.values()
    targets = {a.to for k in kinds for s in k.stages.values() for a in s.arrows.values()}
    return frozenset({*(k.start for k in kinds), *(name for k in kinds for name in k.stages), *targets})


def said_of_clocks(process: Process, facts: Sequence[Fact], started_at: datetime) -> dict[str, list[Statement]]:
    """Statements about deadlines, in order: extensions of it, and what was told of the field it reads."""
    said: dict[str, list[Statement]] = defaultdict(list)
    fields = [(name, d.told) for name, d in process.deadlines.items() if d.told is not None]
    for fact in facts:
        if fact.type not in GIVES_DATES:
            continue
        known_at = max(fact.at, fact.heard_at, started_at)
        if fact.type == "told":
            values = told_values(fact.data)
            for name, field in fields:
                if field in values:
                    said[name].append(_told(fact, known_at, values[field]))
        elif fact.type == "extension_granted" and fault(process, fact) is None:
            to, by = day_of(fact.data.get("to")), period_of(fact.data.get("by"))
            said[str(fact.data["deadline"])].append(
                Statement(fact, known_at, to, by if to is None else None, extends=True)
            )
    return said


def gives_dates(process: Process, fact: Fact) -> bool:
    """Whether a fact works on others wherever it stands in time: it takes one back, or moves a clock."""
    if fact.type == "told":
        told: Mapping[str, JsonValue] = told_values(fact.data)
        return any(d.told in told for d in process.deadlines.values())
    return fact.type in {"retracted", "extension_granted"}


def period_of(value: JsonValue) -> Period | None:
    """A length of time as facts carry it; None for anything else."""
    try:
        return Period.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _told(fact: Fact, known_at: datetime, value: JsonValue) -> Statement:
    day = day_of(value)
    problem = None if day else "it has not been told yet" if value is None else "what was told is not a date"
    return Statement(fact, known_at, to=day, problem=problem)
