"""`then:` of a deadline: forward to the next date of a kind, at or after the one computed (plan.md 11)."""

import calendar
from collections.abc import Callable, Mapping
from datetime import date

from pydantic import JsonValue

from plan.model import Roll


class NoDate(ValueError):
    """A date of the person or of the journey that the roll counts with is not known."""


def roll(day: date, by: Roll, known: Mapping[str, JsonValue]) -> date:
    """The next date at or after `day`; `known` are the person's attributes and what was told.

    Raises NoDate with one sentence while a date that it needs is not known.
    """
    match by.to:
        case "end_of_month":
            return month_end(*_month(day, by.months))
        case "first_of_month":
            year, month = _month(day, by.months)
            return date(year, month, 1) if date(year, month, 1) >= day else date(*_month(day, by.months + 1), 1)
        case "end_of_birth_month":
            born = _known(by.of or "birth_date", known)
            return _yearly(day, lambda year: month_end(year, born.month))
        case "anniversary":
            original = _known(by.of or "", known)
            return _yearly(day, lambda year: clamped(max(year, original.year), original.month, original.day))
        case "date":
            of_two_years = (clamped(year, *one) for year in (day.year, day.year + 1) for one in by.dates)
            return min(one for one in of_two_years if one >= day)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def clamped(year: int, month: int, day: int) -> date:
    """The day of that month, or its last one: 29 February is the 28th in most years, 28 February always the 28th."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _yearly(day: date, of_year: Callable[[int], date]) -> date:
    """The first at or after `day` of dates that come once a year."""
    this = of_year(day.year)
    return this if this >= day else of_year(day.year + 1)


def _month(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return year, month + 1


def _known(name: str, known: Mapping[str, JsonValue]) -> date:
    value = known.get(name)
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise NoDate(f"{name} is not known")
