"""Occurrences that speak for one another (plan.md 22, 24, 29, 32, 33)."""

import pytest

from plan.facts import People, Person
from plan.model import Deadline, Rule
from plan.period import Period
from tests.plan.programs import (
    ANSWER_DUE,
    DUE_REMINDER,
    LAST_SECOND,
    PAST_DUE,
    RULES,
    WEEKDAYS,
    minimal,
    periods,
    program,
)
from tests.plan.walk import PEOPLE, Walk, at, begin, find, outcome, outcomes

REMINDER = DUE_REMINDER.model_copy(update={"while_": None})


def asked(*items: str, day: str = "2026-09-02") -> Walk:
    """A journey with one question about each item on one day: answers are due thirty days later."""
    way = begin(program([ANSWER_DUE]), "2026-09-01 10:00")
    for item in items:
        way.tell("document_insufficient", at(f"{day} 10:00"), item=item)
    return way


def test_22_clock_reminders_of_one_rule_person_and_day_are_one_message_that_lists_the_items() -> None:
    way = asked("doc-2", "doc-1", "doc-3")
    agenda = way.run(at("2026-09-19"))
    assert way.sent() == ["2026-09-18 08:00 answer_due:P14D@2026-10-02/doc-1>applicant"]
    assert way.log[0][1].items == ("doc-1", "doc-2", "doc-3")
    keys = [f"answer_due:P14D@2026-10-02/doc-{n}" for n in (2, 3)]
    assert outcomes(agenda, keys) == [("skipped", "merged_same_day")] * 2


def test_22_an_item_asked_about_on_another_day_has_a_message_of_its_own() -> None:
    way = asked("doc-1")
    way.tell("document_insufficient", at("2026-09-03 10:00"), item="doc-2")
    way.run(at("2026-09-20"))
    assert [key.partition("@")[2] for key in way.gone()] == ["2026-10-02/doc-1>applicant", "2026-10-03/doc-2>applicant"]


def test_22_another_speaks_for_the_rest_when_the_first_item_is_answered() -> None:
    way = asked("doc-1", "doc-2", "doc-3")
    way.tell("applicant_answered", at("2026-09-10 10:00"), item="doc-1")
    way.run(at("2026-09-19"))
    assert way.gone() == ["answer_due:P14D@2026-10-02/doc-2>applicant"]
    assert way.log[0][1].items == ("doc-2", "doc-3")


def test_22_what_became_known_after_the_message_left_is_not_taken_for_said() -> None:
    way = asked("doc-1")
    way.tell("document_insufficient", at("2026-09-02 11:00"), heard=at("2026-09-18 09:00"), item="doc-2")
    way.run(at("2026-09-19"))
    assert way.sent() == [
        "2026-09-18 08:00 answer_due:P14D@2026-10-02/doc-1>applicant",
        "2026-09-18 09:00 answer_due:P14D@2026-10-02/doc-2>applicant",
    ]


def test_22_offsets_of_several_items_that_meet_on_one_day_are_one_message() -> None:
    way = begin(program([ANSWER_DUE]), "2026-08-01 10:00")
    way.tell("document_insufficient", at("2026-08-22 10:00"), item="doc-1")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-2")
    way.run(at("2026-09-19"))
    assert way.sent() == [
        "2026-09-07 08:00 answer_due:P14D@2026-09-21/doc-1>applicant",
        "2026-09-18 08:00 answer_due:P3D@2026-09-21/doc-1>applicant",
    ]
    assert way.log[1][1].items == ("doc-1", "doc-2")


def test_22_the_item_whose_date_comes_first_speaks_whatever_it_is_called() -> None:
    way = begin(program([ANSWER_DUE]), "2026-08-01 10:00")
    way.tell("document_insufficient", at("2026-08-22 10:00"), item="doc-2")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    way.run(at("2026-09-19"))
    assert way.sent()[1:] == ["2026-09-18 08:00 answer_due:P3D@2026-09-21/doc-2>applicant"]
    assert way.log[1][1].items == ("doc-2", "doc-1")


def test_24_of_two_offsets_on_one_day_the_later_speaks() -> None:
    due = Deadline(name="due", fixed=at("2026-11-23 12:00").date(), at=LAST_SECOND)  # a Monday
    rule = REMINDER.model_copy(update={"offsets": periods("2 days", "1 day", "3 days")})
    way = begin(minimal(rule, deadline=due, window=WEEKDAYS), "2026-10-01 10:00")
    agenda = way.run(at("2026-11-24"))
    assert way.sent() == [
        "2026-11-20 08:00 due_reminder:P3D@2026-11-23>applicant",
        "2026-11-23 08:00 due_reminder:P1D@2026-11-23>applicant",
    ]
    assert outcome(agenda, "due_reminder:P2D") == ("skipped", "merged_same_day")


def test_24_after_a_deadline_later_is_farther() -> None:
    due = Deadline(name="due", fixed=at("2026-11-20 12:00").date(), at=LAST_SECOND)  # a Friday
    rule = PAST_DUE.model_copy(update={"offsets": periods("1 day", "2 days"), "while_": ("late",)})
    way = begin(minimal(rule, deadline=due, window=WEEKDAYS), "2026-10-01 10:00")
    way.run(at("2026-11-24"))
    assert way.gone() == ["past_due:P2D@2026-11-20>applicant"]


