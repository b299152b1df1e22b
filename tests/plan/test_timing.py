"""When an occurrence leaves: local dates, the window, the spread, late starts (plan.md 12, 23, 24, 25)."""

from datetime import datetime, time, timedelta

import pytest

from plan.facts import People, Person
from plan.model import Deadline, Rule, SendWindow
from tests.plan.programs import (
    DUE,
    DUE_REMINDER,
    EVENTS,
    SPREAD,
    WEEKDAYS,
    minimal,
    periods,
    program,
)
from tests.plan.walk import at, begin, find, local, outcome


def before(*offsets: str, urgent: bool = False, clock: time | None = None) -> Rule:
    return Rule(
        name="reminder",
        purpose="reminder",
        to=("applicant",),
        before="due",
        offsets=periods(*offsets),
        urgent=urgent,
        at=clock,
    )


def due(text: str) -> Deadline:
    """A deadline at a local second."""
    return Deadline(name="due", fixed=datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("offset", "due_at", "expected"),
    [
        ("1 day", "2026-12-31T23:59:59", "2026-12-30 08:00"),
        ("1 day", "2026-12-31T00:00:00", "2026-12-30 08:00"),
        ("1 week", "2026-12-31T23:59:59", "2026-12-24 08:00"),
        ("1 month", "2026-12-31T23:59:59", "2026-11-30 08:00"),
        ("1 year", "2027-11-30T23:59:59", "2026-11-30 08:00"),
        ("4 hours", "2026-12-31T23:59:59", "2026-12-31 19:59"),
        ("1 day 2 hours", "2026-12-31T15:00:00", "2026-12-30 13:00"),
    ],
)
def test_23_only_offsets_in_hours_keep_a_time_of_day(offset: str, due_at: str, expected: str) -> None:
    agenda = begin(minimal(before(offset), deadline=due(due_at)), "2026-10-01 10:00").wake()
    assert local(find(agenda, "reminder").leave_at) == expected


def test_23_a_rule_may_name_its_own_time() -> None:
    agenda = begin(minimal(before("1 day", clock=time(9, 30))), "2026-10-01 10:00").wake()
    assert local(find(agenda, "reminder").at) == "2026-12-30 09:30"


def test_23_the_spread_is_stable_and_stays_inside_the_opening() -> None:
    way = begin(minimal(before("7 days", "1 day"), window=SPREAD), "2026-10-01 10:00")
    shares = set()
    for n in range(40):
        way.journey = way.journey.model_copy(update={"id": f"journey:cwe:p{n}:application:1"})
        found = [find(way.agenda(), key) for key in ("reminder:P7D", "reminder:P1D")]
        delays = {o.leave_at - o.at for o in found if o.leave_at and o.at}
        assert len(delays) == 1
        shares |= delays
    assert len(shares) > 30
    assert timedelta(0) <= min(shares) < max(shares) < timedelta(minutes=30)


def test_23_the_spread_ends_before_the_deadline_and_before_the_window_closes() -> None:
    narrow = SendWindow(opens=time(8), closes=time(8, 10), spread=timedelta(hours=2))
    for n in range(20):
        way = begin(minimal(before("0 days"), deadline=due("2026-12-31T08:04:59"), window=narrow), "2026-10-01 10:00")
        way.journey = way.journey.model_copy(update={"id": f"journey:cwe:p{n}:application:1"})
        leave_at = find(way.agenda(), "reminder").leave_at
        assert leave_at is not None
        assert at("2026-12-31 08:00") <= leave_at < at("2026-12-31 08:05")


@pytest.mark.parametrize(
    ("offset", "due_at", "expected"),
    [
        ("7 days", "2026-12-31T23:59:59", "2026-12-24 08:00"),  # a Thursday
        ("4 days", "2026-12-31T23:59:59", "2026-12-28 08:00"),  # a Sunday, so the Monday after
        ("1 day", "2026-11-29T23:59:59", "2026-11-27 08:00"),  # a Saturday before a Sunday's deadline: the Friday
        ("2 hours", "2026-12-31T07:00:00", "2026-12-30 08:00"),  # before the opening: yesterday's
    ],
)
def test_24_a_closed_date_moves_to_the_next_opening_else_to_the_last_before_the_deadline(
    offset: str, due_at: str, expected: str
) -> None:
    agenda = begin(minimal(before(offset), deadline=due(due_at), window=WEEKDAYS), "2026-10-01 10:00").wake()
    assert local(find(agenda, "reminder").at) == expected


def test_24_after_a_deadline_a_closed_date_moves_on() -> None:
    rule = before("1 day").model_copy(update={"before": None, "after": "due", "while_": ("late",)})
    agenda = begin(minimal(rule, deadline=due("2026-11-27T23:59:59"), window=WEEKDAYS), "2026-10-01 10:00").wake()
    assert local(find(agenda, "reminder").at) == "2026-11-30 08:00"


def test_24_urgent_rules_and_confirmations_ignore_the_window() -> None:
    rules = [
        before("2 hours", urgent=True),
        Rule(name="receipt", purpose="confirmation", to=("applicant",), on="submitted"),
        Rule(name="news", purpose="announcement", to=("applicant",), on="submitted"),
    ]
    way = begin(minimal(*rules, deadline=due("2026-12-31T05:00:00")), "2026-10-01 10:00")
    way.tell("submitted", at("2027-01-02 03:00"))
    way.run(at("2027-01-03"))
    assert way.sent() == [
        "2026-12-31 03:00 reminder:PT2H@2026-12-31>applicant",
        "2027-01-02 03:00 receipt#f0>applicant",
        "2027-01-02 08:00 news#f0>applicant",
    ]


