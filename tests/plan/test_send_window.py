"""Openings of the send window, across changes of the clock (plan.md 23, 24)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.calendar import at_local, zone_info
from plan.model import SendWindow
from plan.send_window import WEEKDAYS, Hours, is_open, last_opening, next_opening, opening_on, spread
from tests.plan.test_calendar import TELLING

ZONE = "America/New_York"
DAYTIME = SendWindow(opens=time(8), closes=time(20), spread=timedelta(minutes=30))
OFFICE = SendWindow(days=WEEKDAYS[:5], opens=time(9), closes=time(17))
ALWAYS = SendWindow()


def at(text: str) -> datetime:
    """A local time in New York as the UTC instant."""
    local = datetime.fromisoformat(text)
    return at_local(local.date(), local.time(), ZONE)


@pytest.mark.parametrize(
    ("instant", "allowed"),
    [
        ("2026-10-05T07:59:59", False),
        ("2026-10-05T08:00:00", True),
        ("2026-10-05T19:59:59", True),
        ("2026-10-05T20:00:00", False),
    ],
)
def test_24_a_window_opens_at_its_first_second_and_closes_before_its_last(instant: str, allowed: bool) -> None:
    assert is_open(at(instant), Hours(DAYTIME, ZONE)) is allowed


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2026-10-02T16:59:59", "2026-10-02T09:00"),
        ("2026-10-02T17:00:00", "2026-10-05T09:00"),
        ("2026-10-03T12:00:00", "2026-10-05T09:00"),
        ("2026-10-05T08:59:59", "2026-10-05T09:00"),
    ],
)
def test_24_the_next_opening_skips_closed_days(instant: str, opens: str) -> None:
    assert next_opening(at(instant), Hours(OFFICE, ZONE)).opens_at == at(opens)


@pytest.mark.parametrize(
    ("deadline", "opens"),
    [
        ("2026-10-05T09:00:00", "2026-10-02T09:00"),
        ("2026-10-05T09:00:01", "2026-10-05T09:00"),
        ("2026-10-04T23:59:59", "2026-10-02T09:00"),
    ],
)
def test_24_the_last_opening_begins_before_the_deadline(deadline: str, opens: str) -> None:
    assert last_opening(at(deadline), Hours(OFFICE, ZONE)).opens_at == at(opens)


def test_24_a_window_to_midnight_ends_with_the_day() -> None:
    evening = SendWindow(opens=time(18))
    assert is_open(at("2026-10-05T23:59:59"), Hours(evening, ZONE))
    assert not is_open(at("2026-10-06T00:00:00"), Hours(evening, ZONE))


def test_24_without_hours_every_instant_is_open() -> None:
    day = at("2026-10-31T00:00")
    assert all(is_open(day + timedelta(minutes=30 * n), Hours(ALWAYS, ZONE)) for n in range(100))


def test_16_hours_follow_the_wall_over_a_change_of_the_clock() -> None:
    daytime = Hours(DAYTIME, ZONE)
    before, after = opening_on(date(2026, 3, 7), daytime), opening_on(date(2026, 3, 8), daytime)
    assert before is not None
    assert after is not None
    assert after.opens_at - before.opens_at == timedelta(hours=23)
    assert before.opens_at == datetime(2026, 3, 7, 13, tzinfo=UTC)


def test_16_a_window_that_the_gap_swallows_does_not_open_that_day() -> None:
    night = SendWindow(opens=time(2, 15), closes=time(2, 45))
    assert opening_on(date(2026, 3, 8), Hours(night, ZONE)) is None
    assert next_opening(at("2026-03-08T00:00"), Hours(night, ZONE)).opens_at == at("2026-03-09T02:15")


def test_16_an_hour_that_is_quiet_in_one_of_its_two_passes_is_quiet_in_both() -> None:
    late, early = SendWindow(opens=time(1, 30)), SendWindow(closes=time(1, 30))
    first, second = at("2026-11-01T01:30"), at("2026-11-01T01:30") + timedelta(hours=1)
    assert [is_open(instant, Hours(late, ZONE)) for instant in (first, second)] == [False, True]
    assert [is_open(instant, Hours(early, ZONE)) for instant in (first, second)] == [False, False]


def test_16_a_day_that_a_fold_begins_twice_opens_when_the_day_before_is_over() -> None:
    """Until 2011 the clocks of St John's went back at one minute past midnight."""
    zone, sundays = "America/St_Johns", SendWindow(days=("sun",))
    opening = opening_on(date(2010, 11, 7), Hours(sundays, zone))
    assert opening is not None
    assert opening.opens_at == at_local(date(2010, 11, 7), time(0), zone) + timedelta(hours=1)


