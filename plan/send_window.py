"""When ordinary messages may leave: the openings of a send window, quiet hours between them (plan.md 23, 24).

Where the clock is set back, an hour that is quiet in one of its two passes is quiet in both.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from plan.calendar import at_local, end_of_day, local_date, start_of_day
from plan.model import SendWindow, Weekday

WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
REMEMBERED: Final = 4096  # openings; the rules of a plan, and its journeys, ask for the same ones
_LONGEST_QUIET: Final = 21  # days; a weekly window may lose one opening to a gap, never two in a row


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """A send window in one zone, the same object for both (`hours`): caches know it by its identity."""

    window: SendWindow
    zone: str


class Opening(NamedTuple):
    """One stretch of time in which messages may leave: UTC, `opens_at` inclusive, `closes_at` exclusive."""

    opens_at: datetime
    closes_at: datetime


@lru_cache(256)
def hours(window: SendWindow, zone: str) -> Hours:
    """The window as it is in this zone."""
    return Hours(window, zone)


@lru_cache(REMEMBERED)
def opening_on(day: date, during: Hours) -> Opening | None:
    """The opening of a local day; None when the day is closed or a gap swallows it."""
    window, zone = during.window, during.zone
    if WEEKDAYS[day.weekday()] not in window.days:
        return None
    from_midnight = window.opens == time(0)
    opens_at = end_of_day(day - _DAY, zone) + _SECOND if from_midnight else at_local(day, window.opens, zone, fold=1)
    closes_at = at_local(day, window.closes, zone) if window.closes else start_of_day(day + _DAY, zone)
    return Opening(opens_at, closes_at) if opens_at < closes_at else None


def is_open(instant: datetime, during: Hours) -> bool:
    """Whether an ordinary message may leave at `instant`."""
    return next_opening(instant, during).opens_at <= instant


@lru_cache(REMEMBERED)
def next_opening(instant: datetime, during: Hours) -> Opening:
    """The opening that is open at `instant`, else the first after it. ValueError for a window that never opens.

    Whatever the clock does, the opening of a day is over when the next one begins.
    """
    first = local_date(instant, during.zone)
    for n in range(_LONGEST_QUIET):
        opening = opening_on(first + n * _DAY, during)
        if opening and opening.closes_at > instant:
            return opening
    raise ValueError("the send window never opens")


def last_opening(instant: datetime, during: Hours) -> Opening:
    """The latest opening that opens before `instant`. ValueError for a window that never opens."""
    last = local_date(instant, during.zone) + _DAY
    for n in range(_LONGEST_QUIET):
        opening = opening_on(last - n * _DAY, during)
        if opening and opening.opens_at < instant:
            return opening
    raise ValueError("the send window never opens")


def spread(at: datetime, closes_at: datetime | None, window: SendWindow, journey_id: str) -> datetime:
    """`at` plus this journey's share of the window's spread: always the same for a journey, and before `closes_at`."""
    width = window.spread if closes_at is None else min(window.spread, closes_at - at)
    return at + _part(width, journey_id)


@lru_cache(REMEMBERED)
def _part(width: timedelta, journey_id: str) -> timedelta:
    return timedelta(seconds=max(0, int(width.total_seconds())) * share(journey_id) >> 64)


@lru_cache(1024)
def share(journey_id: str) -> int:
    """This journey's place from 0 up to 2^64: the same for ever, on every machine."""
    return int.from_bytes(sha256(journey_id.encode()).digest()[:8], "big")
