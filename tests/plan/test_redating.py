"""A deadline that the plan or a person's data moved is told of (plan.md 18, 32)."""

from datetime import date

from plan.facts import People
from plan.model import Deadline, Plan, Rule
from tests.plan.programs import DUE_REMINDER, LAST_SECOND, minimal
from tests.plan.walk import PEOPLE, Walk, at, begin, outcome
from tests.plan.written import TEXT, loaded

MOVED = Rule(name="due_moved", purpose="announcement", to=("applicant",), moved="due")
REMINDER = DUE_REMINDER.model_copy(update={"while_": None})


def due(day: str) -> Plan:
    return minimal(REMINDER, MOVED, deadline=Deadline(name="due", fixed=date.fromisoformat(day), at=LAST_SECOND))


def under_way(until: str) -> Walk:
    way = begin(due("2026-12-31"), "2026-09-01 10:00")
    way.run(at(until))
    return way


def test_18_a_plan_that_moves_a_deadline_is_told_once_to_whom_the_old_date_was_told() -> None:
    way = under_way("2026-10-10 21:00")
    way.plan = due("2027-03-31")
    way.run(at("2026-11-15"))
    assert way.sent() == [
        "2026-10-02 08:00 due_reminder:P90D@2026-12-31>applicant",
        "2026-10-11 08:00 due_moved#due@2027-03-31>applicant",  # at the next opening
    ]


def test_18_a_plan_that_moves_a_deadline_back_again_is_told_again() -> None:
    way = under_way("2026-10-10 12:00")
    for moved_to, until in (("2027-03-31", "2026-11-05 12:00"), ("2027-04-30", "2026-11-10 12:00")):
        way.plan = due(moved_to)
        way.run(at(until))
    assert way.gone()[1:] == ["due_moved#due@2027-03-31>applicant", "due_moved#due@2027-04-30>applicant"]
    way.plan = due("2026-12-31")
    way.run(at("2026-11-12"))
    assert way.gone()[3:] == ["due_moved#due@2026-12-31>applicant"]


def test_18_whom_nobody_told_the_old_date_hears_of_no_move() -> None:
    way = under_way("2026-10-01 12:00")
    way.plan = due("2027-03-31")
    way.run(at("2026-10-20"))
    assert way.gone() == []


def test_18_an_extension_that_tells_the_present_date_is_enough() -> None:
    way = under_way("2026-10-10 12:00")
    way.plan = due("2027-03-31")
    way.tell("extension_granted", at("2026-10-10 13:00"), deadline="due", to="2027-05-31")
    way.now = at("2026-10-10 14:00")
    way.run(at("2026-10-20"))
    assert way.gone()[1:] == ["due_moved#f0>applicant"]


def test_18_an_extension_that_is_taken_back_moves_the_deadline_back() -> None:
    way = under_way("2026-10-10 12:00")
    way.tell("extension_granted", at("2026-10-11 10:00"), deadline="due", to="2027-05-31")
    way.run(at("2026-10-12"))
    way.tell("retracted", at("2026-10-13 10:00"), id="f0")
    way.run(at("2026-10-20"))
    assert way.sent()[1:] == [
        "2026-10-11 10:00 due_moved#f0>applicant",
        "2026-10-13 10:00 due_moved#due@2026-12-31>applicant",
    ]


def test_18_whoever_has_passed_on_hears_of_no_move() -> None:
    way = under_way("2026-10-10 12:00")
    way.tell("submitted", at("2026-10-11 10:00"))
    way.run(at("2026-10-12"))
    way.plan = due("2027-03-31")
    way.run(at("2026-10-20"))
    assert way.gone() == ["due_reminder:P90D@2026-12-31>applicant"]


def test_18_a_deadline_that_has_passed_is_moved_for_nobody() -> None:
    way = under_way("2027-01-10 12:00")
    before = way.gone()
    way.plan = due("2026-12-20")
    way.run(at("2027-01-20"))
    assert way.gone() == before


def born(day: str) -> People:
    applicant = PEOPLE.people["p1"].model_copy(update={"attributes": {"birth_date": day}})
    return PEOPLE.model_copy(update={"people": {**PEOPLE.people, "p1": applicant}})


def test_18_a_person_whose_data_move_a_deadline_hears_of_it() -> None:
    text = TEXT.replace(
        'due: {after: created, plus: 1 year, at: "23:59:59"}',
        'due: {after: created, plus: 3 months, then: end of birth month, at: "23:59:59"}',
    )
    way = begin(loaded(text), "2026-09-01 10:00")
    way.people = born("1990-12-10")
    way.run(at("2026-12-26"))
    way.people = born("1990-02-10")
    agenda = way.run(at("2026-12-28"))
    assert way.gone() == [
        "welcome#created>applicant",
        "due_reminder:P90D@2026-12-31>applicant",
        "due_reminder:P7D@2026-12-31>applicant",
        "due_moved#due@2027-02-28>applicant",
    ]
    assert outcome(agenda, "due_reminder:P7D@2027-02-28") == ("scheduled",)
