"""Everything that deciding one journey needs to know, read in one transaction and handed to `plan.decide`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from sqlalchemy import Connection

from ledger import facts, journeys, messages, opt_outs, people, plans, programs, suppressions
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from ledger.message_rows import MessageRow, original
from ledger.opt_outs import Wishes
from ledger.people import PersonRow
from ledger.programs import ProgramRow
from ledger.suppressions import SuppressionRow
from plan.facts import Fact, Journey, People, Person, Sent
from plan.model import Plan

SentState = Literal["open", "held", "cancelled", "on_wire", "sent", "unknown", "failed"]
STATES: Final[Mapping[str, SentState]] = {
    "queued": "open",
    "claimed": "open",
    "retry": "open",
    "on_wire": "on_wire",
    "accepted": "sent",
    "unknown": "unknown",
    "review": "unknown",
    "failed": "failed",
}  # a cancelled or expired row says nothing: its key may become due again
BY_STAFF: Final = "cancelled_by_staff"  # but for one that staff took back
TRY_AGAIN: Final = timedelta(days=1)
UNSUBSCRIBED: Final = "unsubscribed"
CREATED: Final = "created"  # the row tells the story; deciding derives this fact from the journey itself
JUDGED_OUT: Final = frozenset({"refused", "duplicate", "late_event"})


@dataclass(frozen=True, slots=True)
class Case:
    """One journey as the ledger knows it: `rows` are its plan's messages, `persons` whoever it may write to."""

    journey: Journey
    facts: tuple[Fact, ...]
    people: People
    sent: tuple[Sent, ...]
    rows: Mapping[str, MessageRow]  # by key
    persons: Mapping[str, PersonRow]


def case(
    conn: Connection,
    row: JourneyRow,
    plan: Plan,
    now: datetime,
    heard: Iterable[Fact] = (),
    program: ProgramRow | None = None,
) -> Case:
    """The case of `row` under `plan` at `now` on the journey's clock, with facts `heard` that are not stored yet.

    `program`: the journey's, if this transaction has read it already.
    """
    stored = (fact for fact in facts.facts(conn, row.id) if fact.type != CREATED)
    known = [_fact(fact) for fact in stored if fact.verdict not in JUDGED_OUT]
    all_facts = (*known, *heard)
    every = messages.rows(conn, row.id)
    rows = {message.key: message for message in every if message.source == "plan"}
    arrived = _arrivals(every)
    holders = people.role_holders(conn, row.program)
    persons = people.standing_for(conn, _named(row, all_facts, holders, plan))
    known_readers = readers(conn, row.program, {one.id: one for one in persons.values()}.values())
    return Case(
        journey=_placed(conn, row, program or programs.program(conn, row.program), persons.get(row.person_id)),
        facts=all_facts,
        people=People(people={id_: known_readers[one.id] for id_, one in persons.items()}, roles=holders),
        sent=tuple(
            _sent(message, arrived.get(message.key), held=_held(conn, message, plan, persons, now))
            for message in rows.values()
            if message.state in STATES or message.reason == BY_STAFF
        ),
        rows=rows,
        persons=persons,
    )


def journey(row: JourneyRow) -> Journey:
    """The part of a journey's row that deciding needs."""
    return Journey(
        id=row.id,
        program=row.program,
        process=row.process,
        cycle=row.cycle,
        person_id=row.person_id,
        created_at=row.created_at,
        started_at=max(row.created_at, row.arrived_at),
        roles={role: tuple(ids) for role, ids in row.roles.items()},
    )


def _placed(conn: Connection, row: JourneyRow, program: ProgramRow | None, applicant: PersonRow | None) -> Journey:
    """The journey with what is not its own doing: its program, and a merge of its person into another (plan.md 10)."""
    closed = program is not None and program.closed_at is not None
    reopened_at = program.reopened_at if program is not None and not closed else None
    copy = _duplicated(conn, row, applicant.id) if applicant is not None and applicant.id != row.person_id else None
    update = {"program_closed": closed, "program_reopened_at": reopened_at, "duplicate_of": copy}
    return journey(row).model_copy(update=update)


def _duplicated(conn: Connection, row: JourneyRow, person: str) -> str | None:
    """The person's own journey through the same cycle, or another under way in the process: it goes on alone."""
    theirs = journeys.of_person(conn, row.program, person, row.process)
    same = [one.id for one in theirs if one.ended_at is None] + [one.id for one in theirs if one.cycle == row.cycle]
    return next(iter(same), None)


