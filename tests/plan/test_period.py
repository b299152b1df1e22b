"""Lengths of calendar time, as plans write them and as keys spell them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from plan.period import Period


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("90 days", "P90D"),
        ("1 day", "P1D"),
        ("2 weeks", "P14D"),
        ("1 year", "P12M"),
        ("1 year 6 months", "P18M"),
        ("4 hours", "PT4H"),
        ("90 minutes", "PT1H30M"),
        ("1 month 2 days 30 seconds", "P1M2DT30S"),
        ("0 days", "P0D"),
        ("P3M", "P3M"),
        ("PT4H", "PT4H"),
        ("P1Y2M3D", "P14M3D"),
        ("P2W", "P14D"),
        ("P1DT12H", "P1DT12H"),
    ],
)
def test_34_every_spelling_has_one_canonical_form(text: str, canonical: str) -> None:
    assert str(Period.parse(text)) == canonical
    assert Period.parse(canonical) == Period.parse(text)


def test_34_a_day_and_24_hours_are_not_the_same() -> None:
    assert Period.parse("1 day") != Period.parse("24 hours")


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1", "P1DT", "days", "1", "-1 day", "+1 day", "1.5 days", "1 day 2 days", "1 fortnight"),
        *("1 day x", "90 Days", "١ day", "10 business days"),
    ],
)
def test_what_is_no_length_of_time_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time: write one such as `90 days`"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["101 years", "1201 months", "36601 days", "999999999 hours"])
def test_more_than_a_hundred_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the longest length of time is 100 years"):
        Period.parse(text)


def test_a_negative_length_cannot_be_made() -> None:
    with pytest.raises(ValidationError):
        Period(days=-1)


@pytest.mark.parametrize(
    ("text", "dated"), [("3 months", True), ("0 days", True), ("4 hours", False), ("P1DT1S", False)]
)
def test_23_only_lengths_without_hours_name_a_date(text: str, dated: bool) -> None:
    assert Period.parse(text).dated is dated


def test_the_exact_length_counts_days_of_24_hours_and_knows_no_months() -> None:
    assert Period.parse("P2DT30M").elapsed() == timedelta(days=2, minutes=30)
    with pytest.raises(ValueError, match="has no exact length"):
        Period.parse("1 month").elapsed()


@given(months=st.integers(0, 1200), days=st.integers(0, 36_600), seconds=st.integers(0, 3_000_000))
def test_the_canonical_form_reads_back(months: int, days: int, seconds: int) -> None:
    period = Period(months=months, days=days, seconds=seconds)
    assert Period.parse(str(period)) == period


@given(st.text(max_size=20))
def test_no_text_but_a_length_of_time_is_read(text: str) -> None:
    try:
        period = Period.parse(text)
    except ValueError:
        return
    assert Period.parse(str(period)) == period
