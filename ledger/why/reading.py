"""Reads what answers rest on, one query a question, each by an index whatever the ledger's size."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import (
    channels,
    copies,
    journeys,
    mail_tables,
    opt_outs,
    people,
    reports,
    sending,
    suppressions,
    tables,
    uncertain,
)
from ledger import plans as stored_plans
from ledger.case import case
from ledger.channels import ChannelRow
from ledger.journeys import JourneyRow
from ledger.message_rows import AttemptRow, MessageRow, original
from ledger.opt_outs import OptOutRow
from ledger.people import PersonRow
from ledger.reports import Report
from ledger.suppressions import SuppressionRow
from ledger.why.answer import Answer
from ledger.why.explain import NOT_LEFT, explain, in_order
from ledger.why.known import Known, Passage
from plan.agenda import Occurrence
from plan.decide import decide
from plan.model import Plan
from plan.roles import APPLICANT, canonical

TABLE: Final = mail_tables.message
LATEST: Final = 200  # messages that are looked at; older ones are found by naming notification or journey
OTHERS: Final = 20  # journeys of others that are decided anew, since something for this person waits in them
NEVER_LEAVES: Final = frozenset({"cancelled", "expired"})
LATE_BOUNCE: Final = timedelta(days=5)  # for so long a report without our ids may concern a message

Plans = Callable[[Connection, str], Plan | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: about whom, of what if not of everything, in which journey if not in all. `now` is wall clock."""

    person: str | None
    now: datetime
    notification: str | None = None
    journey: JourneyRow | None = None
    message: MessageRow | None = None  # this one alone, which may be a desk's


def why(connection: Connection, plans: Plans, asked: Asked) -> list[Answer]:
    """Every answer about this person, what needs somebody first. Writes nothing and asks no engine.

    With a notification there is always one: of what was never made, why.
    """
    found = _Found(connection, plans, asked)
    known = [*found.messages(), *found.occurrences()]
    if not known and asked.notification is not None:
        known = list(found.nothing())
    return in_order(explain(each) for each in known)


def why_message(connection: Connection, plans: Plans, row: MessageRow, now: datetime) -> Answer:
    """The answer about one message; its copies are told of, and have answers of their own."""
    journey = journeys.journey(connection, row.journey_id) if row.journey_id else None
    found = _Found(connection, plans, Asked(row.person_id, now, row.rule, journey, row))
    return next(explain(each) for each in found.messages() if each.row is not None and each.row.id == row.id)


def messages_to(connection: Connection, ids: Collection[str], asked: Asked) -> Sequence[MessageRow]:
    """The latest messages to the person under any of their ids, of whatever source, latest first."""
    if asked.message is not None:
        return [asked.message]
    query = sa.select(TABLE).where(TABLE.c.person_id.in_(ids)).order_by(TABLE.c.id.desc()).limit(LATEST)
    if asked.notification is not None:
        query = query.where(TABLE.c.rule == asked.notification)
    if asked.journey is not None:
        query = query.where(TABLE.c.journey_id == asked.journey.id)
    return [MessageRow(**row) for row in connection.execute(query).mappings()]


def holding(connection: Connection, ids: Collection[str]) -> Sequence[str]:
    """Journeys that hold something for the person, who may be a reviewer in them."""
    decision = tables.decision.c
    query = sa.select(decision.journey_id).where(decision.person_id.in_(ids), decision.outcome == "held")
    return list(connection.execute(query.distinct().limit(OTHERS)).scalars())


@dataclass(frozen=True, slots=True)
class _Derived:
    """A journey with what deciding says of it now: its occurrences for this reader, and all of its messages."""

    plan: Plan
    passage: Passage
    occurrences: tuple[Occurrence, ...]
    rows: Mapping[str, MessageRow]  # by key
    roles: tuple[str, ...]


