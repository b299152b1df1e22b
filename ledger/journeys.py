"""Journeys as the ledger knows them: who is enrolled, how far deciding has come, what to show of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from pydantic import AwareDatetime, Field, JsonValue
from sqlalchemy import Connection

from ledger import tables
from ledger.columns import Instant
from ledger.insert import insert_unless_present
from plan.model import Frozen

Enrolment = Literal["enrolled", "same", "different"]


class JourneyRow(Frozen):
    """One journey. Instants are on its own clock, but `started_at` is wall clock.

    `created_given`: the enrolment named `created_at`, so that another one is a contradiction.
    (epoch, wake, history_length) is the fence of the last decision; stage to decided_at is what it said.
    """

    id: str
    program: str
    process: str
    cycle: str
    person_id: str
    created_at: AwareDatetime
    created_given: bool = False
    arrived_at: AwareDatetime
    told: Mapping[str, JsonValue] = Field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    epoch: int = 0
    wake: int = 0
    history_length: int = 0
    stage: str | None = None
    entered_at: AwareDatetime | None = None
    next_at: AwareDatetime | None = None
    status: str | None = None
    flags: tuple[str, ...] = ()
    plan_version: str | None = None
    decided_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None  # when the engine confirmed the workflow
    ended_at: AwareDatetime | None = None


class FenceRefused(Exception):
    """Another decision of this journey, made later, is in the ledger already: this one must roll back."""


TABLE: Final = tables.journey
ONE: Final = sa.select(TABLE).where(TABLE.c.id == sa.bindparam("journey"))


def enroll(connection: Connection, row: JourneyRow) -> Enrolment:
    """Adds the journey unless it is there. "different": there, with another created_at, told or roles."""
    if insert_unless_present(connection, TABLE, **row.model_dump()):
        return "enrolled"
    there = journey(connection, row.id)
    same = (
        there is not None
        and (there.told, there.roles) == (row.told, row.roles)
        and (there.created_at == row.created_at or not row.created_given)
    )
    return "same" if same else "different"


def journey(connection: Connection, journey_id: str) -> JourneyRow | None:
    row = connection.execute(ONE, {"journey": journey_id}).mappings().first()
    return None if row is None else JourneyRow(**row)


def lock(connection: Connection, journey_id: str) -> JourneyRow | None:
    """The journey, kept from every other `lock` until this transaction ends.

    Without its key, in PostgreSQL's terms: rows that only refer to the journey (a wake_up) may still be written.
    """
    query = sa.select(TABLE).where(TABLE.c.id == journey_id).with_for_update(key_share=True)
    row = connection.execute(query).mappings().first()
    return None if row is None else JourneyRow(**row)


def has_ended(connection: Connection, journey_id: str) -> bool:
    """Whether it is over, so that it sends nothing any more; one that the ledger does not know is not."""
    query = sa.select(TABLE.c.ended_at).where(TABLE.c.id == journey_id)
    return connection.execute(query).scalar() is not None


def epoch(connection: Connection, journey_id: str, run_id: str) -> int:
    """Which run of the journey this is, from 1; a run id never seen gets the next number. Under `lock`."""
    run = tables.journey_run
    numbers = sa.select(sa.func.coalesce(sa.func.max(run.c.epoch), 0) + 1).where(run.c.journey_id == journey_id)
    insert_unless_present(connection, run, journey_id=journey_id, run_id=run_id, epoch=numbers.scalar_subquery())
    known = sa.select(run.c.epoch).where(run.c.journey_id == journey_id, run.c.run_id == run_id)
    return int(connection.execute(known).scalar_one())


def set_fence(connection: Connection, journey_id: str, epoch: int, wake: int, history_length: int) -> None:
    """Records which decision this transaction is. Raises FenceRefused when a later one was recorded."""
    kept = sa.tuple_(TABLE.c.epoch, TABLE.c.wake, TABLE.c.history_length)
    given = sa.tuple_(sa.literal(epoch), sa.literal(wake), sa.literal(history_length))
    update = sa.update(TABLE).where(TABLE.c.id == journey_id, kept <= given)
    if not connection.execute(update.values(epoch=epoch, wake=wake, history_length=history_length)).rowcount:
        raise FenceRefused(f"a decision later than epoch {epoch}, wake {wake}, {history_length} events is recorded")


def project(
    connection: Connection,
    journey_id: str,
    *,
    stage: str,
    entered_at: datetime,
    next_at: datetime | None,
    status: str,
    flags: Sequence[str],
    plan_version: str,
    decided_at: datetime,
) -> None:
    """Stores what lists and pages show of the journey."""
    connection.execute(
        sa.update(TABLE)
        .where(TABLE.c.id == journey_id)
        .values(
            stage=stage,
            entered_at=entered_at,
            next_at=next_at,
            status=status,
            flags=list(flags),
            plan_version=plan_version,
            decided_at=decided_at,
        )
    )


def mark_started(connection: Connection, journey_id: str, now: datetime) -> bool:
    """Records that the engine has the workflow; False: that was recorded before."""
    update = sa.update(TABLE).where(TABLE.c.id == journey_id, TABLE.c.started_at.is_(None))
    return connection.execute(update.values(started_at=now)).rowcount == 1


def end(connection: Connection, journey_id: str, at: datetime | None) -> None:
    """Closes the journey, which keeps the instant of its first closing; None opens it again."""
    ended = sa.func.coalesce(TABLE.c.ended_at, sa.literal(at, Instant)) if at else None
    connection.execute(sa.update(TABLE).where(TABLE.c.id == journey_id).values(ended_at=ended))


def of_person(connection: Connection, program: str, person_id: str, process: str) -> list[JourneyRow]:
    """Everything that the person went or goes through in one process."""
    query = sa.select(TABLE).where(TABLE.c.person_id == person_id)
    query = query.where(TABLE.c.program == program, TABLE.c.process == process).order_by(TABLE.c.id)
    return [JourneyRow(**row) for row in connection.execute(query).mappings()]


def not_started(connection: Connection) -> list[JourneyRow]:
    """Open journeys of which nobody has said yet that the engine has them."""
    query = sa.select(TABLE).where(TABLE.c.started_at.is_(None), TABLE.c.ended_at.is_(None)).order_by(TABLE.c.id)
    return [JourneyRow(**row) for row in connection.execute(query).mappings()]


def reopen(connection: Connection, journey_id: str) -> None:
    """Opens an ended journey again; the engine is yet to start it."""
    connection.execute(sa.update(TABLE).where(TABLE.c.id == journey_id).values(ended_at=None, started_at=None))


def find(
    connection: Connection,
    program: str | None = None,
    stage: str | None = None,
    person: str | None = None,
    open_only: bool = False,
    after: str | None = None,
    limit: int = 200,
) -> Sequence[JourneyRow]:
    """A page of journeys in the order of their ids, those behind the id `after`."""
    query = sa.select(TABLE).order_by(TABLE.c.id).limit(limit)
    for column, wanted in ((TABLE.c.program, program), (TABLE.c.stage, stage), (TABLE.c.person_id, person)):
        if wanted is not None:
            query = query.where(column == wanted)
    if open_only:
        query = query.where(TABLE.c.ended_at.is_(None))
    if after is not None:
        query = query.where(TABLE.c.id > after)
    return [JourneyRow(**row) for row in connection.execute(query).mappings()]
