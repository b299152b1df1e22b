"""Occurrences that speak for one another (plan.md 22, 24, 26, 29)."""

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
