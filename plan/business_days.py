"""Which days an office is open, and counting in such days (plan.md 11). The one module that knows `holidays`."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

from plan.model import BusinessCalendar

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
LONGEST_CLOSED: Final = 400  # days in a row; a plan that closes longer is refused when it is read


def countries() -> frozenset[str]:
    """Every country that has a calendar, and every subdivision of one: "US", "US-NY"."""
    known = holidays.list_supported_countries(include_aliases=False)
    return frozenset({*known, *(f"{country}-{part}" for country, parts in known.items() for part in parts)})


def is_open(day: date, calendar: BusinessCalendar) -> bool:
    """Whether it is neither on a weekend nor a holiday nor in a closed span (both of whose ends are closed)."""
    return not (
        day.weekday() >= _SATURDAY
        or day in _holidays(calendar.holidays, day.year)
        or any(first <= day <= last for first, last in calendar.closed)
    )


def add_business_days(day: date, count: int, calendar: BusinessCalendar) -> date:
    """The last of the next `count` open days; the first is the day after.."""
    for _ in range(count):
        day = nearest_open(day + _DAY, calendar, _DAY)
    return day


def nearest_open(day: date, calendar: BusinessCalendar, step: timedelta) -> date:
    """The first open day at `day` or beyond it in the direction of `step`. ValueError when none is near."""
    for n in range(LONGEST_CLOSED):
        if is_open(day + n * step, calendar):
            return day + n * step
    raise ValueError(f"no business day lies within {LONGEST_CLOSED} days of {day}")


@lru_cache(256)
def _holidays(where: str | None, year: int) -> frozenset[date]:
    if where is None:
        return frozenset()
    country, _, part = where.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
