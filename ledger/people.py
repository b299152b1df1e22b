"""People and role lists: the only addresses in the ledger, beside the snapshots of those that messages went to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime, Field, JsonValue
from sqlalchemy import Connection

from ledger import audit, tables
from ledger.insert import insert_unless_present
from plan.model import Frozen


class PersonRow(Frozen):
    """Everything known of a person. `revision` counts changes from 1; the ledger sets it."""

    id: str
    email: str | None = None
    name: str | None = None
    zone: str | None = None  # IANA name
    locale: str | None = None  # BCP 47
    attributes: Mapping[str, JsonValue] = Field(default_factory=dict)
    on_hold: bool = False
    deceased: bool = False
    consents: tuple[str, ...] = ()  # roles of third parties that the program may inform
    released_at: AwareDatetime | None = None  # when the last hold ended
    merged_into: str | None = None  # somebody else, who gets everything that was theirs
    revision: int = 0


COLUMNS = [tables.person.c[name] for name in PersonRow.model_fields]
HOLDER: Final = tables.role_holder.c
BY_ID: Final = sa.select(*COLUMNS).where(tables.person.c.id.in_(sa.bindparam("ids", expanding=True)))
# Ids stay as they are: whoever only refers to somebody, as an enrolment does, need not wait.
HELD: Final = BY_ID.order_by(tables.person.c.id).with_for_update(key_share=True)
HOLDERS: Final = (
    sa.select(HOLDER.role, HOLDER.person_id)
    .where(HOLDER.program == sa.bindparam("program"))
    .order_by(HOLDER.role, HOLDER.since, HOLDER.person_id)
)


def held(connection: Connection, ids: Iterable[str]) -> Mapping[str, PersonRow]:
    """Everybody known, by id, and their rows are this transaction's until its end, taken in the order of their ids.

    For whoever works a change out from what it reads: else what was committed meanwhile, a hold or a death, is undone.
    """
    found = connection.execute(HELD, {"ids": sorted(ids)}).mappings()
    return {row["id"]: PersonRow(**row) for row in found}


def add_person(connection: Connection, row: PersonRow, by: str, now: datetime) -> bool:
    """False: there is somebody with this id, and nothing was written."""
    values = row.model_dump(exclude={"id", "revision"})
    if not insert_unless_present(connection, tables.person, id=row.id, revision=1, changed_at=now, **values):
        return False
    audit.record(connection, by, "person_added", row.id, {}, now)
    return True


def set_person(connection: Connection, row: PersonRow, by: str, now: datetime) -> bool:
    """Makes the person equal to `row` in everything but `revision`, and audits the names of what changed.

    False: nothing differed and nothing was written. A `row` that comes of an earlier one is made of what `held` said.
    """
    if add_person(connection, row, by, now):
        return True
    values = row.model_dump(exclude={"id", "revision"})
    before = held(connection, [row.id])[row.id]
    changed = sorted(name for name, value in values.items() if getattr(before, name) != value)
    if not changed:
        return False
    update = sa.update(tables.person).where(tables.person.c.id == row.id)
    connection.execute(update.values(revision=before.revision + 1, changed_at=now, **values))
    audit.record(connection, by, "person_changed", row.id, {"changed": list[JsonValue](changed)}, now)
    return True


def person(connection: Connection, person_id: str) -> PersonRow | None:
    return people(connection, [person_id]).get(person_id)


def people(connection: Connection, ids: Iterable[str]) -> Mapping[str, PersonRow]:
    """Everybody known, by id; an unknown id is left out."""
    return {row["id"]: PersonRow(**row) for row in connection.execute(BY_ID, {"ids": list(ids)}).mappings()}


def role_holders(connection: Connection, program: str) -> Mapping[str, tuple[str, ...]]:
    """Who holds each role of the program, by role; longest first."""
    holders: dict[str, tuple[str, ...]] = {}
    for role, holder in connection.execute(HOLDERS, {"program": program}):
        holders[role] = (*holders.get(role, ()), holder)
    return holders


def add_holder(connection: Connection, program: str, role: str, person_id: str, by: str, now: datetime) -> bool:
    """Puts the person on the role's list. False: was on it already, and nothing was written."""
    key = {"program": program, "role": role, "person_id": person_id}
    if not insert_unless_present(connection, tables.role_holder, **key, since=now, by=by):
        return False
    audit.record(connection, by, "role_taken", person_id, {"program": program, "role": role}, now)
    return True


def remove_holder(connection: Connection, program: str, role: str, person_id: str, by: str, now: datetime) -> bool:
    """Takes the person off the role's list. False: was not on it, and nothing was written."""
    table = tables.role_holder
    delete = sa.delete(table).where(table.c.program == program, table.c.role == role, table.c.person_id == person_id)
    if not connection.execute(delete).rowcount:
        return False
    audit.record(connection, by, "role_left", person_id, {"program": program, "role": role}, now)
    return True


def standing_for(connection: Connection, ids: Iterable[str]) -> Mapping[str, PersonRow]:
    """Everybody known, by the id that was asked for and by their own; somebody merged is whom they were merged into."""
    found = dict(people(connection, ids))
    while others := {row.merged_into for row in found.values() if row.merged_into} - found.keys():
        more = people(connection, others)
        if not more:
            break
        found |= more
    return {id_: _last(row, found) for id_, row in found.items()}


def known_as(connection: Connection, person_id: str) -> frozenset[str]:
    """The person's id and those of everybody who was merged into them."""
    found, more = {person_id}, {person_id}
    while more:
        query = sa.select(tables.person.c.id).where(tables.person.c.merged_into.in_(more))
        more = set(connection.execute(query).scalars()) - found
        found |= more
    return frozenset(found)


def _last(row: PersonRow, found: Mapping[str, PersonRow]) -> PersonRow:
    passed = {row.id}
    while row.merged_into and row.merged_into not in passed and row.merged_into in found:
        row = found[row.merged_into]
        passed.add(row.id)
    return row


def open_journeys_of(connection: Connection, person_id: str) -> Mapping[str, bool]:
    """Journeys that a change of this person concerns: their own (True), and those holding a message for them."""
    journey, decision = tables.journey.c, tables.decision.c
    holding = sa.select(decision.journey_id).where(decision.person_id == person_id, decision.outcome == "held")
    query = sa.select(journey.id, journey.person_id).where(journey.ended_at.is_(None))
    query = query.where(sa.or_(journey.person_id == person_id, journey.id.in_(holding))).order_by(journey.id)
    return {row.id: row.person_id == person_id for row in connection.execute(query)}
