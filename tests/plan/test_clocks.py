"""Clocks as the fold runs them: where they start, when they pass, what ends them (plan.md 11 to 17)."""

from datetime import date, timedelta

import pytest

from plan.model import Arrow, Deadline, Rule
from plan.period import Period
from tests.plan.programs import (
    DUE,
    LAST_SECOND,
    RESPONSE,
    RULES,
    minimal,
    periods,
    process,
    program,
    stage,
)
from tests.plan.walk import at, begin, local


def test_11_a_deadline_after_a_deadline_counts_from_its_date_and_moves_with_it() -> None:
    journey = begin(program(), "2026-09-01 10:00")
    assert {c.name: local(c.at) for c in journey.agenda().clocks}["grace"] == "2027-03-01 23:59"
    journey.tell("extension_granted", at("2026-12-05 10:00"), deadline="due", to="2027-01-31")
    assert {c.name: local(c.at) for c in journey.agenda(at("2026-12-06")).clocks}["grace"] == "2027-04-01 23:59"


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (Deadline(name="due", after=("submitted",), plus=Period(days=1)), "2026-10-06 23:59:59"),
        (Deadline(name="due", after=("submitted",), plus=Period(days=1), at=LAST_SECOND), "2026-10-06 23:59:59"),
        (Deadline(name="due", after=("submitted",), plus=Period(seconds=14_400)), "2026-10-06 01:30:00"),
        (Deadline(name="due", after=("submitted",), plus=Period(days=1, seconds=3600)), "2026-10-06 22:30:00"),
        (Deadline(name="due", after=("submitted",)), "2026-10-05 23:59:59"),
        (Deadline(name="due", fixed=date(2026, 10, 5)), "2026-10-05 23:59:59"),
        (Deadline(name="due", fixed=at("2026-10-05 17:00").replace(tzinfo=None, hour=17)), "2026-10-05 17:00:00"),
    ],
)
def test_12_the_named_second(deadline: Deadline, expected: str) -> None:
    journey = begin(minimal(deadline=deadline), "2026-09-01 10:00")
    journey.tell("submitted", at("2026-10-05 21:30:00.250"))
    assert journey.agenda(at("2026-10-05 22:00")).clocks[0].at == at(expected)


def test_13_entering_a_stage_takes_a_deadline_that_has_passed_at_once_and_rules_on_it_fire_then() -> None:
    of = process(stages=(*process().stages.values(), stage("in_review", reopened="in_progress")))
    rules = [*RULES, Rule(name="overdue", purpose="announcement", to=("applicant",), on="due")]
    journey = begin(program(rules, of=of), "2026-09-01 10:00")
    journey.tell("submitted", at("2026-10-01 10:00"))
    journey.tell("reopened", at("2027-01-10 10:00"))
    before = journey.run(at("2027-01-09"))
    assert not [k for k in journey.gone() if k.startswith("overdue")]
    assert [o.reason for o in before.occurrences if o.notification == "overdue"] == ["due"]
    agenda = journey.run(at("2027-01-11"))
    assert (agenda.stage, agenda.entered_at) == ("past_due", at("2027-01-10 10:00"))
    assert journey.sent()[-1] == "2027-01-10 12:00 overdue#due@2026-12-31>applicant"


def test_13_passed_deadlines_that_lead_in_a_circle_are_followed_once() -> None:
    other = Deadline(name="other", fixed=date(2026, 12, 30))
    of = process(
        stages=(stage("in_progress", due="late"), stage("late", other="in_progress")), deadlines=(DUE, other), items=()
    )
    journey = begin(program((), of=of), "2026-09-01 10:00")
    assert journey.run(at("2027-01-05")).stage == "late"


def test_14_one_clock_an_item_ends_with_its_answer_and_a_new_question_restarts_it() -> None:
    journey = begin(program(), "2026-09-01 10:00")
    for n, (name, item) in enumerate(
        [("document_insufficient", "doc-1"), ("document_insufficient", "doc-2"), ("applicant_answered", "doc-1")]
    ):
        journey.tell(name, at(f"2026-10-0{n + 1} 10:00"), item=item)
    clocks = {c.item: c for c in journey.agenda(at("2026-10-04")).clocks if c.name == "response"}
    assert (clocks["doc-1"].ended_by, clocks["doc-2"].ended_by) == ("f2", None)
    journey.tell("document_insufficient", at("2026-10-20 10:00"), item="doc-1")
    clocks = {c.item: c for c in journey.agenda(at("2026-10-21")).clocks if c.name == "response"}
    assert (clocks["doc-1"].ended_by, local(clocks["doc-1"].at)) == (None, "2026-11-19 23:59")
    assert local(clocks["doc-2"].at) == "2026-11-01 23:59"


