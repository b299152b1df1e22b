"""What in the ledger waits for somebody who may be gone: rows that have not moved, journeys that nobody confirmed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables, tables
from ledger.message_rows import MessageRow

TABLE: Final = mail_tables.message
PAGE: Final = 500
AT_ONCE: Final = 5_000  # ids in one statement; SQLite takes 32,766 parameters
MOVING: Final = ("queued", "claimed", "retry", "on_wire", "unknown")  # somebody is to do something about these


def unmoved(connection: Connection, before: datetime, after: str | None = None) -> Sequence[MessageRow]:
    """A page of messages under way that have not moved since `before`, in the order of their ids, behind `after`.

    What a journey's plan holds waits for its reason, not for somebody, and is left out: deciding brings it back. What
    is held outside of any plan has nobody but the workflow of its own.
    """
    query = sa.select(TABLE).where(
        TABLE.c.state.in_(MOVING),
        TABLE.c.changed_at < before,
        sa.or_(TABLE.c.held_reason.is_(None), TABLE.c.source != "plan"),
        TABLE.c.channel == "email",
    )
    if after is not None:
        query = query.where(TABLE.c.id > after)
    return [MessageRow(**row) for row in connection.execute(query.order_by(TABLE.c.id).limit(PAGE)).mappings()]


def open_journeys(connection: Connection, confirmed_before: datetime) -> frozenset[str]:
    """Every journey that is open and was confirmed by the engine before that instant."""
    journey = tables.journey.c
    query = sa.select(journey.id).where(journey.ended_at.is_(None), journey.started_at < confirmed_before)
    return frozenset(connection.execute(query).scalars())


def count_open(connection: Connection) -> int:
    """How many journeys are open and confirmed."""
    journey = tables.journey.c
    query = sa.select(sa.func.count()).where(journey.ended_at.is_(None), journey.started_at.is_not(None))
    return int(connection.execute(query).scalar_one())


def known(connection: Connection, ids: Sequence[str]) -> dict[str, bool]:
    """Journey → whether it is open; one that the ledger does not know is left out."""
    journey = tables.journey.c
    found: dict[str, bool] = {}
    for begin in range(0, len(ids), AT_ONCE):
        query = sa.select(journey.id, journey.ended_at).where(journey.id.in_(ids[begin : begin + AT_ONCE]))
        found |= {id_: ended_at is None for id_, ended_at in connection.execute(query)}
    return found


def untold(connection: Connection, before: datetime) -> Sequence[str]:
    """The ids of wake-ups that nobody has told the engine of since before that instant."""
    wake_up = tables.wake_up.c
    query = sa.select(wake_up.id).where(wake_up.told_at.is_(None), wake_up.created_at < before)
    return list(connection.execute(query).scalars())
