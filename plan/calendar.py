"""Local dates and UTC instants: calendar arithmetic in a named zone, never in multiples of 86,400 seconds.

Zones come from the `tzdata` package alone, not from the machine, so that one plan has the same dates everywhere.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal
from zoneinfo import ZoneInfo

from plan.period import Period

_SECOND: Final = timedelta(seconds=1)
_REMEMBERED: Final = 16_384  # rules, items and wakes of a journey ask for the same few dates again and again


@cache
def zones() -> frozenset[str]:
    """Every zone name of the IANA database, such as America/New_York."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def zone_info(zone: str) -> ZoneInfo:
    """The zone's rules. Raises ValueError for a name that is not in `zones()`."""
    if zone not in zones():
        raise ValueError(f"{zone[:64]!r} is not a time zone: write one such as `America/New_York`")
    with files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=zone)


@lru_cache(_REMEMBERED)
def local_date(instant: datetime, zone: str) -> date:
    """The date on the wall calendar of `zone` at `instant` (aware)."""
    return instant.astimezone(zone_info(zone)).date()


@lru_cache(_REMEMBERED)
def at_local(day: date, clock: time, zone: str, fold: Literal[0, 1] = 0) -> datetime:
    """The UTC instant of a local time (plan.md 16): in a gap the first instant after it, in a fold the first of two.

    `fold=1` asks for the second of two.
    """
    offset = _offset_all_day(day, zone)
    if offset is not None:
        return datetime.combine(day, clock, UTC) - offset
    rules = zone_info(zone)
    wanted = datetime.combine(day, clock)
    instant = wanted.replace(tzinfo=rules, fold=fold).astimezone(UTC)
    if _wall(instant, rules) == wanted:
        return instant
    # In a gap: taken with the offset of before it, `wanted` lies after the change; with that of after it, before.
    late, early = (wanted.replace(tzinfo=rules, microsecond=0, fold=n).astimezone(UTC) for n in (0, 1))
    low, high = 0, (late - early) // _SECOND + 1
    while low < high:
        middle = (low + high) // 2
        if _wall(early + middle * _SECOND, rules) > wanted:
            high = middle
        else:
            low = middle + 1
    return early + low * _SECOND


@lru_cache(_REMEMBERED)
def _offset_all_day(day: date, zone: str) -> timedelta | None:
    """How far the wall is ahead of UTC on a whole local day; None if the clock is changed on it."""
    rules = zone_info(zone)
    first = datetime.combine(day, time.min, rules).utcoffset()
    last = datetime.combine(day, time.max, rules).replace(fold=1).utcoffset()
    return first if first == last else None


def start_of_day(day: date, zone: str) -> datetime:
    """The first UTC instant of a local day."""
    return at_local(day, time(0), zone)


def end_of_day(day: date, zone: str) -> datetime:
    """The last whole second of a local day, as a UTC instant; of two 23:59:59 the second, for only then is it over."""
    last = at_local(day, time(23, 59, 59), zone, fold=1)
    return last if local_date(last, zone) == day else last - _SECOND


def add(day: date, period: Period) -> date:
    """`day` plus the months, clamped to the month's end, plus the days; the seconds are the caller's (plan.md 11).

    Raises ValueError beyond the years 1 to 9999.
    """
    return _shift(day, period.months, period.days)


def subtract(day: date, period: Period) -> date:
    """`day` less the months, clamped to the month's end, less the days; otherwise as `add`."""
    return _shift(day, -period.months, -period.days)


@lru_cache(_REMEMBERED)
def _shift(day: date, months: int, days: int) -> date:
    if months:
        year, month = divmod(12 * day.year + day.month - 1 + months, 12)
        if not date.min.year <= year <= date.max.year:
            raise ValueError(f"{months} months from {day} is not a date")
        day = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ValueError(f"{days} days from {day} is not a date") from None


def _wall(instant: datetime, rules: ZoneInfo) -> datetime:
    return instant.astimezone(rules).replace(tzinfo=None)