def test_14_an_extension_is_about_one_item_and_about_the_question_it_was_granted_for() -> None:
    journey = begin(program(), "2026-09-01 10:00")
    for item in ("doc-1", "doc-2"):
        journey.tell("document_insufficient", at("2026-10-01 10:00"), item=item)
    journey.tell("extension_granted", at("2026-10-02 10:00"), item="doc-1", deadline="response", to="2026-12-01")
    journey.tell("applicant_answered", at("2026-10-05 10:00"), item="doc-1")
    clocks = {c.item: local(c.at) for c in journey.agenda(at("2026-10-06")).clocks if c.name == "response"}
    assert clocks == {"doc-1": "2026-12-01 23:59", "doc-2": "2026-10-31 23:59"}
    journey.tell("document_insufficient", at("2026-10-10 10:00"), item="doc-1")
    clocks = {c.item: local(c.at) for c in journey.agenda(at("2026-10-11")).clocks if c.name == "response"}
    assert clocks["doc-1"] == "2026-11-09 23:59"


def test_14_the_passing_of_an_items_clock_moves_the_item_too() -> None:
    kind = process().items["document"]
    stages = {**kind.stages, "insufficient": stage("insufficient", applicant_answered="received", response="expired")}
    of = process(items=(kind.model_copy(update={"stages": stages}),))
    journey = begin(program(of=of), "2026-09-01 10:00")
    journey.tell("document_insufficient", at("2026-10-01 10:00"), item="doc-1")
    assert [i.stage for i in journey.agenda(at("2026-10-31 23:59:59")).items] == ["insufficient"]
    assert [i.stage for i in journey.agenda(at("2026-11-01 00:00:00")).items] == ["expired"]


def test_17_a_deadline_that_nobody_told_has_a_problem_and_so_has_what_counts_from_it() -> None:
    told = Deadline(name="due", told="expires_on")
    grace = Deadline(name="grace", after=("due",), plus=Period(days=60))
    of = process(deadlines=(told, grace, RESPONSE))
    journey = begin(program(of=of), "2026-09-01 10:00")
    clocks = {c.name: c.problem for c in journey.agenda().clocks}
    assert clocks["due"] == "expires_on has not been told yet"
    assert clocks["grace"] is not None
    journey.tell("told", at("2026-09-02 10:00"), expires_on="2027-01-31")
    assert [c.problem for c in journey.agenda(at("2026-09-03")).clocks] == [None, None]
    journey.tell("told", at("2026-09-04 10:00"), expires_on="soon")
    assert journey.agenda(at("2026-09-05")).clocks[0].problem == "what was told is not a date"
    journey.tell("told", at("2026-09-06 10:00"), expires_on="9999-12-31")
    assert journey.agenda(at("2026-09-07")).clocks[0].problem == "the date is out of range"


def test_a_fact_dated_ahead_of_the_clock_counts_from_its_instant() -> None:
    journey = begin(program(), "2026-09-01 10:00")
    journey.tell("submitted", at("2026-10-05 10:04"), heard=at("2026-10-05 10:00"))
    early = journey.agenda(at("2026-10-05 10:00"))
    assert (early.stage, early.next_at) == ("in_progress", at("2026-10-05 10:04"))
    assert journey.agenda(at("2026-10-05 10:04")).stage == "in_review"


def test_an_arrow_from_a_stage_to_itself_is_a_new_question() -> None:
    kind = process().items["document"]
    again = stage("insufficient", applicant_answered="received", document_insufficient="insufficient")
    of = process(items=(kind.model_copy(update={"stages": {**kind.stages, "insufficient": again}}),))
    journey = begin(program(of=of), "2026-09-01 10:00")
    for day in ("2026-10-01", "2026-10-11"):
        journey.tell("document_insufficient", at(f"{day} 10:00"), item="doc-1")
    agenda = journey.agenda(at("2026-10-12"))
    assert {fact: given.verdict for fact, given in agenda.verdicts.items()} == {"f0": "accepted", "f1": "accepted"}
    assert {c.item: local(c.at) for c in agenda.clocks}["doc-1"] == "2026-11-10 23:59"


def test_breaking_off_by_an_arrow_of_anywhere_ends_the_clocks_of_items() -> None:
    journey = begin(program(), "2026-09-01 10:00")
    journey.tell("document_insufficient", at("2026-10-01 10:00"), item="doc-1")
    journey.tell("withdrawn", at("2026-10-05 10:00"))
    agenda = journey.run(at("2026-10-05 10:00") + timedelta(days=90))
    assert agenda.ends
    assert {c.item: c.ended_by for c in agenda.clocks}["doc-1"] == "f1"
    assert not [k for k in journey.gone() if k.startswith("answer_due")]


def test_a_deadline_of_the_whole_journey_may_lead_anywhere() -> None:
    of = process(
        anywhere={"withdrawn": Arrow(to="withdrawn"), "expiry": Arrow(to="expired")},
        deadlines=(DUE, Deadline(name="expiry", after=("created",), plus=Period(days=20))),
    )
    journey = begin(program(of=of), "2026-09-01 10:00")
    assert journey.agenda(at("2026-09-22")).stage == "expired"


def test_offsets_of_a_fact_count_from_its_local_date() -> None:
    rule = Rule(
        name="nudge", purpose="announcement", to=("applicant",), on="submitted", offsets=periods("3 days", "4 hours")
    )
    journey = begin(program([rule]), "2026-09-01 10:00")
    journey.tell("submitted", at("2026-10-05 22:00"))
    journey.run(at("2026-10-20"))
    assert journey.sent() == ["2026-10-06 08:00 nudge:PT4H#f0>applicant", "2026-10-08 08:00 nudge:P3D#f0>applicant"]