def test_26_of_several_overdue_announcements_only_the_latest_is_still_said() -> None:
    rule = REMINDER.model_copy(update={"purpose": "announcement"})
    way = begin(minimal(rule), "2026-09-01 10:00")
    agenda = way.agenda(at("2026-12-10 12:00"))
    keys = [f"due_reminder:{offset}" for offset in ("P90D", "P60D", "P30D", "P7D")]
    merged = ("skipped", "merged_same_day")
    assert outcomes(agenda, keys) == [merged, merged, ("ready",), ("scheduled",)]


def test_26_what_a_later_announcement_has_spoken_for_is_not_said_on_the_days_after_it() -> None:
    rule = REMINDER.model_copy(update={"purpose": "announcement"})
    way = begin(minimal(rule), "2026-09-01 10:00")
    way.now = at("2026-12-10 12:00")
    way.wake()
    way.now = at("2026-12-11 12:00")
    agenda = way.wake()
    assert way.gone() == ["due_reminder:P30D@2026-12-31>applicant"]
    assert outcomes(agenda, ["due_reminder:P90D", "due_reminder:P60D"]) == [("skipped", "merged_same_day")] * 2


def test_22_an_item_that_a_late_message_listed_is_not_said_again_on_the_day_after() -> None:
    patient = ANSWER_DUE.model_copy(update={"lateness": Period(days=3)})
    way = begin(program([patient]), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    way.tell("document_insufficient", at("2026-09-03 10:00"), item="doc-2")
    way.now = at("2026-09-19 12:00")  # two days on which nobody looked
    way.wake()
    way.now = at("2026-09-20 12:00")
    agenda = way.wake()
    assert way.gone() == ["answer_due:P14D@2026-10-02/doc-1>applicant"]
    assert way.log[0][1].items == ("doc-1", "doc-2")
    assert outcome(agenda, "answer_due:P14D@2026-10-03/doc-2") == ("skipped", "merged_same_day")


def test_22_an_item_whose_day_came_after_that_message_has_its_own() -> None:
    patient = ANSWER_DUE.model_copy(update={"lateness": Period(days=3)})
    way = begin(program([patient]), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    way.tell("document_insufficient", at("2026-09-03 10:00"), item="doc-2")
    way.now = at("2026-09-18 12:00")
    way.wake()
    way.now = at("2026-09-20 12:00")
    way.wake()
    assert way.gone() == [f"answer_due:P14D@2026-10-0{n + 1}/doc-{n}>applicant" for n in (1, 2)]


def test_29_two_holders_with_one_address_get_one_message() -> None:
    twins = {name: Person(id=name, address_digest="same") for name in ("rev1", "rev2")}
    rule = Rule(name="news", purpose="announcement", to=("reviewer",), on="submitted")
    way = begin(program([rule]), "2026-09-01 10:00")
    way.people = People(people={**PEOPLE.people, **twins}, roles={"reviewer": ("rev1", "rev2")})
    way.tell("submitted", at("2026-09-02 10:00"))
    agenda = way.run(at("2026-09-03"))
    assert outcomes(agenda, ["news#f0>reviewer.rev1", "news#f0>reviewer.rev2"]) == [
        ("sent",),
        ("skipped", "duplicate_address"),
    ]


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


def test_a_later_holder_of_a_role_is_not_told_what_earlier_holders_were_told() -> None:
    rule = Rule(name="news", purpose="announcement", to=("reviewer",), on="submitted")
    way = begin(program([rule]), "2026-09-01 10:00")
    way.people = PEOPLE.model_copy(update={"roles": {"reviewer": ("rev1",)}})
    way.tell("submitted", at("2026-09-02 10:00"))
    way.run(at("2026-09-03"))
    way.people = PEOPLE.model_copy(update={"roles": {"reviewer": ("rev1", "rev2")}})
    agenda = way.run(at("2026-09-04"))
    assert outcome(agenda, "news#f0>reviewer.rev2") == ("skipped", "already_past", "start")
    assert find(agenda, "news#f0>reviewer.rev2").detail == "it went to those who held the role then"


def test_reminders_of_a_journeys_clock_and_of_its_items_keep_apart() -> None:
    way = begin(program([*RULES, ANSWER_DUE.model_copy(update={"name": "other"})]), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    way.run(at("2026-09-19"))
    assert [key.partition(":")[0] for key in way.gone() if "P14D" in key] == ["answer_due", "other"]
    assert Period(days=14).dated


def test_22_after_an_outage_what_two_days_would_have_said_is_one_message_with_every_item() -> None:
    rule = ANSWER_DUE.model_copy(update={"lateness": periods("5 days")[0], "offsets": periods("14 days")})
    way = begin(program([rule]), "2026-09-01 10:00")
    for day, item in (("02", "doc-1"), ("02", "doc-2"), ("03", "doc-3"), ("03", "doc-4")):
        way.tell("document_insufficient", at(f"2026-09-{day} 10:00"), item=item)
    way.now = at("2026-09-19 12:00")
    way.wake()
    assert way.gone() == ["answer_due:P14D@2026-10-02/doc-1>applicant"]
    assert way.log[0][1].items == ("doc-1", "doc-2", "doc-3", "doc-4")
