"""How values read in an English message."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import JsonValue

from plan.calendar import zone_info, zones
from plan.model import FieldSpec, FieldType
from plan.words import ZONE_NAMES, date_words, days_words, instant_words, joined, value_words, zone_words


@pytest.mark.parametrize(
    ("instant", "zone", "words"),
    [
        ("2027-01-01T04:59:59", "America/New_York", "Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time"),
        ("2026-07-01T04:00:00", "America/New_York", "Wednesday, 1 July 2026 at 12:00 am Eastern Daylight Time"),
        ("2026-07-01T16:05:00", "America/New_York", "Wednesday, 1 July 2026 at 12:05 pm Eastern Daylight Time"),
        ("2027-01-01T07:59:59", "America/Los_Angeles", "Thursday, 31 December 2026 at 11:59 pm Pacific Standard Time"),
        ("2026-01-05T12:30:00", "Europe/Berlin", "Monday, 5 January 2026 at 1:30 pm Central European Standard Time"),
        ("2026-01-05T12:30:00", "America/Sao_Paulo", "Monday, 5 January 2026 at 9:30 am Sao Paulo time (UTC−03:00)"),
        ("2026-01-05T12:30:00", "Asia/Kathmandu", "Monday, 5 January 2026 at 6:15 pm Kathmandu time (UTC+05:45)"),
        ("2026-01-05T12:30:00", "Etc/GMT+5", "Monday, 5 January 2026 at 7:30 am UTC−05:00"),
        ("2026-01-05T12:30:00", "UTC", "Monday, 5 January 2026 at 12:30 pm Coordinated Universal Time"),
    ],
)
def test_an_instant_names_its_zone_and_is_never_rounded_up(instant: str, zone: str, words: str) -> None:
    """domain.md (d) 7: the mail must name the zone."""
    assert instant_words(datetime.fromisoformat(instant).replace(tzinfo=UTC), zone) == words


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/Chicago", "Central Standard Time"),
        ("America/Havana", "Cuba Standard Time"),
        ("Asia/Shanghai", "Shanghai time (UTC+08:00)"),
        ("Asia/Taipei", "Taipei time (UTC+08:00)"),
        ("Asia/Manila", "Philippine Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
        ("Asia/Jerusalem", "Israel Standard Time"),
        ("Europe/Dublin", "Greenwich Mean Time"),
        ("America/Puerto_Rico", "Atlantic Standard Time"),
        ("Australia/Sydney", "Australian Eastern Daylight Time"),
    ],
)
def test_abbreviations_that_zones_share_are_told_apart(zone: str, name: str) -> None:
    assert zone_words(datetime(2026, 1, 5, tzinfo=UTC), zone) == name


def test_every_zone_has_words_for_every_month_of_a_year() -> None:
    months = [datetime(2027, month, 15, tzinfo=UTC) for month in range(1, 13)]
    for zone in zones():
        for month in months:
            words = zone_words(month, zone)
            assert words in ZONE_NAMES.values() or "UTC" in words, zone


def test_a_name_in_daylight_saving_says_so() -> None:
    """A name with Daylight or Summer is used exactly when the zone's rules say that its clock is ahead."""
    for zone in ("America/New_York", "Europe/London", "Australia/Sydney", "America/Phoenix", "Asia/Tokyo"):
        for month in range(1, 13):
            instant = datetime(2027, month, 15, tzinfo=UTC)
            ahead = instant.astimezone(zone_info(zone)).dst() != timedelta(0)
            assert any(word in zone_words(instant, zone) for word in ("Daylight", "Summer")) == ahead


def test_dates_days_and_lists_read_as_written_by_hand() -> None:
    assert date_words(date(2026, 12, 31)) == "31 December 2026"
    assert [days_words(n) for n in (0, 1, 30, 1000)] == ["less than a day", "1 day", "30 days", "1,000 days"]
    assert [joined(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("choice", "wrong_document", "wrong document"),
        ("number", 1250, "1,250"),
        ("number", 12.5, "12.5"),
        ("number", 12.0, "12"),
        ("number", "0.10", "0.1"),
        ("number", 0, "0"),
        ("number", True, ""),
        ("number", "many", ""),
        ("number", "NaN", ""),
        ("money", "1210.00 USD", "1,210.00 USD"),
        ("money", "-5 EUR", "-5 EUR"),
        ("date", "2026-12-31", "31 December 2026"),
        ("date", "soon", ""),
        ("boolean", True, "yes"),
        ("boolean", "false", "no"),
        ("id", "R-17", "R-17"),
        ("person", "emp_1", "emp_1"),
        ("text", "Any words.", "Any words."),
        ("text", {"text_id": "t-1"}, ""),
        ("date", None, ""),
        ("boolean", None, ""),
        ("money", 5, ""),
    ],
)
def test_values_read_as_words(kind: FieldType, value: JsonValue, words: str) -> None:
    assert value_words(FieldSpec(type=kind), value) == words
