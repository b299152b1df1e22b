"""Local arithmetic against the zone rules themselves, around every change of every clock (plan.md 11, 16)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.calendar import add, at_local, end_of_day, local_date, start_of_day, subtract, zone_info, zones
from plan.period import Period

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
NEW_YORK = "America/New_York"

# Half hours, midnights in gaps and folds, a whole day left out, negative daylight saving, four changes a year.
TELLING = (
    *(NEW_YORK, "America/St_Johns", "America/Havana", "America/Sao_Paulo", "Europe/Dublin", "Africa/Casablanca"),
    *("Asia/Beirut", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll"),
)


def changes(zone: str, first: int, last: int) -> list[datetime]:
    """The first instants of a new offset, found by looking every six hours and then in between."""
    rules, found = zone_info(zone), []
    instants = [datetime(first, 1, 1, tzinfo=UTC) + n * DAY / 4 for n in range((last - first) * 366 * 4)]
    offsets = [instant.astimezone(rules).utcoffset() for instant in instants]
    for (before, old), (after, new) in pairwise(zip(instants, offsets, strict=True)):
        low, high = before, after
        while old != new and high - low > SECOND:
            middle = (low + (high - low) // 2).replace(microsecond=0)
            low, high = (middle, high) if middle.astimezone(rules).utcoffset() == old else (low, middle)
        if old != new:
            found.append(high)
    return found


def wall(instant: datetime, rules: ZoneInfo) -> datetime:
    return instant.astimezone(rules).replace(tzinfo=None)


def expected(wanted: datetime, near: Sequence[datetime], rules: ZoneInfo) -> datetime:
    """By definition: the first instant at which the wall shows `wanted`, else the first at which it shows more.

    `near` are the changes within some days, at least one.
    """
    offsets = {instant.astimezone(rules).utcoffset() for change in near for instant in (change - SECOND, change)}
    candidates = sorted((wanted - (offset or timedelta(0))).replace(tzinfo=UTC) for offset in offsets)
    exact = [candidate for candidate in candidates if wall(candidate, rules) == wanted]
    return exact[0] if exact else min(change for change in near if wall(change, rules) > wanted)


def walls(change: datetime, rules: ZoneInfo) -> Iterator[datetime]:
    """Local times from two days before a change to two days after it, thickest at the change."""
    old, new = wall(change - SECOND, rules) + SECOND, wall(change, rules)
    for edge in (old, new, old + (new - old) / 2):
        for step in (timedelta(0), SECOND, timedelta(minutes=1), timedelta(minutes=29)):
            yield from ((edge - step).replace(microsecond=0), (edge + step).replace(microsecond=0))
    for day in (new.date() + n * DAY for n in range(-2, 3)):
        yield from (datetime.combine(day, clock) for clock in (time(0), time(8), time(23, 59, 59)))


def check(zone: str, first: int, last: int) -> None:
    """Around every change of the zone, two days either way, local times and days are what they are by definition."""
    rules, found = zone_info(zone), changes(zone, first, last)
    for change in found:
        near = [other for other in found if abs(other - change) < 5 * DAY]
        for wanted in walls(change, rules):
            assert at_local(wanted.date(), wanted.time(), zone) == expected(wanted, near, rules), (zone, wanted)
        for day in (local_date(change, zone) + n * DAY for n in range(-2, 3)):
            start, end = start_of_day(day, zone), end_of_day(day, zone)
            assert local_date(start, zone) >= day > local_date(start - SECOND, zone), (zone, day)
            assert local_date(end, zone) <= day < local_date(end + SECOND, zone), (zone, day)


def every_zone() -> list[str]:
    """One name for each set of rules: the others are links to it."""
    rules = files("tzdata").joinpath("zoneinfo")
    return sorted({rules.joinpath(*zone.split("/")).read_bytes(): zone for zone in sorted(zones())}.values())


def test_16_local_times_are_right_around_changes_of_the_clock_in_every_zone() -> None:
    """Those of a plan published in these years."""
    for zone in every_zone():
        check(zone, 2026, 2028)


@pytest.mark.parametrize("zone", TELLING)
def test_16_local_times_are_right_around_changes_of_telling_clocks(zone: str) -> None:
    check(zone, 2009, 2013)


@pytest.mark.soak
@pytest.mark.parametrize("zone", every_zone())
def test_16_local_times_are_right_around_every_change_of_every_zone(zone: str) -> None:
    check(zone, 1970, 2038)


@given(st.sampled_from(every_zone()), st.dates(date(1970, 1, 2), date(2037, 12, 30)), st.integers(0, 86_399))
def test_16_a_local_time_is_shown_at_its_instant_or_the_clock_leaps_over_it_there(
    zone: str, day: date, second: int
) -> None:
    wanted = datetime.combine(day, time(0)) + second * SECOND
    rules, instant = zone_info(zone), at_local(wanted.date(), wanted.time(), zone)
    assert wall(instant, rules) == wanted or wall(instant - SECOND, rules) < wanted < wall(instant, rules)


@given(
    st.sampled_from(every_zone()),
    st.dates(date(1970, 1, 3), date(2037, 1, 1)),
    st.integers(0, 24),
    st.integers(0, 800),
)
def test_16_a_span_of_days_is_counted_on_the_wall_and_never_in_seconds(
    zone: str, day: date, hour: int, days: int
) -> None:
    clock = time(hour % 24)
    moved = at_local(subtract(day, Period(days=days)), clock, zone)
    wanted = datetime.combine(day - days * DAY, clock)
    assert wall(moved, zone_info(zone)) >= wanted
    assert wall(moved - SECOND, zone_info(zone)) != wanted


def test_16_a_time_in_the_gap_is_the_first_instant_after_it() -> None:
    assert at_local(date(2026, 3, 8), time(2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_16_of_two_times_in_the_fold_the_first_is_meant_unless_asked() -> None:
    fold = date(2026, 11, 1), time(1, 30), NEW_YORK
    assert at_local(*fold) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert at_local(*fold, fold=1) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_16_a_date_that_a_zone_left_out_begins_and_ends_with_the_next() -> None:
    after = datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert start_of_day(date(2011, 12, 30), "Pacific/Apia") == after
    assert start_of_day(date(2011, 12, 31), "Pacific/Apia") == after
    assert end_of_day(date(2011, 12, 30), "Pacific/Apia") == after - SECOND


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 3, 7), datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 8), datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC)),
    ],
)
def test_12_a_day_ends_with_its_last_local_second(day: date, utc: datetime) -> None:
    """domain.md (d) 8."""
    assert end_of_day(day, NEW_YORK) == utc


@pytest.mark.parametrize(
    ("due_on", "days", "months", "on"),
    [
        (date(2026, 12, 31), 90, 0, date(2026, 10, 2)),
        (date(2027, 2, 28), 90, 0, date(2026, 11, 30)),
        (date(2028, 2, 29), 60, 0, date(2027, 12, 31)),
        (date(2026, 3, 31), 0, 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 0, 12, date(2025, 1, 31)),
        (date(2028, 2, 29), 0, 12, date(2027, 2, 28)),
    ],
)
def test_23_offsets_are_subtracted_in_dates(due_on: date, days: int, months: int, on: date) -> None:
    assert subtract(due_on, Period(months=months, days=days)) == on


@pytest.mark.parametrize(
    ("day", "period", "on"),
    [
        (date(2026, 8, 31), "6 months", date(2027, 2, 28)),
        (date(2027, 8, 31), "6 months", date(2028, 2, 29)),
        (date(2028, 2, 29), "1 year", date(2029, 2, 28)),
        (date(2028, 2, 29), "4 years", date(2032, 2, 29)),
        (date(2026, 1, 30), "1 month 1 day", date(2026, 3, 1)),
        (date(2026, 3, 2), "90 days", date(2026, 5, 31)),
        (date(2026, 3, 2), "4 hours", date(2026, 3, 2)),
    ],
)
def test_11_months_are_added_first_and_clamped_then_days(day: date, period: str, on: date) -> None:
    assert add(day, Period.parse(period)) == on


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 40_000))
def test_11_days_come_back(day: date, days: int) -> None:
    assert subtract(add(day, Period(days=min(days, 36_600))), Period(days=min(days, 36_600))) == day


@pytest.mark.parametrize("period", ["100 years", "36600 days"])
def test_17_a_date_out_of_range_is_one_error(period: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        add(date(9950, 1, 1), Period.parse(period))
    with pytest.raises(ValueError, match="is not a date"):
        subtract(date(50, 1, 1), Period.parse(period))


@pytest.mark.parametrize("zone", ["", "EST", "new_york", "../../../etc/passwd", "America", "America/New York"])
def test_only_names_of_the_zone_database_are_zones(zone: str) -> None:
    if zone == "EST":
        assert zone_info(zone).key == "EST"
        return
    with pytest.raises(ValueError, match="is not a time zone"):
        zone_info(zone)