def test_24_a_message_on_a_fact_outside_the_window_is_held_for_the_next_opening() -> None:
    way = begin(program(window=SPREAD), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-10 21:00"), item="doc-1")
    way.wake()
    found = find(way.agenda(at("2026-09-10 21:00")), "clarification")
    assert (found.outcome, found.reason, local(found.at)) == ("held", "quiet_hours", "2026-09-11 08:00")
    assert found.leave_at is not None
    assert way.agenda().next_at == found.leave_at
    assert find(way.agenda(at("2026-09-11 08:00")), "clarification").outcome == "scheduled"
    way.run(at("2026-09-12"))
    assert way.log[-1][0] == found.leave_at


def test_24_a_message_on_a_fact_may_wait_for_a_time_of_its_own() -> None:
    rule = Rule(name="news", purpose="announcement", to=("applicant",), on="submitted", at=time(9))
    for told, expected in (("2026-10-05 08:30", "2026-10-05 09:00"), ("2026-10-05 09:30", "2026-10-06 09:00")):
        way = begin(minimal(rule), "2026-10-01 10:00")
        way.tell("submitted", at(told))
        way.run(at("2026-10-10"))
        assert way.sent() == [f"{expected} news#f0>applicant"]


def test_24_no_opening_is_left_when_it_would_be_too_late_at_the_next() -> None:
    rule = before("1 day").model_copy(update={"lateness": periods("13 hours")[0]})
    way = begin(minimal(rule, deadline=due("2026-12-31T09:00:00")), "2026-10-01 10:00")
    assert outcome(way.agenda(at("2026-12-30 19:59")), "reminder") == ("ready",)
    agenda = way.agenda(at("2026-12-30 20:30"))
    assert outcome(agenda, "reminder") == ("skipped", "no_opening_left")
    assert any("no opening of the send window was left" in line for line in agenda.attention)


def test_24_an_urgent_reminder_planned_after_its_deadline_has_no_moment_left() -> None:
    rule = before("0 days", urgent=True, clock=time(9))
    agenda = begin(minimal(rule, deadline=due("2026-12-31T07:00:00")), "2026-10-01 10:00").wake()
    assert outcome(agenda, "reminder") == ("skipped", "no_opening_left")


def test_25_the_start_is_the_later_of_created_and_the_enrolments_arrival() -> None:
    way = begin(program(), "2026-01-01 10:00", started=at("2026-12-07 10:00"))
    way.now = at("2026-12-07 10:00")
    agenda = way.run(at("2026-12-08"))
    assert outcome(agenda, "due_reminder:P30D") == ("skipped", "already_past", "start")
    assert way.sent() == [
        "2026-12-07 10:00 new_application#created>certification_desk",
        "2026-12-07 10:00 welcome#created>applicant",
    ]


def test_25_rules_on_facts_fire_however_old_the_fact_is() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.tell("payment_received", at("2026-09-02 10:00"), heard=at("2026-12-10 10:00"))
    way.run(at("2026-12-11"))
    assert "2026-12-10 10:00 receipt#f0>applicant" in way.sent()


def test_25_what_was_due_before_a_clock_was_known_of_is_past() -> None:
    told = Deadline(name="due", told="expires_on")
    way = begin(minimal(DUE_REMINDER.model_copy(update={"while_": None}), deadline=told), "2026-09-01 10:00")
    way.tell("told", at("2026-12-05 10:00"), expires_on="2026-12-31")
    agenda = way.run(at("2026-12-06"))
    assert outcome(agenda, "due_reminder:P30D@2026-12-31") == ("skipped", "already_past", "start")
    assert outcome(agenda, "due_reminder:P7D@2026-12-31") == ("scheduled",)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Asia/Tokyo", "2026-12-29 18:00"), (None, "2026-12-30 08:00"), ("Mars/Olympus", "2026-12-30 08:00")],
)
def test_the_window_may_be_the_readers_own(zone: str | None, expected: str) -> None:
    window = SendWindow(opens=time(8), closes=time(20), zone="person")
    way = begin(minimal(before("1 day"), deadline=DUE, window=window), "2026-10-01 10:00")
    way.people = People(people={"p1": Person(id="p1", address_digest="a1", zone=zone)})
    assert local(find(way.agenda(), "reminder").at) == expected


def test_the_opening_that_a_message_leaves_in_is_told() -> None:
    way = begin(program(events=EVENTS), "2026-09-01 10:00")
    agenda = way.agenda()
    assert local(find(agenda, "welcome").closes_at) == "2026-09-01 20:00"
    assert find(agenda, "new_application").closes_at is None
    assert local(find(agenda, "due_reminder:P7D").closes_at) == "2026-12-24 20:00"


def test_a_day_without_quiet_hours_closes_nothing() -> None:
    way = begin(minimal(before("1 day"), window=SendWindow()), "2026-10-01 10:00")
    assert local(find(way.agenda(), "reminder").at) == "2026-12-30 00:00"
