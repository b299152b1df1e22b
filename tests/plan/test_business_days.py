"""Days on which an office is open (plan.md 11; the computation of time that 45 CFR and its like describe)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.business_days import add_business_days, countries, is_open, nearest_open
from plan.model import BusinessCalendar

US = BusinessCalendar(holidays="US")
DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))


@pytest.mark.parametrize(
    ("day", "calendar", "expected"),
    [
        (date(2026, 11, 26), US, False),  # Thanksgiving
        (date(2026, 11, 26), BusinessCalendar(), True),
        (date(2026, 11, 27), US, True),
        (date(2026, 11, 28), BusinessCalendar(), False),  # a Saturday
        (date(2026, 7, 3), US, False),  # Independence Day falls on a Saturday and is observed on the Friday
        (date(2026, 12, 24), BusinessCalendar(closed=((date(2026, 12, 24), date(2027, 1, 1)),)), False),
        (date(2027, 1, 1), BusinessCalendar(closed=((date(2026, 12, 24), date(2027, 1, 1)),)), False),
        (date(2026, 12, 23), BusinessCalendar(closed=((date(2026, 12, 24), date(2027, 1, 1)),)), True),
        (date(2027, 1, 4), BusinessCalendar(closed=((date(2026, 12, 24), date(2027, 1, 1)),)), True),
    ],
)
def test_24_weekends_holidays_and_closed_spans_with_both_ends_are_shut(
    day: date, calendar: BusinessCalendar, expected: bool
) -> None:
    assert is_open(day, calendar) is expected


@pytest.mark.parametrize(
    ("start", "count", "calendar", "expected"),
    [
        (date(2026, 11, 19), 10, US, date(2026, 12, 4)),  # case 11: Thanksgiving lies between
        (date(2026, 11, 19), 10, BusinessCalendar(), date(2026, 12, 3)),
        (date(2026, 11, 20), 1, US, date(2026, 11, 23)),  # the first is the day after, a Monday
        (date(2026, 11, 21), 1, US, date(2026, 11, 23)),  # also from a Saturday
        (date(2026, 11, 20), 0, US, date(2026, 11, 20)),
    ],
)
def test_11_business_days_begin_the_day_after(
    start: date, count: int, calendar: BusinessCalendar, expected: date
) -> None:
    assert add_business_days(start, count, calendar) == expected


@given(DAYS, st.integers(1, 60))
def test_11_exactly_as_many_open_days_lie_behind_the_start(start: date, count: int) -> None:
    end = add_business_days(start, count, US)
    assert sum(is_open(start + n * DAY, US) for n in range(1, (end - start).days + 1)) == count
    assert is_open(end, US)


def test_11_a_closed_day_moves_on_or_back_to_the_nearest_open_one() -> None:
    assert nearest_open(date(2027, 1, 31), US, DAY) == date(2027, 2, 1)  # a Sunday
    assert nearest_open(date(2027, 1, 31), US, -DAY) == date(2027, 1, 29)
    assert nearest_open(date(2027, 2, 1), US, DAY) == date(2027, 2, 1)


def test_countries_and_their_parts_are_named() -> None:
    assert {"US", "US-NY", "DE", "GB-SCT"} <= countries()
