"""What the tests of this room begin with: a small program, Ada under way in it, and the two activities by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic import JsonValue
from temporalio.testing import ActivityEnvironment

from activities.breaker import Breaker
from activities.decide import Decide
from activities.notify import REQUEST, Notify
from activities.shelf import Shelf
from ledger import Ledger, facts, journeys, mail_tables, messages, people, plans, sending, texts
from ledger.engine import database_now
from ledger.facts import FactRow
from ledger.identifiers import uuid7
from ledger.journeys import JourneyRow
from ledger.message_rows import Claimed, MessageRow, NewMessage
from ledger.people import PersonRow
from ledger.uncertain import Patience
from mail.folder import MailFolder
from mail.message import Email
from mail.transport import Accepted, Evidence, HandOver, Transport
from plan.load import load
from plan.model import Plan
from workflows.wire import DecideRequest, Decision, Due, Event, Outcome, SendRequest, journey_id

START: Final = datetime(2026, 10, 5, 14, tzinfo=UTC)  # 10:00 in New York, inside the window
DUE: Final = datetime(2026, 12, 31, tzinfo=UTC)
JOURNEY: Final = journey_id("guild", "ada", "application", "1")
PLAN: Final = """
program: guild
title: Guild of Testers
timezone: America/New_York
sender: {name: Guild, email: guild@example.org, reply_to: help@example.org}
send_window: {days: all, from: "08:00", until: "20:00"}
staff: {desk: [desk@example.org]}
events:
  remark: {by: reviewer, data: {note: {type: text, shown: applicant}, score: number}}
processes:
  application:
    start: in_progress
    deadlines: {due: {after: created, plus: 60 days}}
    stages:
      in_progress: {submitted: in_review, due: past_due}
      past_due: {submitted: in_review}
      in_review: {approved: approved}
    anywhere: {withdrawn: withdrawn}
    linger: 1 day
notifications:
  welcome: {purpose: announcement, to: applicant, on: created}
  due_reminder: {purpose: reminder, to: applicant, before: due, offsets: [30 days, 7 days], lateness: 3 days}
  submission_confirmation: {purpose: confirmation, to: applicant, on: submitted}
  remarked: {purpose: announcement, to: applicant, on: remark}
"""
TEMPLATES: Final = {
    "welcome.en": "---\nsubject: Welcome to the [[program.title]]\n---\n<p>Hello [[applicant.name]].</p>",
    "due_reminder.en": "---\nsubject: [[days_left]] left\n---\n<p>Due [[deadline.on]]: [[days_left]] left.</p>",
    "submission_confirmation.en": "---\nsubject: We have it\n---\n<p>Submitted on [[event.on]].</p>",
    "remarked.en": "---\nsubject: A remark\n---\n<p>Hello.[[if event.note]] [[event.note]][[end]]</p>",
}


def a_plan(source: str = PLAN) -> Plan:
    """The plan, which must load."""
    plan = load(source, "plan.yaml")
    assert isinstance(plan, Plan), plan
    return plan


def publish(ledger: Ledger, source: str = PLAN, **templates: str) -> Plan:
    """Makes it the one that counts, with some templates written anew (`due_reminder="…"`)."""
    plan = a_plan(source)
    changed = {f"{rule}.en": text for rule, text in templates.items()}
    with ledger.write() as conn:
        plans.publish(conn, plan.program, plan.version, source, {**TEMPLATES, **changed}, "test", START)
    return plan


def ada(email: str | None = "ada@example.org", *, on_hold: bool = False) -> PersonRow:
    return PersonRow(id="ada", email=email, name="Ada Example", on_hold=on_hold)


def enroll(ledger: Ledger, person: PersonRow | None = None) -> None:
    """The guild's plan, Ada, and her enrolment as the starter writes it."""
    publish(ledger)
    row = JourneyRow(
        id=JOURNEY,
        program="guild",
        process="application",
        cycle="1",
        person_id="ada",
        created_at=START,
        arrived_at=START,
    )
    created = FactRow(
        journey_id=JOURNEY, id="created", n=-1, wake=0, type="created", at=START, heard_at=START, content_hash="created"
    )
    with ledger.write() as conn:
        people.set_person(conn, person or ada(), "test", START)
        journeys.enroll(conn, row)
        facts.add(conn, created)


@dataclass
class Recorder:
    """A way for messages to leave that answers as it is told and keeps what it was given."""

    answers: list[HandOver] = field(default_factory=list)
    name: str = "recorder"
    evidence: Evidence = "events"
    given: list[Email] = field(default_factory=list)

    def hand_over(self, email: Email, attempt: int) -> HandOver:
        self.given.append(email)
        return self.answers.pop(0) if self.answers else Accepted(provider_id=f"taken-{attempt}")


