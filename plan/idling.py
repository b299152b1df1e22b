"""Rules on `idle:`: nobody touched the journey, or an item in its start stage, for a while (plan.md 6, 18)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, NamedTuple

from plan.calendar import add, at_local, local_date
from plan.keys import stem
from plan.life import Life, Trigger
from plan.model import Plan, Rule
from plan.once import once
from plan.period import multiples
from plan.planned import Planned
from plan.roles import APPLICANT, canonical

TOUCHED: Final = "touched"


class Touch(NamedTuple):
    """When somebody worked on it, and when the journey could know."""

    at: datetime
    heard_at: datetime


def idling(rule: Rule, plan: Plan, life: Life) -> Iterator[Planned]:
    """At 1…n times the span after each touch, until the next one."""
    if rule.idle is None:
        return
    items = [item for item, track in life.items.items() if track.kind == rule.of] if rule.of else [None]
    acts = _acts(plan, life, of_items=rule.of is not None)
    offsets, zone = multiples(rule.idle, rule.repeat), plan.timezone
    leaves_at = rule.at or plan.window.opens
    for item in items:
        found = _touches(life, item, acts.get(item, ()))
        for touch, following in [*pairwise(found), (found[-1], None)]:
            touched_on = local_date(touch.at, zone)
            known_at = max(touch.heard_at, life.journey.started_at)
            moment = f"~{touch.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
            for offset in offsets:
                day = add(touched_on, offset)
                if following is not None and at_local(day, leaves_at, zone) >= following.at:
                    break
                yield Planned(rule, stem(rule.name, offset, moment, item), known_at, day, None, offset, item)


def _acts(plan: Plan, life: Life, *, of_items: bool) -> dict[str | None, list[Trigger]]:
    """What the applicant did, by the item that it was about; all of it under None if no item is asked about."""
    found: dict[str | None, list[Trigger]] = defaultdict(list)
    own = applicants_own(plan, life.process.name)
    for trigger in life.triggers:
        if not trigger.retracted and (trigger.item is not None or not of_items) and by_applicant(own, trigger):
            found[trigger.item if of_items else None].append(trigger)
    return found


def _touches(life: Life, item: str | None, acts: Iterable[Trigger]) -> list[Touch]:
    """Earliest first, never empty: its beginning, then its `acts`, what the applicant did and every `touched`.

    Coming back to its start stage begins a new spell for an item too, whoever sent it back.
    """
    found = {act.at: Touch(act.at, act.heard_at) for act in acts}
    if item is None:
        created_at = life.journey.created_at
        found[created_at] = Touch(created_at, max(created_at, life.journey.started_at))
    else:
        visits = life.items[item].visits
        found |= {visit.at: Touch(visit.at, visit.heard_at) for visit in visits if visit.stage == visits[0].stage}
    return sorted(found.values())


def by_applicant(own: AbstractSet[str], trigger: Trigger) -> bool:
    """Whether it is something that the applicant did: no passing, nothing by staff (6)."""
    fact = trigger.fact
    if fact is None:
        return False
    if fact.by:
        return fact.type == TOUCHED or canonical(fact.by.partition(".")[0]) == APPLICANT
    return fact.type in own


@once
def applicants_own(plan: Plan, _: str) -> AbstractSet[str]:
    """The events that come from the applicant where nobody says otherwise, `touched` among them."""
    givers = {name: (declared.by or "").partition(".")[0] for name, declared in plan.events.items()}
    return {TOUCHED, *(name for name, giver in givers.items() if canonical(giver) == APPLICANT)}
