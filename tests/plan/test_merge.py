"""Merge fields: which there are, what they say, true at the moment of sending (plan.md 26, 30)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from pydantic import JsonValue

from plan.agenda import Agenda, ClockState, Occurrence
from plan.decide import decide
from plan.facts import Fact, Journey, People, Person
from plan.merge import catalogue, fields
from plan.model import Plan, Rule
from plan.period import Period
from tests.plan.written import changed, loaded

PLAN: Final = loaded(changed("/{cycle}", "/{program}/{process}/{person}/{cycle}"))
START: Final = datetime(2026, 10, 5, 14, tzinfo=UTC)
ANN: Final = Person(id="ann", address_digest="a", attributes={"birth_date": "1990-02-28", "member": True})
DUE: Final = "Tuesday, 5 October 2027 at 11:59 pm Eastern Daylight Time"


def journey(process: str = "application", cycle: str = "1") -> Journey:
    return Journey(
        id=f"journey:cwe:ann:{process}:{cycle}",
        program="cwe",
        process=process,
        cycle=cycle,
        person_id="ann",
        created_at=START,
        started_at=START,
    )


def fact(order: int, name: str, day: int, item: str | None = None, **data: JsonValue) -> Fact:
    at = START + timedelta(days=day)
    return Fact(id=f"f{order}", type=name, at=at, heard_at=at, order=order, item=item, data=data)


def said(rule: str, *facts: Fact, day: float = 0, plan: Plan = PLAN, **changes: Any) -> dict[str, str]:
    """The fields of the first message of a rule, `day` days after the start."""
    now = START + timedelta(days=day)
    agenda = decide(plan, journey(), facts, People(people={"ann": ANN}), [], now)
    occurrence = next(o for o in agenda.occurrences if o.notification == rule and o.key is not None)
    given: dict[str, Any] = {"journey": journey(), "person": ANN, "texts": {}, "name": "Ann Lee"} | changes
    return fields(plan, facts=facts, agenda=agenda, occurrence=occurrence, now=now, **given)


def test_every_field_of_the_catalogue_is_there_and_no_other() -> None:
    insufficient = fact(1, "document_insufficient", 1, "doc-17", reason="illegible")
    paid = fact(2, "payment_received", 2, amount="210.00 USD")
    moved = fact(3, "extension_granted", 3, deadline="due", by="30 days")
    for name, rule in PLAN.rules.items():
        if name not in {"expiry_reminder", "answer_arrived"}:
            assert said(name, insufficient, paid, moved, day=4).keys() == catalogue(PLAN, rule)


def test_a_welcome_knows_the_journey_and_its_clocks() -> None:
    found = said("welcome")
    assert {name: value for name, value in found.items() if value} == {
        "applicant.first_name": "Ann",
        "applicant.name": "Ann Lee",
        "application.number": "ann-1",
        "clock.due.on": DUE,
        "clock.grace.on": "Saturday, 4 December 2027 at 11:59 pm Eastern Standard Time",
        "cycle": "1",
        "event.on": "Monday, 5 October 2026 at 10:00 am Eastern Daylight Time",
        "links.application": "https://portal.example.org/cwe/application/ann/1",
        "person.birth_date": "28 February 1990",
        "person.member": "yes",
        "process.title": "application",
        "program.help": "help@example.org",
        "program.title": "Certified Widget Engineer",
        "stage": "in progress",
    }


@pytest.mark.parametrize(
    ("name", "first", "whole"), [(None, "", ""), ("", "", ""), (" Ann  van Lee ", "Ann", "Ann van Lee")]
)
def test_a_missing_name_is_empty(name: str | None, first: str, whole: str) -> None:
    found = said("welcome", name=name)
    assert (found["applicant.first_name"], found["applicant.name"]) == (first, whole)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2027-09-05T12:00:00", "30 days"),
        ("2027-09-06T03:59:59", "30 days"),  # 11:59 pm of the same day
        ("2027-09-06T04:00:00", "29 days"),  # midnight, though 29.99 times 24 hours are left
        ("2027-10-05T03:59:59", "1 day"),
        ("2027-10-05T04:00:00", "less than a day"),
        ("2027-10-06T03:59:59", "less than a day"),
    ],
)
def test_26_days_left_are_true_at_the_moment_of_sending(now: str, left: str) -> None:
    day = (datetime.fromisoformat(now).replace(tzinfo=UTC) - START) / timedelta(days=1)
    found = said("due_reminder", day=day)
    assert (found["days_left"], found["days_late"]) == (left, "")
    assert (found["deadline.on"], found["deadline.date"]) == (DUE, "5 October 2027")


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2027-10-06T04:00:00", "1 day"),  # midnight, a second late
        ("2027-10-07T03:59:59", "1 day"),
        ("2027-10-07T04:00:00", "2 days"),
        ("2027-11-05T03:59:59", "30 days"),
    ],
)
def test_26_days_late_count_from_the_date_of_the_deadline(now: str, late: str) -> None:
    day = (datetime.fromisoformat(now).replace(tzinfo=UTC) - START) / timedelta(days=1)
    found = said("past_due", day=day)
    assert (found["days_left"], found["days_late"]) == ("", late)


@pytest.mark.parametrize(
    ("now", "left", "late"),
    [
        ("2026-12-30T15:00:00", "1 day", ""),  # 23 hours
        ("2026-12-31T13:59:00", "less than a day", ""),
        ("2026-12-31T15:00:00", "", "less than a day"),
        ("2027-01-01T05:00:00", "", "1 day"),  # 15 hours
    ],
)
def test_26_days_are_dates_and_not_hours(now: str, left: str, late: str) -> None:
    """Due 31 December at 9 am in New York, which is 14:00 UTC."""
    agenda = Agenda(stage="open", entered_at=START, final=False)
    occurrence = Occurrence(
        key="k",
        notification="expiry_reminder",
        purpose="reminder",
        to="applicant",
        outcome="ready",
        clock="expiry",
        clock_at=datetime(2026, 12, 31, 14, tzinfo=UTC),
    )
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = fields(PLAN, journey("renewal"), (), agenda, occurrence, None, instant, {}, None)
    assert (found["days_left"], found["days_late"]) == (left, late)
    moved = replace(agenda, clocks=(ClockState(name="expiry", at=instant + timedelta(days=9)),))
    found = fields(PLAN, journey("renewal"), (), moved, occurrence, None, instant, {}, None)
    assert (found["days_left"], found["days_late"]) == ("9 days", "")


def test_32_a_moved_deadline_is_told_as_it_is_now() -> None:
    found = said("due_moved", fact(1, "extension_granted", 10, deadline="due", to="2027-12-31"), day=10)
    assert found["deadline.on"] == "Friday, 31 December 2027 at 11:59 pm Eastern Standard Time"
    assert found["clock.due.on"] == found["deadline.on"]


def test_14_an_item_s_message_speaks_of_its_own_clock() -> None:
    facts = (fact(1, "document_insufficient", 1, "doc-1"), fact(2, "document_insufficient", 9, "doc/2"))
    agenda = decide(PLAN, journey(), facts, People(people={"ann": ANN}), [], START + timedelta(days=9))
    told = {
        o.item: fields(PLAN, journey(), facts, agenda, o, ANN, START + timedelta(days=9), {}, None)
        for o in agenda.occurrences
        if o.notification == "clarification"
    }
    assert told["doc-1"]["clock.response.on"] == "Thursday, 5 November 2026 at 11:59 pm Eastern Standard Time"
    assert told["doc/2"]["clock.response.on"] == "Friday, 13 November 2026 at 11:59 pm Eastern Standard Time"
    assert (told["doc/2"]["item"], told["doc/2"]["items"]) == ("doc/2", "doc/2")
    assert told["doc/2"]["links.upload"] == "https://portal.example.org/upload/doc%2F2"


def test_22_where_one_message_speaks_for_items_of_several_dates_each_is_said() -> None:
    week, fortnight = Period(days=7), Period(days=14)
    reminder = Rule(
        name="answer_due", purpose="reminder", to=("applicant",), before="response", offsets=(week, fortnight)
    )
    plan = PLAN.model_copy(update={"rules": {reminder.name: reminder}})
    facts = (fact(1, "document_insufficient", 1, "doc-2"), fact(2, "document_insufficient", 8, "doc-1"))
    agenda = decide(plan, journey(), facts, People(people={"ann": ANN}), [], START + timedelta(days=9))
    [both] = [o for o in agenda.occurrences if o.notification == reminder.name and len(o.items) > 1]
    found = fields(plan, journey(), facts, agenda, both, ANN, START + timedelta(days=24), {}, None)
    assert found["deadline.date"] == "5 November 2026"
    assert found["items"] == "doc-2 (by 5 November 2026) and doc-1 (by 12 November 2026)"


def test_a_message_about_no_item_lists_those_that_are_open_and_their_first_clock() -> None:
    facts = (
        fact(1, "document_insufficient", 9, "doc-2"),
        fact(2, "document_insufficient", 1, "doc-1"),
        fact(3, "document_insufficient", 0, "doc-3"),
        fact(4, "applicant_answered", 2, "doc-3"),
    )
    found = said("welcome", *facts, day=10)
    assert found["items"] == "doc-1 and doc-2"
    assert found["clock.response.on"] == "Thursday, 5 November 2026 at 11:59 pm Eastern Standard Time"


def test_an_event_s_data_reads_as_words() -> None:
    paid = fact(1, "payment_received", 2, amount="1210.00 USD", receipt_no="R-1", payer="emp")
    found = said("receipt", paid, day=2)
    assert (found["event.amount"], found["event.receipt_no"], found["event.payer"]) == ("1,210.00 USD", "R-1", "emp")


def test_30_only_what_is_shown_to_the_reader_crosses_over() -> None:
    clarification, arrived = catalogue(PLAN, PLAN.rules["clarification"]), catalogue(PLAN, PLAN.rules["answer_arrived"])
    assert "event.note" in clarification & arrived
    assert "event.reason" not in clarification
    hidden = loaded(changed("to: reviewer, on: applicant_answered", "to: auditor, on: applicant_answered"))
    assert "event.note" not in catalogue(hidden, hidden.rules["answer_arrived"])
    own = loaded(changed("to: reviewer, on: applicant_answered", "to: applicant, on: applicant_answered"))
    assert "event.note" in catalogue(own, own.rules["answer_arrived"])


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ({"text_id": "t-1"}, "Please scan it again."),
        ("t-1", "Please scan it again."),
        ({"text_id": "t-2"}, ""),
        (None, ""),
    ],
)
def test_a_text_comes_from_the_ledger(note: JsonValue, words: str) -> None:
    asked = fact(1, "document_insufficient", 1, "doc-1", note=note)
    assert said("clarification", asked, day=1, texts={"t-1": "Please scan it again."})["event.note"] == words


def test_07_told_values_are_the_latest() -> None:
    told = (fact(1, "told", 1, credits={"earned": 10}), fact(2, "told", 2, credits={"earned": 12.5, "required": 40}))
    found = said("welcome", *told, day=3)
    assert (found["told.credits.earned"], found["told.credits.required"], found["told.expires_on"]) == (
        "12.5",
        "40",
        "",
    )


def test_17_a_deadline_without_a_date_leaves_its_fields_empty() -> None:
    agenda = Agenda(stage="open", entered_at=START, final=False, clocks=(ClockState(name="expiry"),))
    occurrence = Occurrence(
        key=None, notification="expiry_reminder", purpose="reminder", to="applicant", outcome="held", clock="expiry"
    )
    found = fields(PLAN, journey("renewal"), (), agenda, occurrence, None, START, {}, None)
    names = ("deadline.on", "deadline.date", "days_left", "days_late", "clock.expiry.on", "person.member")
    assert {found[name] for name in names} == {""}
