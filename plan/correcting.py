"""Rules on `corrects:`: a message spoke of what, as the facts now show, never was (plan.md 3)."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from plan.facts import Sent
from plan.keys import parse, stem
from plan.life import Life, Trigger
from plan.model import Rule
from plan.planned import Planned

REACHED = frozenset({"sent", "unknown", "on_wire"})  # the reader has it, or may have it


def correcting(rule: Rule, life: Life, standing: frozenset[str], sent: Mapping[str, Sent]) -> Iterator[Planned]:
    """One occurrence for each message of these rules whose cause is gone; `standing` are keys whose cause is not.

    A date that was moved was true when it was told: that is what `moved:` is for.
    """
    told = set()
    for row in sorted(sent.values(), key=lambda row: row.key):
        key = parse(row.key)
        if key is None or key.rule not in rule.corrects or row.state not in REACHED or row.key in standing:
            continue
        what = stem(rule.name, None, key.moment, key.item)
        if not key.moment.startswith("#") or what in told:
            continue
        told.add(what)
        learned_at = _learned_at(life, key.moment.removeprefix("#"))
        trigger = Trigger(rule.name, key.moment, learned_at, learned_at, key.item)
        yield Planned(rule, what, learned_at, instant=learned_at, item=key.item, trigger=trigger)


def _learned_at(life: Life, fact_id: str) -> datetime:
    """When the journey heard that the fact does not count, else when it last heard anything."""
    back = life.taken_back.get(fact_id)
    heard = [at for id_, at in life.heard.items() if back in {None, id_}]
    return max(heard, default=life.journey.started_at)
