"""Message rows: what deciding does with them, and reading them. What an attempt does is in `sending`.

A row is made by `queue` and never deleted; its id and key stay the same for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import mail_tables, people
from ledger.message_rows import Channel, Delivery, MessageRow, NewMessage, Source
from ledger.row_machine import MOVES, NOT_HELD, Move, State
from plan.model import Purpose

__all__ = [
    "MessageRow",
    "NewMessage",
    "Planned",
    "Wanted",
    "any_left",
    "cancel",
    "expire",
    "queue",
    "refresh",
    "requeue",
    "roles_of",
    "row",
    "rows",
    "search",
]


MAY_HAVE_LEFT: Final = ("on_wire", "unknown", "review", "accepted")


class Planned(TypedDict, total=False):
    """What deciding may say anew of a row that has not left."""

    purpose: Purpose
    to: str
    person_id: str | None
    item: str | None
    plan_version: str
    planned_at: datetime | None
    not_after: datetime | None
    closes_at: datetime | None
    fields: Mapping[str, JsonValue]
    when_unknown: str | None


TABLE: Final = mail_tables.message
# Here and elsewhere what every send reads is built once: building a statement takes longer than running it.
ONE: Final = sa.select(TABLE).where(TABLE.c.id == sa.bindparam("message"))
OF_JOURNEY: Final = sa.select(TABLE).where(TABLE.c.journey_id == sa.bindparam("journey")).order_by(TABLE.c.id)
NOT_DELIVERED: Final = ("blocked", "bounced", "dropped", "undelivered")


def rows(connection: Connection, journey_id: str) -> Sequence[MessageRow]:
    """Every message of the journey, oldest first."""
    return [MessageRow(**found) for found in connection.execute(OF_JOURNEY, {"journey": journey_id}).mappings()]


def row(connection: Connection, message_id: str) -> MessageRow | None:
    found = connection.execute(ONE, {"message": message_id}).mappings().first()
    return None if found is None else MessageRow(**found)


class Wanted(TypedDict, total=False):
    """Which messages: those that fit everything that is given. `since` and `until` are about when they were queued."""

    person: str | None
    journey: str | None
    program: str | None
    notification: str | None
    state: State | None
    delivery: Delivery | None
    source: Source | None
    channel: Channel | None
    failed: bool  # refused by the provider, or reported as not delivered
    since: datetime | None
    until: datetime | None


COLUMNS: Final = {
    "journey": TABLE.c.journey_id,
    "program": TABLE.c.program,
    "notification": TABLE.c.rule,
    "state": TABLE.c.state,
    "delivery": TABLE.c.delivery,
    "source": TABLE.c.source,
    "channel": TABLE.c.channel,
}


def search(
    connection: Connection, *, after: str | None = None, limit: int = 500, **wanted: Unpack[Wanted]
) -> Sequence[MessageRow]:
    """A page of messages, oldest first, those behind the id `after`."""
    query = sa.select(TABLE).order_by(TABLE.c.id).limit(limit)
    if (person := wanted.get("person")) is not None:
        query = query.where(TABLE.c.person_id.in_(people.known_as(connection, person)))
    for name, value in wanted.items():
        if name in COLUMNS and value is not None:
            query = query.where(COLUMNS[name] == value)
    if wanted.get("failed"):
        query = query.where(sa.or_(TABLE.c.state == "failed", TABLE.c.delivery.in_(NOT_DELIVERED)))
    if (since := wanted.get("since")) is not None:
        query = query.where(TABLE.c.queued_at >= since)
    if (until := wanted.get("until")) is not None:
        query = query.where(TABLE.c.queued_at < until)
    if after is not None:
        query = query.where(TABLE.c.id > after)
    return [MessageRow(**found) for found in connection.execute(query).mappings()]


def roles_of(connection: Connection, ids: Collection[str], program: str) -> frozenset[str]:
    """In which roles the program has written to somebody under any of these ids, or was about to."""
    query = sa.select(TABLE.c.to).distinct().where(TABLE.c.person_id.in_(ids), TABLE.c.program == program)
    return frozenset(to.partition(".")[0] for to in connection.execute(query).scalars())


def any_left(connection: Connection, program: str, rule: str) -> bool:
    """Whether a message of the program's rule has left, or may have."""
    row = mail_tables.message.c
    query = sa.select(row.id).where(row.program == program, row.rule == rule, row.state.in_(MAY_HAVE_LEFT)).limit(1)
    return connection.execute(query).first() is not None


def queue(connection: Connection, new: NewMessage) -> MessageRow:
    """Adds the row, queued. A second one for its key in this journey is a LedgerFault."""
    values = {**new.model_dump(), "state": "queued", "fence": 1, "attempt": 0, "changed_at": new.queued_at}
    return MessageRow(**connection.execute(sa.insert(TABLE).values(values).returning(TABLE)).mappings().one())


def refresh(connection: Connection, message_id: str, **planned: Unpack[Planned]) -> bool:
    """Says the planned fields anew; False: the row has left, or was cancelled, and keeps them."""
    update = sa.update(TABLE).where(TABLE.c.id == message_id, TABLE.c.state.in_(MOVES["refresh"].sources))
    return connection.execute(update.values(**planned)).rowcount == 1


def requeue(connection: Connection, message_id: str, now: datetime, **planned: Unpack[Planned]) -> MessageRow | None:
    """A cancelled or expired message that is due again, under its id and the next fence; None: it was neither."""
    update = sa.update(TABLE).where(TABLE.c.id == message_id, TABLE.c.state.in_(MOVES["requeue"].sources))
    clean = {"reason": None, "detail": None, "next_at": None}
    values = {"state": "queued", "fence": TABLE.c.fence + 1, **clean, "changed_at": now}
    found = connection.execute(update.values({**values, **planned}).returning(TABLE)).mappings().first()
    return None if found is None else MessageRow(**found)


def cancel(connection: Connection, message_id: str, reason: str, now: datetime, detail: str | None = None) -> bool:
    """Takes the message back; False: it is on the wire or past it, or was taken back already.

    A claimed one gets the next fence, so that the attempt under way cannot put it on the wire.
    """
    return _take_back(connection, "cancel", message_id, reason, now, detail)


def expire(connection: Connection, message_id: str, reason: str, now: datetime) -> bool:
    """Its time is over: as `cancel`, and shown as such."""
    return _take_back(connection, "expire", message_id, reason, now, None)


def _take_back(
    connection: Connection, move: Move, message_id: str, reason: str, now: datetime, detail: str | None
) -> bool:
    update = sa.update(TABLE).where(TABLE.c.id == message_id, TABLE.c.state.in_(MOVES[move].sources))
    values: dict[str, Any] = {"state": MOVES[move].target, "reason": reason, "detail": detail, "changed_at": now}
    fence = TABLE.c.fence + sa.case((TABLE.c.state == "claimed", 1), else_=0)
    freed = {"lease_until": None, "next_at": None, **NOT_HELD}
    return connection.execute(update.values(**values, **freed, fence=fence)).rowcount == 1