@dataclass
class Desk:
    """Calls the activities as a worker does, one wake after the other."""

    ledger: Ledger
    wake: int = 0
    run_id: str = "run-1"
    history: int = 0

    def decide(
        self,
        now: datetime = START,
        *events: Event,
        wake: int | None = None,
        history: int | None = None,
        in_flight: Sequence[str] = (),
        kernel: int = 1,
    ) -> Decision:
        """One decision; wakes and history grow by themselves unless they are given."""
        self.wake = self.wake + 1 if wake is None else wake
        self.history = self.history + 10 if history is None else history
        request = DecideRequest(
            journey=JOURNEY,
            wake=self.wake,
            history_length=self.history,
            now=now,
            events=events,
            in_flight=tuple(in_flight),
            kernel=kernel,
        )
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_run_id=self.run_id)
        answer = environment.run(Decide(self.ledger, Shelf(), Breaker(share=4)).decide, request)
        return Decision.model_validate(answer)

    def notify(
        self,
        due: Due,
        transport: Transport,
        at: datetime = START,
        only_to: Sequence[str] | None = None,
        patience: Patience = Patience(),  # noqa: B008 - an immutable value
        public_url: str | None = None,
        request: timedelta = REQUEST,
    ) -> Outcome:
        """One attempt to send, at `at` on the journey's clock."""
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, started_time=at)
        activity = Notify(
            self.ledger, Shelf(), transport, only_to, patience=patience, public_url=public_url, request=request
        )
        send = SendRequest(journey=JOURNEY, key=due.key, message_id=due.message_id, fence=due.fence)
        return Outcome.model_validate(environment.run(activity.notify, send))

    def row(self, key: str) -> MessageRow:
        with self.ledger.read() as conn:
            return next(row for row in messages.rows(conn, JOURNEY) if row.key == key)

    def states(self) -> dict[str, str]:
        """Key → state of every message row."""
        with self.ledger.read() as conn:
            return {row.key: row.state for row in messages.rows(conn, JOURNEY)}

    def facts(self) -> list[tuple[str, str]]:
        """(type, verdict) of every stored fact, in order of arrival."""
        with self.ledger.read() as conn:
            return [(row.type, row.verdict) for row in facts.facts(conn, JOURNEY)]


def event(n: int, type_: str, *, id_: str | None = None, at: datetime | None = None, **data: JsonValue) -> Event:
    """Arrival number `n`, heard at `at` or at the start."""
    return Event(n=n, type=type_, id=id_, heard_at=at or START, data=data)


def folder(path: Path) -> MailFolder:
    path.mkdir(exist_ok=True)
    return MailFolder(path)


def after(days: float = 0, hours: float = 0) -> datetime:
    """That long after the start."""
    return START + timedelta(days=days, hours=hours)


def put_on_wire(ledger: Ledger, due: Due, evidence: Evidence = "events", transport: str = "recorder") -> int:
    """An attempt that died after its last commit, under a live lease; its number."""
    with ledger.write() as conn:
        claimed = sending.claim(conn, due.message_id, due.fence, timedelta(seconds=45), START, START)
        assert isinstance(claimed, Claimed)
        assert sending.to_wire(
            conn,
            due.message_id,
            due.fence,
            claimed.row.attempt,
            address="ada@example.org",
            subject="Welcome",
            plan_version=claimed.row.plan_version,
            template_version=None,
            transport=transport,
            evidence=evidence,
            clock=START,
            now=START,
        )
    return claimed.row.attempt


def end_lease(ledger: Ledger, due: Due) -> None:
    """As if its 45 seconds were over."""
    table = mail_tables.message
    with ledger.write() as conn:
        over = database_now(conn, timedelta(seconds=-1))
        conn.execute(sa.update(table).where(table.c.id == due.message_id).values(lease_until=over))


def end_wait_of_channels(ledger: Ledger) -> None:
    """As if whatever keeps channels shut were over."""
    with ledger.write() as conn:
        conn.execute(sa.update(mail_tables.channel).values(retry_at=database_now(conn, timedelta(seconds=-1))))


def by_hand(ledger: Ledger, text: str = "Dear [[applicant.first_name]],\n\nroom 4.", **changes: Any) -> Due:
    """A message to Ada, as the command writes it."""
    new = {
        "id": uuid7(),
        "program": "guild",
        "journey_id": None,
        "key": f"adhoc#{uuid7()}",
        "source": "staff",
        "by": "desk",
        "rule": "adhoc",
        "purpose": "announcement",
        "to": "applicant",
        "person_id": "ada",
        "plan_version": a_plan().version,
        "queued_at": START,
    }
    with ledger.write() as conn:
        kept = {"subject": texts.put(conn, "Your seat", START), "text": texts.put(conn, text, START)}
        row = messages.queue(conn, NewMessage.model_validate(new | {"fields": kept} | changes))
    return Due(key=row.key, message_id=row.id)


def copy_of(desk: Desk, key: str, **fields: Any) -> Due:
    """The journey's message again, as the command writes it."""
    base = desk.row(key)
    return by_hand(
        desk.ledger,
        journey_id=JOURNEY,
        key=f"{key}+1",
        rule=base.rule,
        purpose=base.purpose,
        to=base.to,
        fields={**base.fields, **fields},
    )