def test_a_window_that_never_opens_is_an_error() -> None:
    never = SendWindow(opens=time(9), closes=time(9))
    for question in (next_opening, last_opening, is_open):
        with pytest.raises(ValueError, match="never opens"):
            question(at("2026-10-05T00:00"), Hours(never, ZONE))


clocks = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
windows = st.builds(
    lambda days, opens, closes: SendWindow(
        days=tuple(d for d in WEEKDAYS if d in days), opens=opens, closes=closes if closes and closes > opens else None
    ),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    clocks,
    st.none() | clocks,
)
instants = st.integers(0, 18 * 366 * 1440).map(lambda n: datetime(2009, 1, 1, tzinfo=UTC) + n * timedelta(minutes=1))


@given(windows, st.sampled_from(TELLING), instants)
def test_24_what_is_open_is_never_a_quiet_hour_on_the_wall(window: SendWindow, zone: str, instant: datetime) -> None:
    if is_open(instant, Hours(window, zone)):
        wall = instant.astimezone(zone_info(zone))
        assert WEEKDAYS[wall.weekday()] in window.days
        assert window.opens <= wall.time()
        assert window.closes is None or wall.time() < window.closes


@given(windows, st.sampled_from(TELLING), instants, st.integers(1, 999))
def test_24_the_next_opening_is_the_first_and_the_last_one_the_latest(
    window: SendWindow, zone: str, instant: datetime, thousandths: int
) -> None:
    following, before = next_opening(instant, Hours(window, zone)), last_opening(instant, Hours(window, zone))
    assert instant < following.closes_at
    assert before.opens_at < instant
    assert before.opens_at <= following.opens_at
    assert is_open(max(instant, following.opens_at), Hours(window, zone))
    if following.opens_at > instant:
        between = instant + (following.opens_at - instant) * thousandths / 1000
        assert not is_open(between, Hours(window, zone)) or between >= following.opens_at


@given(st.text(max_size=40), st.integers(0, 43_199))
def test_23_the_spread_stays_inside_the_opening_and_is_always_the_same(journey: str, second: int) -> None:
    opening = next_opening(at("2026-10-05T08:00"), Hours(DAYTIME, ZONE))
    planned = opening.opens_at + timedelta(seconds=second)
    leaves = spread(planned, opening.closes_at, DAYTIME, journey)
    assert planned <= leaves < opening.closes_at
    assert leaves - planned < DAYTIME.spread
    assert leaves == spread(planned, opening.closes_at, DAYTIME, journey)


def test_23_what_leaves_late_in_an_opening_is_spread_over_what_is_left_of_it() -> None:
    closes_at = at("2026-10-05T20:00")
    leaves = [spread(closes_at - timedelta(minutes=1), closes_at, DAYTIME, f"j{n}") for n in range(200)]
    assert max(leaves) < closes_at
    assert len(set(leaves)) > 50


def test_23_the_spread_is_the_same_in_every_version_and_on_every_machine() -> None:
    opening = at("2026-10-05T08:00")
    shares = [spread(opening, None, DAYTIME, f"journey:cwe:p{n}:application:1") - opening for n in range(4)]
    assert [int(share.total_seconds()) for share in shares] == [1202, 336, 1712, 362]


def test_23_many_journeys_are_spread_evenly() -> None:
    opening = at("2026-10-05T08:00")
    minutes = [int((spread(opening, None, DAYTIME, f"j{n}") - opening) / timedelta(minutes=1)) for n in range(3000)]
    assert all(60 < minutes.count(minute) < 140 for minute in range(30))
