"""What is said again, once and not too soon, when a date moves (plan.md 18, 32, 33)."""

import pytest

from plan.model import Deadline, Rule
from tests.plan.programs import (
    DUE_REMINDER,
    PAST_DUE,
    minimal,
    periods,
    program,
)
from tests.plan.walk import Walk, at, begin, outcome, outcomes

REMINDER = DUE_REMINDER.model_copy(update={"while_": None})


def extended(*, on: str, by: str) -> Walk:
    way = begin(minimal(REMINDER), "2026-09-01 10:00")
    way.tell("extension_granted", at(on), deadline="due", by=by)
    return way


@pytest.mark.parametrize(
    ("on", "by", "offset", "expected"),
    [
        ("2026-10-03 10:00", "14 days", "P90D@2027-01-14", ("skipped", "sent_recently")),  # half of thirty days
        ("2026-10-03 10:00", "16 days", "P90D@2027-01-16", ("sent",)),
        ("2026-12-02 10:00", "11 days", "P30D@2027-01-11", ("skipped", "sent_recently")),  # half of 23 days
        ("2026-12-02 10:00", "12 days", "P30D@2027-01-12", ("sent",)),
        ("2026-12-25 10:00", "2 days", "P7D@2027-01-02", ("skipped", "sent_recently")),  # half of six days
        ("2026-12-25 10:00", "4 days", "P7D@2027-01-04", ("sent",)),
    ],
)
def test_32_an_offset_is_not_said_again_so_soon_for_a_moved_deadline(
    on: str, by: str, offset: str, expected: tuple[str, ...]
) -> None:
    way = extended(on=on, by=by)
    assert outcome(way.run(at("2027-01-20")), f"due_reminder:{offset}") == expected


@pytest.mark.parametrize(("by", "expected"), [("6 days", ("skipped", "sent_recently")), ("8 days", ("sent",))])
def test_32_the_last_offset_counts_half_the_way_to_the_deadline_at_most_a_week(
    by: str, expected: tuple[str, ...]
) -> None:
    way = begin(minimal(REMINDER.model_copy(update={"offsets": periods("60 days")})), "2026-09-01 10:00")
    way.tell("extension_granted", at("2026-11-02 10:00"), deadline="due", by=by)
    keys = [o.key for o in way.run(at("2027-01-10")).occurrences if o.key and "2026-12-31" not in o.key]
    assert [outcome(way.agenda(), key or "") for key in keys] == [expected]


def test_32_what_a_failed_message_would_have_said_is_said() -> None:
    way = begin(minimal(REMINDER), "2026-09-01 10:00")
    way.now = at("2026-10-02 08:00")
    way.mark("due_reminder:P90D@2026-12-31>applicant", "failed", reason="invalid_recipient")
    way.tell("extension_granted", at("2026-10-03 10:00"), deadline="due", by="5 days")
    assert outcome(way.run(at("2026-10-08")), "due_reminder:P90D@2027-01-05") == ("sent",)


def test_32_a_fact_taken_back_brings_the_old_date_back_and_repeats_nothing() -> None:
    way = extended(on="2026-10-03 10:00", by="60 days")
    way.tell("retracted", at("2026-10-05 10:00"), id="f0")
    agenda = way.run(at("2026-11-02"))
    assert way.gone() == ["due_reminder:P90D@2026-12-31>applicant", "due_reminder:P60D@2026-12-31>applicant"]
    assert outcome(agenda, "due_reminder:P30D@2026-12-31") == ("scheduled",)


MOVED = Rule(name="due_moved", purpose="announcement", to=("applicant",), moved="due")


