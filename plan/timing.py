"""When an occurrence leaves: its local date or instant, the send window, the spread, and the day of a late start."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from plan.calendar import at_local, local_date, zones
from plan.model import Plan, Rule
from plan.planned import Planned
from plan.recipients import Recipient
from plan.send_window import Hours, Opening, hours, last_opening, next_opening, spread

DAY: Final = timedelta(days=1)


class Times(NamedTuple):
    """`natural` is without window and settle, `at` with both, `leave_at` with the spread too."""

    natural: datetime
    at: datetime
    leave_at: datetime
    closes_at: datetime | None = None  # of the opening it leaves in


class Reader(NamedTuple):
    """The window as one recipient of one journey has it."""

    hours: Hours
    zone: str
    journey_id: str

    def opening(self, instant: datetime) -> Opening:
        """The opening at `instant`, else the next one."""
        return next_opening(instant, self.hours)

    def date(self, instant: datetime) -> date:
        return local_date(instant, self.zone)

    def spread(self, at: datetime, end: datetime | None, limit: datetime | None = None) -> datetime:
        """`at` plus this journey's share of the spread, before the first of the ends."""
        before = end if limit is None or (end is not None and end < limit) else limit
        return spread(at, before, self.hours.window, self.journey_id)


def reader(plan: Plan, recipient: Recipient, journey_id: str) -> Reader:
    """The recipient's own zone counts if the window says so and it is known, else the plan's."""
    own = recipient.person.zone if recipient.person is not None and plan.window.zone == "person" else None
    zone = own if own is not None and own in zones() else plan.timezone
    return Reader(hours(plan.window, zone), zone, journey_id)


def times(planned: Planned, reader: Reader) -> Times | None:
    """When it leaves (23, 24, 25); None when no opening is left before its deadline, or while there is no date.

    What was due earlier on the very day that the journey came to know of it leaves later on that day.
    """
    found = _times(planned, reader)
    if found is None or not planned.by_clock or found.leave_at >= planned.known_at:
        return found
    today = reader.date(planned.known_at)
    late = at_the_earliest(planned, planned.known_at, reader) if reader.date(found.leave_at) == today else None
    return late if late is not None and reader.date(late.at) == today else found


def at_the_earliest(planned: Planned, instant: datetime, reader: Reader) -> Times | None:
    """For what was due before `instant`: then, else at the next opening before the deadline; None without one."""
    natural = _natural(planned, reader) or instant
    if planned.rule.ignores_window:
        caught = Times(natural, instant, instant)
    else:
        opening = reader.opening(instant)
        at = max(instant, opening.opens_at)
        leave_at = at
        if at > instant:
            leave_at = reader.spread(at, opening.closes_at, planned.limit)
        caught = Times(natural, at, leave_at, opening.closes_at)
    return None if planned.limit is not None and caught.at >= planned.limit else caught


def _times(planned: Planned, reader: Reader) -> Times | None:
    rule = planned.rule
    natural = _natural(planned, reader)
    if natural is None:
        return None
    earliest = natural if planned.by_clock else max(natural, planned.known_at)
    if planned.rests_until is not None:
        earliest = max(earliest, planned.rests_until)
    on_a_date = planned.day is not None
    if rule.ignores_window:
        if planned.limit is not None and earliest >= planned.limit:
            return None
        leave_at = reader.spread(earliest, planned.limit) if on_a_date else earliest
        return Times(natural, earliest, leave_at)
    opening = reader.opening(earliest)
    at = earliest if opening.opens_at <= earliest else _in(opening, rule, reader)
    if planned.limit is not None and at >= planned.limit:
        opening = last_opening(planned.limit, reader.hours)
        at = _in(opening, rule, reader, planned.limit)
    leave_at = at
    if on_a_date or at != earliest:
        leave_at = reader.spread(at, opening.closes_at, planned.limit)
    return Times(natural, at, leave_at, opening.closes_at)


def _natural(planned: Planned, reader: Reader) -> datetime | None:
    rule = planned.rule
    if planned.day is not None:
        return at_local(planned.day, rule.at or reader.hours.window.opens, reader.zone)
    if planned.instant is not None and rule.digest is not None and planned.offset is None:
        return planned.instant + rule.digest
    if planned.instant is None or rule.at is None or planned.offset is not None:
        return planned.instant
    today = local_date(planned.instant, reader.zone)
    wanted = at_local(today, rule.at, reader.zone)
    return wanted if wanted >= planned.instant else at_local(today + DAY, rule.at, reader.zone)


def _in(opening: Opening, rule: Rule, reader: Reader, limit: datetime | None = None) -> datetime:
    """The rule's `at:` if it lies in the opening and before the limit, else when it opens."""
    if rule.at is not None:
        wanted = at_local(local_date(opening.opens_at, reader.zone), rule.at, reader.zone)
        if opening.opens_at <= wanted < min(opening.closes_at, limit or opening.closes_at):
            return wanted
    return opening.opens_at