class _Found:
    """What the ledger has about one question, read once."""

    def __init__(self, connection: Connection, plans: Plans, asked: Asked) -> None:
        self.asked = asked
        self._connection, self._plans = connection, plans
        self._read: dict[str, Plan | None] = {}
        self.person, self.ids = _reader(connection, asked.person)
        listed = messages_to(connection, self.ids, asked)
        self.derived = {
            row.id: each
            for row in _passages(connection, self.ids, asked, listed)
            if (each := self._derive(connection, row))
        }
        self.copies = copies.family(connection, asked.message) if asked.message is not None else ()
        of_journeys = (row for each in self.derived.values() for row in each.rows.values() if self._wanted(row))
        self.rows: dict[str, MessageRow] = {row.id: row for row in (*listed, *of_journeys)}
        self.attempts: Mapping[str, tuple[AttemptRow, ...]] = sending.attempts_of(connection, self.rows)
        self.reports: Mapping[str, tuple[Report, ...]] = reports.of(connection, self.rows)
        addresses = _addresses(self.person, self.rows.values())
        self.perhaps: Sequence[Report] = reports.unmatched(connection, addresses)
        self.suppressions: Sequence[SuppressionRow] = suppressions.ever(connection, addresses)
        self.opt_outs: Sequence[OptOutRow] = opt_outs.of_person(connection, self.person.id) if self.person else ()
        used = channels.channels(connection)
        self.channel: ChannelRow | None = max(used, key=lambda row: row.accepted_at or row.since, default=None)
        reporting = {one.transport for all_ in self.attempts.values() for one in all_ if one.evidence == "events"}
        self.heard_of = {transport: uncertain.watermark(connection, transport) for transport in sorted(reporting)}

    def plan(self, program: str) -> Plan | None:
        """The plan that counts, read when it is first needed."""
        if program not in self._read:
            self._read[program] = self._plans(self._connection, program)
        return self._read[program]

    def messages(self) -> Iterator[Known]:
        """One for each message that was made."""
        for row in self.rows.values():
            there = self.derived.get(row.journey_id or "")
            occurrence = None
            if there is not None and row.source == "plan":
                occurrence = next((o for o in there.occurrences if o.key == row.key), None)
            attempts = self.attempts.get(row.id, ())
            yield replace(
                self._known(row.program, row.rule),
                passage=there.passage if there else None,
                occurrence=occurrence,
                row=row,
                attempts=attempts,
                reports=self.reports.get(row.id, ()),
                perhaps=tuple(self._perhaps(row)),
                suppressions=tuple(self._suppressions(row)),
                copy=self._copy(row),
                heard_of=self.heard_of.get(attempts[-1].transport) if attempts else None,
            )

    def occurrences(self) -> Iterator[Known]:
        """One for each occurrence that has no message, settled or still to come."""
        for each in self.derived.values():
            for occurrence in each.occurrences:
                made = occurrence.key in each.rows or occurrence.outcome in {"sent", "unknown", "failed"}
                if not made and self._concerned(each, occurrence):
                    yield self._of(each, occurrence.notification, occurrence)

    def nothing(self) -> Iterator[Known]:
        """For a notification without message and occurrence."""
        name = self.asked.notification or ""
        for each in self.derived.values():
            yield self._of(each, name, None)
        if not self.derived:
            programs = sorted(stored_plans.programs(self._connection))
            having = [program for program in programs if (plan := self.plan(program)) and name in plan.rules]
            for program in having or programs[:1]:
                yield self._known(program, name)

    def _of(self, each: _Derived, notification: str, occurrence: Occurrence | None) -> Known:
        return replace(
            self._known(each.plan.program, notification),
            passage=each.passage,
            occurrence=occurrence,
            suppressions=tuple(self._suppressions(None)),
            roles=each.roles,
        )

    def _known(self, program: str, notification: str) -> Known:
        plan = self.plan(program)
        return Known(
            now=self.asked.now,
            zone=plan.timezone if plan else "UTC",
            program=program,
            notification=notification,
            sender_domain=plan.sender.email.rpartition("@")[2] if plan else "",
            person_id=self.asked.person,
            person=self.person,
            rule=plan.rules.get(notification) if plan else None,
            opt_outs=tuple(self.opt_outs),
            channel=self.channel,
        )

    def _derive(self, connection: Connection, row: JourneyRow) -> _Derived | None:
        plan = self.plan(row.program)
        if plan is None or row.process not in plan.processes:
            return None
        clock = max(self.asked.now, row.decided_at or self.asked.now)
        known = case(connection, row, plan, clock)
        agenda = decide(plan, known.journey, known.facts, known.people, known.sent, clock)
        roles = {
            role
            for held in (row.roles, known.people.roles)
            for role, ids in held.items()
            if not self.ids.isdisjoint(ids)
        }
        if row.person_id in self.ids:
            roles.add(APPLICANT)
        passage = Passage(row, clock, agenda.stage, agenda.entered_at)
        return _Derived(plan, passage, agenda.occurrences, known.rows, tuple(sorted(roles)))

    def _concerned(self, each: _Derived, occurrence: Occurrence) -> bool:
        asked = self.asked
        if asked.notification not in {None, occurrence.notification}:
            return False
        if occurrence.person_id is not None:
            return occurrence.person_id in self.ids
        if occurrence.outcome == "held":  # nobody holds the role: of interest to whoever asks about just this
            return asked.notification is not None
        rule = each.plan.rules.get(occurrence.notification)
        to = rule.to if rule is not None else (occurrence.to,)
        return occurrence.outcome == "not_triggered" and any(canonical(role) in each.roles for role in to)

    def _wanted(self, row: MessageRow) -> bool:
        fits = row.person_id in self.ids and self.asked.notification in {None, row.rule}
        return fits and self.asked.message is None

    def _suppressions(self, row: MessageRow | None) -> Iterator[SuppressionRow]:
        """Of what has not left those of the reader's address; of what has, those that it caused."""
        now = (self.person.email or "").casefold() if self.person else ""
        for suppression in self.suppressions:
            if suppression.message_id == row.id if row and row.state not in NOT_LEFT else suppression.address == now:
                yield suppression

    def _copy(self, row: MessageRow) -> MessageRow | None:
        known = (*self.rows.values(), *self.copies)
        same = (r for r in known if r.journey_id == row.journey_id and original(r.key) == original(row.key))
        later = [r for r in same if r.id > row.id and r.source == "staff" and r.state not in NEVER_LEAVES]
        return max(later, key=lambda other: other.id, default=None)

    def _perhaps(self, row: MessageRow) -> Iterator[Report]:
        if (
            row.sent_at is None
            or row.address is None
            or row.delivery not in {None, "processed", "deferred", "delivered"}
        ):
            return
        for report in self.perhaps:
            if report.address == row.address.casefold() and row.sent_at <= report.at <= row.sent_at + LATE_BOUNCE:
                yield report


