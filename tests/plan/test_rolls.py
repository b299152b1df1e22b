"""Dates that deadlines roll to: month ends, birth months, anniversaries, days of every year (plan.md 11)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.model import Roll
from plan.rolls import NoDate, roll

END = Roll(to="end_of_month")
FIRST = Roll(to="first_of_month")
BIRTH = Roll(to="end_of_birth_month", of="birth_date")
ANNIVERSARY = Roll(to="anniversary", of="certified_on")
KNOWN = {"birth_date": "1990-02-10", "certified_on": "2028-02-29"}


@pytest.mark.parametrize(
    ("day", "by", "expected"),
    [
        ("2027-02-10", END, "2027-02-28"),
        ("2028-02-10", END, "2028-02-29"),
        ("2026-04-30", END, "2026-04-30"),
        ("2026-11-15", Roll(to="end_of_month", months=3), "2027-02-28"),
        ("2026-11-15", FIRST, "2026-12-01"),
        ("2026-12-01", FIRST, "2026-12-01"),
        ("2026-12-02", FIRST, "2027-01-01"),
        ("2026-11-15", Roll(to="first_of_month", months=2), "2027-01-01"),
        ("2026-04-01", BIRTH, "2027-02-28"),
        ("2028-01-01", BIRTH, "2028-02-29"),
        ("2027-02-28", BIRTH, "2027-02-28"),
        ("2029-01-01", ANNIVERSARY, "2029-02-28"),  # case 9: counted from the original date
        ("2030-01-01", ANNIVERSARY, "2030-02-28"),
        ("2031-03-01", ANNIVERSARY, "2032-02-29"),
        ("2027-06-01", ANNIVERSARY, "2028-02-29"),
        ("2026-03-02", Roll(to="date", dates=((12, 31),)), "2026-12-31"),
        ("2026-12-31", Roll(to="date", dates=((2, 28),)), "2027-02-28"),
        ("2027-12-31", Roll(to="date", dates=((2, 28),)), "2028-02-28"),  # case 9: the 28th even in a leap year
        ("2026-12-31", Roll(to="date", dates=((2, 29),)), "2027-02-28"),
        ("2027-12-31", Roll(to="date", dates=((2, 29),)), "2028-02-29"),
        ("2026-04-01", Roll(to="date", dates=((3, 31), (9, 30))), "2026-09-30"),
        ("2026-10-01", Roll(to="date", dates=((3, 31), (9, 30))), "2027-03-31"),
    ],
)
def test_11_the_next_date_of_its_kind(day: str, by: Roll, expected: str) -> None:
    assert roll(date.fromisoformat(day), by, KNOWN).isoformat() == expected


@pytest.mark.parametrize("known", [{}, {"birth_date": "tomorrow"}, {"birth_date": 7}])
def test_17_a_date_that_is_not_known_is_named(known: dict[str, str]) -> None:
    with pytest.raises(NoDate, match="birth_date is not known"):
        roll(date(2026, 1, 1), BIRTH, known)


@given(
    st.dates(date(1950, 1, 1), date(2150, 1, 1)),
    st.sampled_from([END, FIRST, BIRTH, ANNIVERSARY, Roll(to="date", dates=((2, 29), (10, 1)))]),
)
def test_11_a_roll_never_goes_back_and_stays_where_it_arrived(day: date, by: Roll) -> None:
    rolled = roll(day, by, KNOWN)
    assert rolled >= day
    assert (by is ANNIVERSARY and rolled.year < 2029) or (rolled - day).days <= 366
    assert roll(rolled, by, KNOWN) == rolled
