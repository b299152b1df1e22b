"""Whom a message goes to, and whether it may: looked at when it is rendered, and again before its first byte leaves."""

from typing import NamedTuple

from sqlalchemy import Connection

from ledger import people, programs, suppressions
from ledger.case import Case, readers
from ledger.message_rows import MessageRow
from ledger.unchanged import AsRead
from plan.facts import Person
from plan.model import Plan


class Standing(NamedTuple):
    """What must not change between rendering and the wire."""

    version: str | None  # of the plan
    reader: Person | None
    revision: int  # of the reader
    closed: bool  # the program
    against: frozenset[str]  # ids of what stands against the addresses of a desk


def standing(conn: Connection, plan: Plan, row: MessageRow) -> Standing:
    """The reader is whoever they were merged into. A desk is no reader: its addresses are the plan's."""
    program = programs.program(conn, row.program)
    person = people.standing_for(conn, [row.person_id]).get(row.person_id) if row.person_id else None
    reader = readers(conn, row.program, [person])[person.id] if person else None
    closed = program is not None and program.closed_at is not None
    desk = suppressions.active(conn, plan.staff.get(row.to, ())) if row.person_id is None else {}
    against = frozenset(each.id for rows in desk.values() for each in rows)
    version = program.version if program else None
    return Standing(version, reader, person.revision if person else 0, closed, against)


def as_read(row: MessageRow, known: Standing, address: str) -> AsRead | None:
    """What one statement can compare, of a person with this address; None: a desk, or somebody who was merged."""
    reader = known.reader
    if reader is None or reader.id != row.person_id or known.version is None:
        return None
    return AsRead(row.program, known.version, known.closed, reader.id, known.revision, address.casefold())


def standing_in(conn: Connection, plan: Plan, row: MessageRow, case: Case) -> Standing:
    """The same, of one person's message, from the case that this transaction has read anyway."""
    person = case.persons.get(row.person_id or "")
    if row.person_id is None or person is None:
        return standing(conn, plan, row)
    reader = case.people.people[row.person_id]
    return Standing(plan.version, reader, person.revision, case.journey.program_closed, frozenset())
