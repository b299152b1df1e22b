"""What the ledger owes the engine: journeys to be told of a change, written in the transaction of its cause."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime, Field, JsonValue
from sqlalchemy import Connection

from ledger import tables
from ledger.insert import insert_unless_present
from plan.model import OF_A_PERSON, Frozen

DELIVERY_FAILED: Final = "delivery_failed"
FACTS: Final = (DELIVERY_FAILED, *sorted(OF_A_PERSON))  # causes that are facts of the journey


class WakeUp(Frozen):
    """`id` is also the id of the fact that the journey will hear, and `data` what that fact says."""

    id: str
    journey_id: str
    cause: str
    data: Mapping[str, JsonValue] = Field(default_factory=dict)
    created_at: AwareDatetime


COLUMNS: Final = [tables.wake_up.c[name] for name in WakeUp.model_fields]


def add(
    connection: Connection,
    journey: str,
    wake_up: str,
    cause: str,
    now: datetime,
    data: Mapping[str, JsonValue] | None = None,
) -> bool:
    """False: it is there already, told or not."""
    given = {"id": wake_up, "journey_id": journey, "cause": cause, "data": data or {}}
    return insert_unless_present(connection, tables.wake_up, **given, created_at=now, told_at=None)


def owed(connection: Connection, journey: str) -> Sequence[WakeUp]:
    """What this journey is to hear as facts, told or not, oldest first: failed deliveries, news of its person."""
    table = tables.wake_up.c
    query = sa.select(*COLUMNS).where(table.journey_id == journey, table.cause.in_(FACTS))
    return [WakeUp(**row) for row in connection.execute(query.order_by(table.created_at, table.id)).mappings()]


def pending(connection: Connection, limit: int = 500) -> Sequence[WakeUp]:
    """Not yet told, oldest first."""
    table = tables.wake_up.c
    query = sa.select(*COLUMNS).where(table.told_at.is_(None)).order_by(table.created_at, table.id).limit(limit)
    return [WakeUp(**row) for row in connection.execute(query).mappings()]


def told(connection: Connection, wake_up: str, now: datetime) -> bool:
    """Records that the engine has taken the signal; False: somebody had recorded that."""
    table = tables.wake_up
    query = sa.update(table).where(table.c.id == wake_up, table.c.told_at.is_(None)).values(told_at=now)
    return connection.execute(query).rowcount == 1
