"""Rules on `idle:`: nobody touched the journey, or an item in its start stage, for a while (plan.md 6, 18)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from plan.calendar import add, at_local, local_date
from plan.keys import stem
from plan.life import Life, Trigger
from plan.model import Plan, Rule
from plan.period import multiples
from plan.planned import Planned
from plan.roles import APPLICANT, canonical


class Touch(NamedTuple):
    """When somebody worked on it, and when the journey could know."""

    at: datetime
    heard_at: datetime


def idling(rule: Rule, plan: Plan, life: Life) -> Iterator[Planned]:
    """At 1…n times the span after each touch, until the next one."""
    if rule.idle is None:
        return
    acts = [trigger for trigger in life.triggers if not trigger.retracted and by_applicant(plan, trigger)]
    items = [item for item, track in life.items.items() if track.kind == rule.of] if rule.of else [None]
    offsets = multiples(rule.idle, rule.repeat)
    for item in items:
        found = _touches(life, item, acts)
        for touch, following in [*pairwise(found), (found[-1], None)]:
            touched_on = local_date(touch.at, plan.timezone)
            known_at = max(touch.heard_at, life.journey.started_at)
            moment = f"~{touch.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            for offset in offsets:
                day = add(touched_on, offset)
                leaves = at_local(day, rule.at or plan.window.opens, plan.timezone)
                if following is not None and leaves >= following.at:
                    break
                yield Planned(rule, stem(rule.name, offset, moment, item), known_at, day, None, offset, item)


def _touches(life: Life, item: str | None, acts: Iterable[Trigger]) -> list[Touch]:
    """Earliest first, never empty: its beginning, then what the applicant did with it and every `touched`.

    Coming back to its start stage begins a new spell for an item too, whoever sent it back.
    """
    found = {act.at: Touch(act.at, act.heard_at) for act in acts if item is None or act.item == item}
    if item is None:
        created_at = life.journey.created_at
        found[created_at] = Touch(created_at, max(created_at, life.journey.started_at))
    else:
        visits = life.items[item].visits
        found |= {visit.at: Touch(visit.at, visit.heard_at) for visit in visits if visit.stage == visits[0].stage}
    return sorted(found.values())


def by_applicant(plan: Plan, trigger: Trigger) -> bool:
    """Whether it is something that the applicant did: no passing, nothing by staff (6)."""
    fact = trigger.fact
    if fact is None:
        return False
    declared = plan.events.get(fact.type)
    by = fact.by or (declared.by if declared is not None else None) or ""
    return fact.type == "touched" or canonical(by.partition(".")[0]) == APPLICANT
