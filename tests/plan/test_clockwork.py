"""Clocks that come again, and clocks that wait for what became of a message (plan.md 11, 12)."""

from datetime import timedelta

import pytest

from plan.clocks import Run
from plan.facts import Sent
from plan.lifecycle import fold
from plan.model import Deadline, ItemKind, Plan, Rule
from plan.period import Period
from tests.plan.programs import AUDIT, EVENTS, periods, process, program, stage
from tests.plan.walk import Walk, at, begin, local

TO = ("applicant",)
YEARLY = Deadline(name="fee", after=("created",), plus=Period(months=12), every=Period(months=12), until=("fee_paid",))


def yearly(*rules: Rule, deadline: Deadline = YEARLY) -> Plan:
    return program(
        rules,
        of=process(stages=(stage("open", closed="done"), stage("done")), deadlines=(deadline,), items=(), start="open"),
    )


def fees(way: Walk) -> list[str]:
    way.run(way.now)
    runs: list[Run] = fold(way.plan, way.journey, way.facts(), until=way.now).runs
    return [local(run.date.at)[:10] for run in runs]


def test_11_a_clock_that_comes_again_counts_every_instance_from_the_original_date() -> None:
    way = begin(yearly(), "2028-02-29 10:00")
    way.now = at("2032-03-05 12:00")
    assert fees(way) == ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29", "2033-02-28"]


def test_11_each_instance_has_its_own_messages() -> None:
    bill = Rule(name="bill", purpose="announcement", to=TO, before="fee", offsets=periods("30 days"))
    late = Rule(name="late", purpose="reminder", to=TO, after="fee", offsets=periods("10 days"))
    way = begin(yearly(bill, late), "2026-03-10 10:00")
    way.tell("fee_paid", at("2027-03-01 10:00"))
    way.run(at("2028-06-01 12:00"))
    assert way.gone() == [
        "bill:P30D@2027-03-10>applicant",
        "bill:P30D@2028-03-10>applicant",
        "late:P10D@2028-03-10>applicant",
    ]


def test_11_what_is_paid_late_answers_the_oldest_instance_first() -> None:
    late = Rule(name="late", purpose="reminder", to=TO, after="fee", offsets=periods("10 days", "40 days"))
    way = begin(yearly(late), "2026-03-10 10:00")
    way.tell("fee_paid", at("2027-04-01 10:00"))
    way.run(at("2028-03-25 12:00"))
    assert way.gone() == ["late:P10D@2027-03-10>applicant", "late:P10D@2028-03-10>applicant"]


def test_11_nothing_comes_again_in_a_final_stage() -> None:
    way = begin(yearly(), "2026-03-10 10:00")
    way.tell("closed", at("2026-05-01 10:00"))
    way.run(at("2026-06-01 12:00"))
    way.now = at("2030-01-01 12:00")
    assert len(fold(way.plan, way.journey, way.facts(), until=way.now).runs) == 1


NOTICE = Rule(name="notice", purpose="request", to=TO, on="audit_selected")


def audited(answer: Deadline) -> Plan:
    kinds: tuple[ItemKind, ...] = (AUDIT,)
    return program([NOTICE], of=process(deadlines=(answer,), items=kinds), events=EVENTS)


@pytest.mark.parametrize(
    ("days", "expected"), [(30, "2026-04-01"), (45, "2026-04-16"), (60, "2026-05-01"), (90, "2026-05-31")]
)
def test_11_a_clock_may_count_from_the_day_of_a_notice(days: int, expected: str) -> None:
    """domain.md, case 19: the notice leaves on 2 March, the selection was heard in the quiet hours before."""
    answer = Deadline(name="answer", after_sent="notice", plus=Period(days=days), per_item=True)
    way = begin(audited(answer), "2026-01-05 10:00")
    way.tell("audit_selected", at("2026-03-01 22:00"), item="a-1")
    agenda = way.run(at("2026-03-03 12:00"))
    assert [local(clock.at)[:10] for clock in agenda.clocks] == [expected]


def test_12_a_clock_that_waits_for_a_message_starts_when_it_was_delivered() -> None:
    answer = Deadline(name="answer", after=("audit_selected",), plus=Period(days=30), per_item=True, waits_for="notice")
    way = begin(audited(answer), "2026-01-05 10:00")
    way.tell("audit_selected", at("2026-03-02 10:00"), item="a-1")
    agenda = way.run(at("2026-03-20 12:00"))
    assert [clock.name for clock in agenda.clocks] == []
    assert agenda.attention == ("The deadline answer of a-1 starts when notice was delivered, or is given a date.",)
    row = way.rows["notice#f0/a-1>applicant"]
    way.rows[row.key] = Sent(key=row.key, state="sent", at=row.at, delivered_at=way.now + timedelta(minutes=1))
    agenda = way.agenda(at("2026-03-21 12:00"))
    assert [local(clock.at)[:10] for clock in agenda.clocks] == ["2026-04-19"]
    assert agenda.attention == ()


@pytest.mark.parametrize("item", ["a-1", None])
def test_12_staff_may_start_a_clock_whose_message_never_arrived(item: str | None) -> None:
    answer = Deadline(name="answer", after=("audit_selected",), plus=Period(days=30), per_item=True, waits_for="notice")
    way = begin(audited(answer), "2026-01-05 10:00")
    way.tell("audit_selected", at("2026-03-02 10:00"), item="a-1")
    way.tell("extension_granted", at("2026-03-10 10:00"), deadline="answer", item=item, to="2026-04-30")
    way.tell("extension_granted", at("2026-04-10 10:00"), deadline="answer", item="a-1", by="10 days")
    agenda = way.run(at("2026-03-20 12:00"))
    assert [local(clock.at)[:10] for clock in agenda.clocks] == ["2026-04-30"]
    assert agenda.attention == ()
    row = way.rows["notice#f0/a-1>applicant"]
    way.rows[row.key] = Sent(key=row.key, state="sent", at=row.at, delivered_at=at("2026-03-25 10:00"))
    agenda = way.agenda(at("2026-03-26 12:00"))
    assert [local(clock.at)[:10] for clock in agenda.clocks] == ["2026-04-30"]  # a letter was sent, and counts
    assert [local(clock.at)[:10] for clock in way.agenda(at("2026-04-11")).clocks] == ["2026-05-10"]
