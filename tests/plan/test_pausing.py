"""Clocks that stand still while another one runs (plan.md 15)."""

from datetime import date

import pytest

from plan.model import Deadline, Plan, Rule
from plan.period import Period
from plan.status import sentence
from tests.plan.programs import DOCUMENT, DUE_REMINDER, GRACE, LAST_SECOND, process, program
from tests.plan.walk import Walk, at, begin, find, local, outcome

DUE = Deadline(name="due", fixed=date(2026, 6, 30), at=LAST_SECOND)
ANSWER = Deadline(
    name="response",
    after=("document_insufficient",),
    plus=Period(days=30),
    per_item=True,
    until=("applicant_answered",),
    pauses=("due",),
)
MOVED = Rule(name="moved", purpose="announcement", to=("applicant",), moved="due")


def paused_plan(*rules: Rule) -> Plan:
    return program(rules or (DUE_REMINDER,), of=process(deadlines=(DUE, GRACE, ANSWER), items=(DOCUMENT,)))


def due(way: Walk) -> str:
    return local(next(clock for clock in way.agenda().clocks if clock.name == "due").at)


def asked(way: Walk, on: str, item: str, answered: str | None = None) -> None:
    way.tell("document_insufficient", at(f"{on} 10:00"), item=item)
    if answered is not None:
        way.tell("applicant_answered", at(f"{answered} 10:00"), item=item)


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ([("2026-06-10", "a", "2026-07-01")], "2026-07-21 23:59"),  # domain.md, case 12
        ([("2026-06-10", "a", "2026-06-10")], "2026-06-30 23:59"),  # met on the day it was asked: no whole date
        ([("2026-06-10", "a", "2026-06-11")], "2026-07-01 23:59"),
        ([("2026-06-10", "a", "2026-06-20"), ("2026-06-25", "b", "2026-06-28")], "2026-07-13 23:59"),  # 10 and 3
        ([("2026-06-10", "a", "2026-06-20"), ("2026-06-15", "b", "2026-06-25")], "2026-07-15 23:59"),  # united: 15
        ([("2026-06-10", "a", "2026-06-25"), ("2026-06-12", "b", "2026-06-14")], "2026-07-15 23:59"),  # one in another
        ([("2026-06-10", "a", None)], "2026-07-30 23:59"),  # expired after thirty days
        ([("2026-03-01", "a", "2026-03-20")], "2026-07-19 23:59"),  # over the change of the clocks: the time stays
    ],
)
def test_15_pauses_are_united_and_added_in_whole_local_dates(
    questions: list[tuple[str, str, str | None]], expected: str
) -> None:
    way = begin(paused_plan(), "2026-02-01 10:00")
    for on, item, answered in questions:
        asked(way, on, item, answered)
    way.run(at("2026-07-12 12:00"))
    assert due(way) == expected


def test_15_a_question_asked_anew_goes_on_pausing() -> None:
    way = begin(paused_plan(), "2026-02-01 10:00")
    asked(way, "2026-06-10", "a")
    asked(way, "2026-06-20", "a", "2026-06-30")
    way.run(at("2026-07-01 12:00"))
    assert due(way) == "2026-07-20 23:59"


def test_15_while_paused_no_reminder_goes_out_and_the_days_that_remain_are_shown() -> None:
    way = begin(paused_plan(), "2026-02-01 10:00")
    asked(way, "2026-06-10", "a", "2026-07-01")
    agenda = way.run(at("2026-06-22 12:00"))
    assert not [key for key in way.gone() if "P7D" in key]
    assert "due paused, 20 days remain" in sentence(way.plan, agenda, way.now)
    way.run(at("2026-08-01 12:00"))
    assert [line for line in way.sent() if "P7D" in line or "P1D" in line] == [
        "2026-07-14 08:00 due_reminder:P7D@2026-07-21>applicant",
        "2026-07-20 08:00 due_reminder:P1D@2026-07-21>applicant",
    ]


def test_15_what_is_due_while_the_clock_stands_still_is_held() -> None:
    late = Rule(name="soon", purpose="announcement", to=("applicant",), before="due", offsets=(Period(days=25),))
    way = begin(paused_plan(late), "2026-06-01 10:00")
    asked(way, "2026-06-10", "a")
    agenda = way.run(at("2026-07-06 12:00"))
    assert outcome(agenda, "soon:P25D@2026-07-30") == ("held", "clock_paused")
    assert find(agenda, "soon:P25D@2026-07-30").detail == "due is paused, 20 days remain"


def test_15_a_deadline_that_has_passed_is_not_paused_any_more() -> None:
    way = begin(paused_plan(), "2026-02-01 10:00")
    asked(way, "2026-07-05", "a", "2026-07-10")
    way.run(at("2026-07-12 12:00"))
    assert due(way) == "2026-06-30 23:59"


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"to": "2026-09-30"}, "2026-09-30 23:59"), ({"by": "10 days"}, "2026-07-31 23:59")],
)
def test_15_a_date_that_was_given_is_moved_only_by_later_pauses(said: dict[str, str], expected: str) -> None:
    way = begin(paused_plan(), "2026-02-01 10:00")
    asked(way, "2026-06-10", "a", "2026-07-01")
    way.tell("extension_granted", at("2026-07-05 10:00"), said={"deadline": "due", **said})
    way.run(at("2026-07-12 12:00"))
    assert due(way) == expected


def test_18_a_pause_that_is_over_moved_the_deadline() -> None:
    way = begin(paused_plan(MOVED), "2026-02-01 10:00")
    asked(way, "2026-06-10", "a", "2026-07-01")
    way.run(at("2026-07-12 12:00"))
    assert way.gone() == ["moved#f1>applicant"]
