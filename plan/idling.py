"""Rules on `idle:`: nobody touched the journey, or an item in its start stage, for a while (plan.md 6, 18)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from plan.calendar import add, at_local, local_date
from plan.keys import stem
from plan.life import Life, Trigger
from plan.model import Plan, Rule
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
    items = [item for item, track in life.items.items() if track.kind == rule.of] if rule.of else [None]
    for item in items:
        found = touches(plan, life, item)
        for touch, following in [*pairwise(found), (found[-1], None)]:
            for count in range(1, rule.repeat + 1):
                offset = rule.idle.times(count)
                day = add(local_date(touch.at, plan.timezone), offset)
                leaves = at_local(day, rule.at or plan.window.opens, plan.timezone)
                if following is not None and leaves >= following.at:
                    break
                known_at = max(touch.heard_at, life.journey.started_at)
                moment = f"~{touch.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
                yield Planned(rule, stem(rule.name, offset, moment, item), known_at, day, None, offset, item)


def touches(plan: Plan, life: Life, item: str | None) -> list[Touch]:
    """Earliest first, never empty: its beginning, then every fact by the applicant and every `touched`.

    Coming back to its start stage begins a new spell for an item too, whoever sent it back.
    """
    if item is None:
        began = [Touch(life.journey.created_at, max(life.journey.created_at, life.journey.started_at))]
    else:
        track = life.items[item]
        first = track.visits[0].stage
        began = [Touch(visit.at, visit.heard_at) for visit in track.visits if visit.stage == first]
    found = [
        Touch(trigger.at, trigger.heard_at)
        for trigger in life.triggers
        if not trigger.retracted and item in {None, trigger.item} and by_applicant(plan, trigger)
    ]
    return sorted({touch.at: touch for touch in [*found, *began]}.values())


def by_applicant(plan: Plan, trigger: Trigger) -> bool:
    """Whether it is something that the applicant did: no passing, nothing by staff (6)."""
    fact = trigger.fact
    if fact is None:
        return False
    declared = plan.events.get(fact.type)
    by = fact.by or (declared.by if declared is not None else None) or ""
    return fact.type == "touched" or canonical(by.partition(".")[0]) == APPLICANT
