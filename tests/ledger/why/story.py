"""A small program in a real ledger, Ada's application in it, and what may become of her messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import Ledger, facts, journeys, mail_tables, messages, people, sending
from ledger import plans as stored_plans
from ledger.journeys import JourneyRow
from ledger.message_rows import Claimed, NewMessage
from ledger.people import PersonRow
from ledger.why import Answer, Asked, why
from plan.load import load
from plan.model import Plan

PLAN = """
program: trial
title: Trial
timezone: America/New_York
sender: {name: Trial, email: office@mail.example.org}
staff: {test: [test@example.org]}
person: {member: boolean}
processes:
  application:
    start: in_progress
    deadlines: {due: {after: created, plus: 90 days, at: "23:59:59"}}
    stages: {in_progress: {submitted: in_review, due: lapsed}, in_review: {approved: approved}}
  renewal:
    start: open
    stages: {open: {closed: over}}
notifications:
  welcome: {purpose: confirmation, to: applicant, on: created}
  members: {purpose: announcement, to: applicant, on: created, if: "person.member == true"}
  due_reminder: {purpose: reminder, to: applicant, before: due, offsets: [7 days]}
  received: {purpose: confirmation, to: applicant, on: submitted}
  review_me: {purpose: request, to: reviewer, on: created}
  tips: {purpose: announcement, optional: true, to: applicant, on: created}
  silent: {purpose: announcement, to: applicant, on: created, state: off, why: our portal shows this}
  tried: {purpose: announcement, to: applicant, on: created, state: test}
  closing: {purpose: announcement, to: applicant, on: closed, in: [renewal]}
"""
CREATED = datetime(2026, 10, 5, 14, tzinfo=UTC)
NOW = CREATED + timedelta(days=2)
JOURNEY = "journey:trial:p-1:application:1"


def the_plan() -> Plan:
    plan = load(PLAN, "plan.yaml")
    assert isinstance(plan, Plan)
    return plan


def asked(connection: Connection, notification: str | None = None, person: str = "p-1", **more: Any) -> list[Answer]:
    plan = the_plan()
    question = Asked(person, more.pop("now", NOW), notification, **more)
    return why(connection, lambda _, program: plan if program == "trial" else None, question)


def about(connection: Connection, notification: str, **more: Any) -> tuple[str, str | None]:
    (answer,) = asked(connection, notification, **more)
    return answer.case, answer.reason


def sent(connection: Connection, rule: str, address: str = "ada@example.org", person: str = "p-1") -> str:
    """A message of the journey that SendGrid took."""
    new = NewMessage(
        id=f"m-{rule}-{person}",
        program="trial",
        journey_id=JOURNEY,
        key=f"{rule}#created>{'applicant' if person == 'p-1' else f'reviewer.{person}'}",
        rule=rule,
        purpose="confirmation",
        to="applicant" if person == "p-1" else f"reviewer.{person}",
        person_id=person,
        plan_version=the_plan().version,
        planned_at=CREATED,
        queued_at=CREATED,
    )
    row = messages.queue(connection, new)
    claimed = sending.claim(connection, row.id, 1, timedelta(minutes=5), CREATED, CREATED)
    assert isinstance(claimed, Claimed)
    assert sending.to_wire(
        connection,
        row.id,
        1,
        1,
        address=address,
        subject="Hello",
        plan_version=new.plan_version,
        template_version="t1",
        transport="sendgrid",
        evidence="events",
        clock=CREATED,
        now=CREATED,
    )
    assert sending.accepted(connection, row.id, 1, "x-77", CREATED, CREATED)
    return row.id


def reported(connection: Connection, message: str, kind: str, address: str = "ada@example.org", **more: Any) -> None:
    event: dict[str, Any] = {
        "id": f"{message}-{kind}",
        "provider": "sendgrid",
        "content": f"{message}-{kind}",
        "kind": kind,
        "provider_kind": kind,
        "message_id": message,
        "attempt": 1,
        "at": CREATED + timedelta(minutes=1),
        "received_at": CREATED + timedelta(minutes=2),
        "address": address,
        "machine": False,
        "raw": {},
    }
    connection.execute(sa.insert(mail_tables.provider_event).values({**event, **more}))


def begun(ledger: Ledger) -> None:
    """Ada applied two days ago; no worker has ever looked at it."""
    with ledger.write() as connection:
        stored_plans.publish(connection, "trial", the_plan().version, PLAN, {}, "cli", CREATED)
        people.set_person(connection, PersonRow(id="p-1", email="ada@example.org"), "cli", CREATED)
        people.set_person(connection, PersonRow(id="rex", email="rex@example.org"), "cli", CREATED)
        row = JourneyRow(
            id=JOURNEY,
            program="trial",
            process="application",
            cycle="1",
            person_id="p-1",
            created_at=CREATED,
            arrived_at=CREATED,
        )
        journeys.enroll(connection, row)
        facts.begin(connection, row)