def _named(
    row: JourneyRow, heard: Iterable[Fact], holders: Mapping[str, tuple[str, ...]], plan: Plan
) -> frozenset[str]:
    by_field = (
        str(fact.data[name])
        for fact in heard
        if fact.type in plan.events
        for name, spec in plan.events[fact.type].data.items()
        if spec.type == "person" and name in fact.data
    )
    by_role = (id_ for ids in (*row.roles.values(), *holders.values()) for id_ in ids)
    return frozenset((row.person_id, *by_field, *by_role))


def _fact(row: FactRow) -> Fact:
    return Fact(
        id=row.id, type=row.type, at=row.at, heard_at=row.heard_at, order=row.n, item=row.item, by=row.by, data=row.data
    )


def readers(conn: Connection, program: str, persons: Collection[PersonRow]) -> Mapping[str, Person]:
    """What deciding may know of these people, by id: also what stands against writing to them."""
    wishes = opt_outs.wishes(conn, [person.id for person in persons], program)
    said: dict[str, tuple[SuppressionRow, ...]] = {}
    for row in suppressions.ever(conn, [person.email for person in persons if person.email]):
        said[row.address] = (*said.get(row.address, ()), row)
    return {
        person.id: _person(person, wishes.get(person.id, Wishes()), said.get((person.email or "").casefold(), ()))
        for person in persons
    }


def _person(row: PersonRow, wishes: Wishes, said: tuple[SuppressionRow, ...]) -> Person:
    """`said`: everything that stands or once stood against the address."""
    stopped = [one for one in said if one.lifted_at is None]
    opted_out, again = wishes.unwanted, dict(wishes.again)
    for one in said:
        if one.cause != UNSUBSCRIBED:
            continue
        if one.lifted_at is None:
            opted_out |= {opt_outs.ALL}
        else:
            again[opt_outs.ALL] = max(again.get(opt_outs.ALL, one.lifted_at), one.lifted_at)
    return Person(
        id=row.id,
        zone=row.zone,
        locale=row.locale,
        attributes=row.attributes,
        address_digest=sha256(row.email.casefold().encode()).hexdigest()[:16] if row.email else None,
        on_hold=row.on_hold,
        deceased=row.deceased,
        consents=frozenset(row.consents),
        released_at=row.released_at,
        opted_out=opted_out,
        wanted_again=again,
        suppressed=suppressions.cause(stopped),
    )


def basis(conn: Connection, plan: Plan, row: MessageRow, person: PersonRow | None) -> str:
    """What a message that was given back waits for: any change of its plan, template or reader.

    Of a desk's also what stands against its addresses; with a person's, deciding itself holds it.
    """
    template = plans.template(conn, plan.program, plan.template_of(row.rule), person.locale if person else None)
    known = f"{plan.version}/{template.version if template else '-'}/{person.revision if person else 0}"
    stopped = suppressions.active(conn, plan.staff.get(row.to, ())) if row.person_id is None else {}
    return "/".join([known, *sorted(each.id for rows in stopped.values() for each in rows)])


def _held(conn: Connection, row: MessageRow, plan: Plan, persons: Mapping[str, PersonRow], now: datetime) -> bool:
    """Whether what the sender gave back must still wait; each is tried again after a day, whatever it waits for."""
    if row.held_reason is None or STATES.get(row.state) != "open":
        return False
    if row.held_at is None or now - row.held_at >= TRY_AGAIN:
        return False
    return row.held_basis == basis(conn, plan, row, persons.get(row.person_id or ""))


def _sent(row: MessageRow, delivered_at: datetime | None, *, held: bool) -> Sent:
    state = STATES.get(row.state, "cancelled")
    if state == "failed" and delivered_at is not None:
        state = "sent"  # refused, and its copy arrived
    return Sent(
        key=row.key,
        state="held" if held else state,
        at=row.journey_sent_at,
        delivered_at=delivered_at,
        reason=row.held_reason if held else "review" if row.state == "review" else row.reason,
        plan_version=row.plan_version,
    )


def _arrivals(rows: Collection[MessageRow]) -> Mapping[str, datetime]:
    """When a message first arrived, by its key: itself, or a copy of it that staff sent again."""
    first: dict[str, datetime] = {}
    for row in rows:
        at, key = _delivered_at(row), original(row.key)
        if at is not None and (key not in first or at < first[key]):
            first[key] = at
    return first


def _delivered_at(row: MessageRow) -> datetime | None:
    """On the journey's clock: as long after the hand-over as it took on the wall's."""
    if row.delivered_at is None or row.sent_at is None or row.journey_sent_at is None:
        return None
    return row.journey_sent_at + max(row.delivered_at - row.sent_at, timedelta(0))
