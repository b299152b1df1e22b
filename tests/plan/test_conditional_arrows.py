"""Arrows that open on a condition, totals that are added up, what a clock allows (plan.md 4, 7, 11)."""

import pytest

from plan.lifecycle import fold
from plan.model import Arrow, Deadline, EventType, FieldSpec, ItemKind, Plan, Rule
from plan.period import Period
from tests.plan.programs import DUE, by_name, process, program, stage
from tests.plan.walk import at, begin, outcome

TO = ("applicant",)
NUMBER = FieldSpec(type="number")
TOLD = {"credits.earned": NUMBER, "credits.required": NUMBER}
ENOUGH = "credits.earned >= credits.required"


def conditional() -> Plan:
    stages = (
        stage("open", submitted=Arrow(to="in_review", if_=ENOUGH), due=Arrow(to="lapsed", if_="!person.member")),
        stage("in_review", approved="approved"),
        stage("lapsed"),
        stage("approved"),
    )
    plan = program([], of=process(stages=stages, deadlines=(DUE,), items=(), start="open"))
    return plan.model_copy(update={"told": TOLD, "person": {"member": FieldSpec(type="boolean")}})


def test_04_an_arrow_opens_when_its_condition_holds_and_the_fact_waits_until_then() -> None:
    way = begin(conditional(), "2026-10-05 10:00")
    way.tell("told", at("2026-10-05 11:00"), credits={"earned": 10, "required": 30})
    way.tell("submitted", at("2026-10-06 10:00"))
    agenda = way.agenda(at("2026-10-07 12:00"))
    assert (agenda.stage, agenda.verdicts["f1"].verdict) == ("open", "waiting")
    way.tell("told", at("2026-10-06 09:00"), heard=at("2026-10-08 10:00"), credits={"earned": 30})
    agenda = way.agenda(at("2026-10-08 12:00"))
    assert (agenda.stage, agenda.verdicts["f1"].verdict) == ("in_review", "accepted")


@pytest.mark.parametrize(("member", "expected"), [(True, "open"), (False, "lapsed"), (None, "open")])
def test_04_a_passing_changes_nothing_while_its_arrow_is_closed(member: bool | None, expected: str) -> None:
    way = begin(conditional(), "2026-10-05 10:00")
    known = {} if member is None else {"member": member}
    assert fold(way.plan, way.journey, [], known).track.stage == expected


CREDIT = ItemKind(
    name="credit_activity",
    start="open",
    stages=by_name(
        [
            stage("open", activity_approved="approved"),
            stage("approved", activity_rejected="rejected"),
            stage("rejected"),
        ]
    ),
)
APPROVED = EventType(name="activity_approved", item="credit_activity", data={"credits": NUMBER})
DONE = Rule(name="done", purpose="announcement", to=TO, becomes="credits.earned >= 20")


def adding() -> Plan:
    of = process(deadlines=(DUE,), items=(CREDIT,)).model_copy(update={"credits": "sum"})
    events = (APPROVED, EventType(name="activity_rejected", item="credit_activity"))
    return program([DONE], of=of, events=events).model_copy(update={"told": TOLD})


def test_07_approved_items_are_added_up_and_rejected_ones_are_not() -> None:
    way = begin(adding(), "2026-10-05 10:00")
    way.tell("activity_approved", at("2026-10-06 10:00"), item="a", credits=12.1)
    way.tell("activity_approved", at("2026-10-07 10:00"), item="b", credits=0.2)
    way.tell("activity_approved", at("2026-10-08 10:00"), item="c", credits=8)
    way.run(at("2026-10-07 12:00"))
    assert way.agenda().told["credits.earned"] == 12.3
    way.run(at("2026-10-08 12:00"))
    assert way.gone() == ["done#once>applicant"]
    way.tell("activity_rejected", at("2026-10-09 10:00"), item="a")
    assert way.run(at("2026-10-09 12:00")).told["credits.earned"] == 8.2


def test_07_a_total_that_is_told_wins() -> None:
    way = begin(adding(), "2026-10-05 10:00")
    way.tell("activity_approved", at("2026-10-06 10:00"), item="a", credits=12)
    way.tell("told", at("2026-10-07 10:00"), credits={"earned": 5})
    assert way.run(at("2026-10-08 12:00")).told["credits.earned"] == 5


def test_11_what_a_clock_allows_is_a_condition_while_it_runs() -> None:
    grace = Deadline(name="grace", after=("due",), plus=Period(days=60), allows=("submit", "pay"))
    still = Rule(name="still", purpose="announcement", to=TO, before="grace", offsets=(Period(days=30),))
    stages = (stage("open", due="late"), stage("late", grace="lapsed"), stage("lapsed"))
    rules = [
        still.model_copy(update={"name": "may_earn", "if_": "allows.earn"}),
        still.model_copy(update={"name": "may_submit", "if_": "allows.submit && !allows.earn"}),
    ]
    due = DUE.model_copy(update={"allows": ("earn", "submit")})
    plan = program(rules, of=process(stages=stages, deadlines=(due, grace), items=(), start="open"))
    way = begin(plan, "2026-10-05 10:00")
    assert way.agenda().allowed == ("earn", "submit")
    agenda = way.run(at("2027-02-10 12:00"))
    assert agenda.allowed == ("pay", "submit")
    assert way.gone() == ["may_submit:P30D@2027-03-01>applicant"]
    assert outcome(agenda, "may_earn") == ("skipped", "condition_false")
