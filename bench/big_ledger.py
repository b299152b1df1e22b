"""A ledger of any size, filled by the database itself: people with a journey each, and messages that went to them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from ledger import mail_tables, plans, tables
from ledger.columns import JSON, Instant
from plan.model import Plan

EACH: Final = 20  # messages to one person
BUSY: Final = "p10000001"  # somebody to whom one message in fifty goes, besides
NOW: Final = datetime(2026, 10, 5, 14, tzinfo=UTC)
BEGUN: Final = NOW - timedelta(days=30)
FIRST: Final = 10_000_000  # ids of equal length sort like numbers


def fill(connection: Connection, plan: Plan, source: str, messages: int) -> None:
    """Everything in a few statements: a ledger of `messages`, each handed over once and reported on once."""
    people = messages // EACH
    plans.publish(connection, plan.program, plan.version, source, {}, "bench", BEGUN)
    n, person = _numbers(people)
    mine = "p" + _text(person)
    journey = f"journey:{plan.program}:" + mine + ":application:1"
    _insert(
        connection,
        tables.person,
        n,
        id=mine,
        email=mine + "@example.org",
        attributes=sa.literal({}, JSON),
        on_hold=sa.false(),
        deceased=sa.false(),
        revision=sa.literal(1),
        changed_at=_at(BEGUN),
    )
    _insert(
        connection,
        tables.journey,
        n,
        id=journey,
        program=sa.literal(plan.program),
        process=sa.literal("application"),
        cycle=sa.literal("1"),
        person_id=mine,
        created_at=_at(BEGUN),
        created_given=sa.false(),
        arrived_at=_at(BEGUN),
        told=sa.literal({}, JSON),
        roles=sa.literal({}, JSON),
        epoch=sa.literal(1),
        wake=sa.literal(1),
        history_length=sa.literal(1),
        flags=sa.literal([], JSON),
        decided_at=_at(BEGUN),
        started_at=_at(BEGUN),
    )
    _insert(
        connection,
        tables.fact,
        n,
        journey_id=journey,
        id=sa.literal("created"),
        n=sa.literal(-1),
        wake=sa.literal(0),
        type=sa.literal("created"),
        at=_at(BEGUN),
        heard_at=_at(BEGUN),
        data=sa.literal({}, JSON),
        content_hash=sa.literal("created"),
        verdict=sa.literal("accepted"),
    )
    _insert(
        connection,
        mail_tables.suppression,
        n,
        id="s" + _text(person),
        address=mine + "@example.org",
        cause=sa.literal("bounced"),
        source=sa.literal("event"),
        since=_at(BEGUN),
        by=sa.literal("bench"),
        lifted_at=_at(NOW),
    )
    _insert(
        connection,
        tables.decision,
        n,
        journey_id=journey,
        slot=sa.literal("answer_due?>applicant"),
        notification=sa.literal("answer_due"),
        to=sa.literal("applicant"),
        person_id=mine,
        outcome=sa.literal("held"),
        reason=sa.literal("deadline_unknown"),
    )
    _messages(connection, plan, messages, people)


def _messages(connection: Connection, plan: Plan, messages: int, people: int) -> None:
    n, number = _numbers(messages)
    own = "p" + _text((number - FIRST) % people + FIRST)
    id_ = "m" + _text(number)
    reader = sa.case((number % 50 == 0, sa.literal(BUSY)), else_=own)
    _insert(
        connection,
        mail_tables.message,
        n,
        id=id_,
        program=sa.literal(plan.program),
        journey_id=f"journey:{plan.program}:" + own + ":application:1",
        key="due_reminder:P7D@2026-12-31/d" + _text(number) + ">applicant",
        source=sa.literal("plan"),
        channel=sa.literal("email"),
        rule=sa.literal("due_reminder"),
        purpose=sa.literal("reminder"),
        to=sa.literal("applicant"),
        person_id=reader,
        plan_version=sa.literal(plan.version),
        state=sa.literal("accepted"),
        fence=sa.literal(1),
        attempt=sa.literal(1),
        fields=sa.literal({}, JSON),
        queued_at=_at(BEGUN),
        changed_at=_at(BEGUN),
        sent_at=_at(BEGUN),
        journey_sent_at=_at(BEGUN),
        address=own + "@example.org",
        delivery=sa.literal("delivered"),
        delivered_at=_at(BEGUN),
        doubled=sa.false(),
    )
    _insert(
        connection,
        mail_tables.attempt,
        n,
        message_id=id_,
        attempt=sa.literal(1),
        fence=sa.literal(1),
        transport=sa.literal("sendgrid"),
        address=own + "@example.org",
        plan_version=sa.literal(plan.version),
        evidence=sa.literal("events"),
        clock=_at(BEGUN),
        on_wire_at=_at(BEGUN),
        outcome=sa.literal("accepted"),
        ended_at=_at(BEGUN),
        evidence_at=_at(BEGUN),
    )
    _insert(
        connection,
        mail_tables.provider_event,
        n,
        id="e" + _text(number),
        provider=sa.literal("sendgrid"),
        content="c" + _text(number),
        kind=sa.literal("delivered"),
        provider_kind=sa.literal("delivered"),
        message_id=id_,
        attempt=sa.literal(1),
        at=_at(BEGUN),
        received_at=_at(BEGUN),
        address=own + "@example.org",
        machine=sa.false(),
        response=sa.literal("250 2.0.0 OK"),
        raw=sa.literal({}, JSON),
    )


def _numbers(count: int) -> tuple[sa.CTE, sa.ColumnElement[int]]:
    """As many numbers, from FIRST."""
    first = sa.select(sa.literal(FIRST).label("n")).cte("numbers", recursive=True)
    numbers = first.union_all(sa.select(first.c.n + 1).where(first.c.n < FIRST + count - 1))
    return numbers, numbers.c.n


def _text(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.cast(number, sa.Text)


def _at(instant: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(instant, Instant)


def _insert(connection: Connection, table: Table, numbers: sa.CTE, **values: sa.ColumnElement[Any]) -> None:
    columns = [value.label(name) for name, value in values.items()]
    connection.execute(sa.insert(table).from_select(list(values), sa.select(*columns).select_from(numbers)))
