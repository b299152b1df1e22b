"""Whole agendas on the dates that go wrong in real life: last seconds, far zones, clock changes, month ends."""

from datetime import date, time

import pytest

from plan.model import Deadline, Rule
from plan.period import Period
from tests.plan.programs import (
    PAST_DUE,
    minimal,
    periods,
    program,
)
from tests.plan.walk import at, begin, local, outcome

PLAN = program()


HOUR_AFTER = PAST_DUE.model_copy(update={"offsets": periods("1 hour"), "urgent": True})


@pytest.mark.parametrize(
    ("happened", "heard", "expected", "warned"),
    [
        ("2026-12-31 23:59:00", "2026-12-31 23:59:00", "in_review", False),
        ("2026-12-31 23:59:59.999", "2027-01-01 01:30:00", "in_review", False),
        ("2027-01-01 00:00:00", "2027-01-01 01:30:00", "in_review", False),
        ("2027-01-01 00:00:00", "2027-01-01 03:00:00", "in_review", True),
    ],
)
def test_case_6_a_last_minute_submission_reported_late_prevents_the_warning(
    happened: str, heard: str, expected: str, warned: bool
) -> None:
    way = begin(program([HOUR_AFTER]), "2026-12-20 10:00")
    way.tell("submitted", at(happened), heard=at(heard))
    before = way.run(at("2027-01-01 01:20:00"))
    if at(heard) > at("2027-01-01 01:20:00"):
        assert (before.stage, outcome(before, "past_due:PT1H")) == ("past_due", ("held", "settling"))
    agenda = way.run(at("2027-01-02 12:00"))
    assert agenda.stage == expected
    assert ("past_due:PT1H@2026-12-31>applicant" in way.gone()) is warned


def test_case_6_the_stage_of_that_second_is_told_from_the_next() -> None:
    way = begin(PLAN, "2026-12-20 10:00")
    in_time = way.tell("submitted", at("2026-12-31 23:59:59.999"))
    assert [v.at for v in way.visits()][1:] == [in_time.at]
    way = begin(PLAN, "2026-12-20 10:00")
    late = way.tell("submitted", at("2027-01-01 00:00:00"))
    assert [v.at for v in way.visits()][1:] == [at("2027-01-01 00:00:00"), late.at]


def test_case_7_a_deadline_in_a_zone_that_is_not_the_readers() -> None:
    pacific = "America/Los_Angeles"
    way = begin(minimal(deadline=Deadline(name="due", fixed=date(2026, 12, 31)), zone=pacific), "2026-09-01 10:00")
    clock = way.wake().clocks[0]
    assert clock.at is not None
    assert clock.at.isoformat() == "2027-01-01T07:59:59+00:00"
    assert local(clock.at) == "2027-01-01 02:59"


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 3, 7), "2026-03-08T04:59:59+00:00"), (date(2026, 3, 8), "2026-03-09T03:59:59+00:00")],
)
def test_case_8_the_last_second_of_a_day_follows_the_clocks(day: date, expected: str) -> None:
    clock = begin(minimal(deadline=Deadline(name="due", fixed=day)), "2026-01-01 10:00").wake().clocks[0]
    assert clock.at is not None
    assert clock.at.isoformat() == expected


@pytest.mark.parametrize(
    ("due_on", "clock", "expected"),
    [
        (date(2026, 3, 9), time(2, 30), "2026-03-08T07:00:00+00:00"),
        (date(2026, 11, 2), time(1, 30), "2026-11-01T05:30:00+00:00"),
    ],
)
def test_case_8_an_hour_that_is_missing_or_doubled_sends_exactly_once(due_on: date, clock: time, expected: str) -> None:
    rule = Rule(
        name="daily",
        purpose="reminder",
        to=("applicant",),
        before="due",
        offsets=periods("1 day"),
        at=clock,
        urgent=True,
    )
    way = begin(minimal(rule, deadline=Deadline(name="due", fixed=due_on)), "2026-01-01 10:00")
    way.run(at("2026-12-01"))
    assert [now.isoformat() for now, _ in way.log] == [expected]


@pytest.mark.parametrize(
    ("created", "plus", "expected"),
    [
        ("2028-02-29 10:00", Period(months=12), "2029-02-28 23:59"),
        ("2028-02-29 10:00", Period(months=48), "2032-02-29 23:59"),
        ("2026-08-31 10:00", Period(months=6), "2027-02-28 23:59"),
        ("2027-08-31 10:00", Period(months=6), "2028-02-29 23:59"),
        ("2026-03-02 10:00", Period(days=30), "2026-04-01 23:59"),
        ("2026-03-02 10:00", Period(days=90), "2026-05-31 23:59"),
    ],
)
def test_cases_9_and_10_calendar_arithmetic_clamps_to_the_month(created: str, plus: Period, expected: str) -> None:
    deadline = Deadline(name="due", after=("created",), plus=plus)
    assert local(begin(minimal(deadline=deadline), created).wake().clocks[0].at) == expected
