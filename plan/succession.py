"""Cycles: what an ending journey starts, as a journey of its own (plan.md 9)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from plan.agenda import NextJourney
from plan.calendar import add, at_local, local_date, zone_info
from plan.facts import Fact
from plan.life import Life

STARTED = "next_started"  # the fact by which a journey knows that it has started its next


def next_journey(life: Life, facts: Sequence[Fact], now: datetime) -> NextJourney | None:
    """What is to be started, at the earliest at its `at`; None when nothing follows or it was started before."""
    visit = life.track.visit(now)
    following = life.process.next.get(visit.stage)
    if following is None or life.journey.duplicate_of is not None or any(fact.type == STARTED for fact in facts):
        return None
    ended_at = max(visit.at, visit.heard_at)
    wall = ended_at.astimezone(zone_info(life.zone))
    day = add(local_date(ended_at, life.zone), following.after)
    at = ended_at if day == wall.date() else at_local(day, wall.time(), life.zone)
    at += timedelta(seconds=following.after.seconds)
    told = {name: value for name, value in life.told_at(now).items() if name in following.keep}
    for name, deadline in following.tells.items():
        run = next((run for run in reversed(life.runs) if run.name == deadline), None)
        if run is not None and run.date.at is not None:
            told[name] = local_date(run.date.at, life.zone).isoformat()
    return NextJourney(process=following.process, at=at, told=told)
