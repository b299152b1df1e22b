"""Until when a message is worth sending (plan.md 26)."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from plan.calendar import add, at_local, zone_info
from plan.judgement import Candidate
from plan.model import Rule
from plan.period import Period
from plan.send_window import REMEMBERED

SECOND: Final = timedelta(seconds=1)
LATENESS: Final = Period(days=1)  # of reminders whose rule says nothing


def expires(rule: Rule) -> bool:
    """Whether its messages are ever too late: reminders, and rules that say so (26)."""
    return rule.purpose == "reminder" or rule.lateness is not None


def lateness(candidate: Candidate, following: datetime | None) -> datetime | None:
    """The last instant at which it is still worth sending; None: for ever.

    `following` is when the rule's next offset leaves.
    """
    rule, times = candidate.planned.rule, candidate.times
    if times is None or not expires(rule):
        return None
    limit = candidate.planned.limit
    if rule.within is not None and rule.lateness is None and limit is not None:
        last = limit - SECOND
    else:
        last = _longer(times.leave_at, rule.lateness or LATENESS, candidate.reader.zone)
    if rule.purpose == "reminder":
        for end in (following, limit):
            if end is not None and end - SECOND < last:
                last = end - SECOND
    return max(times.leave_at, last)


@lru_cache(REMEMBERED)
def _longer(instant: datetime, period: Period, zone: str) -> datetime:
    wall = instant.astimezone(zone_info(zone))
    today = wall.date()
    day = add(today, period)
    moved = at_local(day, wall.time(), zone) if day != today else instant
    return moved + timedelta(seconds=period.seconds)
