"""Until when a message is worth sending (plan.md 26)."""

from datetime import datetime, timedelta
from typing import Final

from plan.calendar import add, at_local, zone_info
from plan.judgement import Candidate
from plan.period import Period

LATENESS: Final = Period(days=1)  # of reminders whose rule says nothing


def lateness(candidate: Candidate, following: datetime | None) -> datetime | None:
    """The last instant at which it is still worth sending (26): reminders, and rules that say so. None: for ever.

    `following` is when the rule's next offset leaves.
    """
    rule, times = candidate.planned.rule, candidate.times
    reminder = rule.purpose == "reminder"
    if times is None or not (reminder or rule.lateness is not None):
        return None
    zone = candidate.reader.zone
    wall = times.leave_at.astimezone(zone_info(zone))
    allowed = rule.lateness or LATENESS
    day = add(wall.date(), allowed)
    ends = [at_local(day, wall.time(), zone) if day != wall.date() else times.leave_at]
    ends = [ends[0] + timedelta(seconds=allowed.seconds)]
    if rule.within is not None and rule.lateness is None and candidate.planned.limit is not None:
        ends = [candidate.planned.limit - timedelta(seconds=1)]
    if reminder:
        ends += [end - timedelta(seconds=1) for end in (following, candidate.planned.limit) if end is not None]
    return max(times.leave_at, min(ends))
