"""What the ledger owes the engine: journeys to be told of a change, written in the transaction of its cause."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import tables
from ledger.insert import insert_unless_present
from plan.model import Frozen


class WakeUp(Frozen):
    """`id` is also the id of the fact that the journey will hear."""

    id: str
    journey_id: str
    cause: str
    created_at: AwareDatetime


def add(connection: Connection, journey: str, wake_up: str, cause: str, now: datetime) -> bool:
    """False: it is there already, told or not."""
    return insert_unless_present(
        connection, tables.wake_up, id=wake_up, journey_id=journey, cause=cause, created_at=now, told_at=None
    )


def pending(connection: Connection, limit: int = 500) -> Sequence[WakeUp]:
    """Not yet told, oldest first."""
    table = tables.wake_up.c
    query = (
        sa.select(table.id, table.journey_id, table.cause, table.created_at)
        .where(table.told_at.is_(None))
        .order_by(table.created_at, table.id)
        .limit(limit)
    )
    return [WakeUp(**row) for row in connection.execute(query).mappings()]


def told(connection: Connection, wake_up: str, now: datetime) -> bool:
    """Records that the engine has taken the signal; False: somebody had recorded that."""
    table = tables.wake_up
    query = sa.update(table).where(table.c.id == wake_up, table.c.told_at.is_(None)).values(told_at=now)
    return connection.execute(query).rowcount == 1