def _reader(connection: Connection, person: str | None) -> tuple[PersonRow | None, frozenset[str]]:
    """Who gets the person's messages now, and every id that they are or were known by."""
    if person is None:
        return None, frozenset()
    reader = people.standing_for(connection, [person]).get(person)
    return reader, people.known_as(connection, reader.id if reader else person)


def _passages(
    connection: Connection, ids: Collection[str], asked: Asked, listed: Iterable[MessageRow]
) -> list[JourneyRow]:
    """The journey asked about, else the person's own and those of others in which something for the person waits."""
    if asked.journey is not None or asked.person is None or asked.message is not None:
        return [asked.journey] if asked.journey is not None else []
    own = [row for id_ in sorted(ids) for row in journeys.find(connection, person=id_)]
    waiting = [row.journey_id for row in listed if row.journey_id and row.state in {"queued", "claimed", "retry"}]
    others = dict.fromkeys([*waiting, *holding(connection, ids)])
    known = {row.id for row in own}
    rows = [journeys.journey(connection, id_) for id_ in list(others)[:OTHERS] if id_ not in known]
    return [*own, *(row for row in rows if row is not None)]


def _addresses(reader: PersonRow | None, rows: Iterable[MessageRow]) -> frozenset[str]:
    """Where the reader can be reached now, and wherever these messages went."""
    known = (reader.email if reader else None, *(row.address for row in rows))
    return frozenset(address for address in known if address)