def test_18_a_rule_on_a_move_fires_for_every_move_and_only_the_last_unsent_one_is_told() -> None:
    way = begin(minimal(MOVED), "2026-09-01 10:00")
    way.tell("extension_granted", at("2026-10-03 10:00"), deadline="due", to="2027-01-31")
    way.tell("extension_granted", at("2026-10-05 21:00"), deadline="due", to="2027-02-28")
    way.tell("extension_granted", at("2026-10-05 22:00"), deadline="due", to="2027-03-31")
    way.tell("extension_granted", at("2026-10-05 23:00"), deadline="due", to="2027-03-31")
    agenda = way.run(at("2026-10-07"))
    assert way.sent() == ["2026-10-03 10:00 due_moved#f0>applicant", "2026-10-06 08:00 due_moved#f2>applicant"]
    assert outcome(agenda, "due_moved#f1") == ("skipped", "superseded_by_new_deadline")


def test_18_a_first_date_is_no_move_and_one_overtaken_before_it_arrived_was_never_in_force() -> None:
    way = begin(minimal(MOVED, deadline=Deadline(name="due", told="expires_on")), "2026-09-01 10:00")
    way.tell("told", at("2026-09-02 10:00"), expires_on="2027-01-31")
    way.tell("told", at("2026-09-05 10:00"), expires_on="2027-02-28")
    way.tell("told", at("2026-09-04 10:00"), heard=at("2026-09-06 10:00"), expires_on="2027-01-15")
    way.run(at("2026-09-08"))
    assert way.gone() == ["due_moved#f1>applicant"]


def test_18_a_deadline_that_counts_from_a_moved_one_moves_with_it() -> None:
    grace_moved = MOVED.model_copy(update={"name": "grace_moved", "moved": "grace"})
    way = begin(program([grace_moved]), "2026-09-01 10:00")
    way.tell("extension_granted", at("2026-10-03 10:00"), deadline="due", to="2027-01-31")
    way.run(at("2026-10-04"))
    assert way.gone() == ["grace_moved#f0>applicant"]


def nearer(*rules: Rule, to: str) -> Walk:
    way = begin(minimal(*rules), "2026-09-01 10:00")
    way.tell("told", at("2026-11-20 09:00"))
    way.tell("extension_granted", at("2026-11-20 10:00"), deadline="due", to=to)
    return way


def test_33_one_message_catches_up_and_it_is_the_offset_nearest_to_the_deadline() -> None:
    way = nearer(REMINDER, to="2026-11-25")
    agenda = way.run(at("2026-11-26"))
    assert way.sent()[2:] == [
        "2026-11-20 10:00 due_reminder:P7D@2026-11-25>applicant",
        "2026-11-24 08:00 due_reminder:P1D@2026-11-25>applicant",
    ]
    past = ("skipped", "already_past", "deadline_moved")
    assert outcomes(agenda, [f"due_reminder:{o}@2026-11-25" for o in ("P90D", "P60D", "P30D")]) == [past] * 3


def test_33_a_deadline_moved_into_the_past_is_told_by_what_comes_after_it() -> None:
    late = PAST_DUE.model_copy(update={"while_": ("late",)})
    way = nearer(REMINDER, late, to="2026-11-05")
    way.run(at("2026-11-21"))
    assert way.sent()[2:] == ["2026-11-20 10:00 past_due:P14D@2026-11-05>applicant"]


def test_33_a_deadline_moved_farther_brings_nothing_that_is_past() -> None:
    way = begin(minimal(REMINDER), "2026-12-20 10:00")
    way.tell("extension_granted", at("2026-12-29 10:00"), deadline="due", by="3 days")
    agenda = way.run(at("2026-12-30"))
    assert outcome(agenda, "due_reminder:P7D@2027-01-03") == ("skipped", "already_past", "deadline_moved")


def test_33_no_catching_up_after_the_passage_has_left_the_stage() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.tell("submitted", at("2026-11-01 10:00"))
    way.tell("extension_granted", at("2026-11-20 10:00"), deadline="due", to="2026-11-25")
    way.run(at("2026-11-26"))
    assert not [key for key in way.gone() if "2026-11-25" in key]
