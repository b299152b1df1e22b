"""A message under way: claimed by one attempt, put on the wire by it, and how that ended.

Every move is one statement that names the state and the attempt it starts from, so that of two workers one finds
nothing to do. The moves return False for that; nothing was written then.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables
from ledger.engine import clock_of, database_now
from ledger.message_rows import AttemptRow, Busy, Claimed, Evidence, Gone, MessageRow
from ledger.row_machine import MOVES, NOT_HELD, Move
from ledger.unchanged import UNTOUCHED, AsRead

TABLE: Final = mail_tables.message
ATTEMPT: Final = mail_tables.attempt
CHANNEL: Final = mail_tables.channel.c
KNOWN_UP: Final = ~sa.exists().where(CHANNEL.transport == sa.bindparam("of_channel"), CHANNEL.state != "up")


def claim(
    connection: Connection, message_id: str, fence: int, lease: timedelta, clock: datetime, now: datetime
) -> Claimed | Busy | Gone:
    """Takes the row for one attempt, or says why it cannot be taken."""
    taken = take(connection, message_id, fence, lease, clock, now)
    if taken is not None:
        return Claimed(row=taken)
    there = connection.execute(sa.select(TABLE).where(TABLE.c.id == message_id)).mappings().first()
    if there is None:
        return Gone(state="missing")
    row = MessageRow(**there)
    if row.fence != fence or row.state not in MOVES["claim"].sources:
        return Gone(state=row.state, row=row)
    return busy(connection, row)


def take(
    connection: Connection,
    message_id: str,
    fence: int | None,
    lease: timedelta,
    clock: datetime,
    now: datetime,
    *,
    while_up: str | None = None,
) -> MessageRow | None:
    """Takes the row for one attempt, numbered anew, if nobody holds it, its rest is over and it is still wanted.

    Under whichever fence it has if none is given; `while_up`: only unless this channel is known not to be up.
    """
    time = database_now(connection)
    rested = sa.or_(TABLE.c.next_at.is_(None), TABLE.c.next_at <= time)
    free = sa.and_(sa.or_(TABLE.c.state != "claimed", TABLE.c.lease_until <= time), rested)
    wanted = sa.and_(TABLE.c.id == message_id, TABLE.c.state.in_(MOVES["claim"].sources))
    taken = sa.update(TABLE).where(wanted, free).returning(TABLE)
    if fence is not None:
        taken = taken.where(TABLE.c.fence == fence)
    if while_up is not None:
        taken = taken.where(KNOWN_UP)
    numbered = {"state": MOVES["claim"].target, "attempt": TABLE.c.attempt + 1, "tried_at": clock, "changed_at": now}
    leased = {**numbered, **NOT_HELD, "lease_until": database_now(connection, lease), "next_at": None}
    channel = {"of_channel": while_up} if while_up is not None else {}
    found = connection.execute(taken.values(leased), channel).mappings().first()
    return None if found is None else MessageRow(**found)


def busy(connection: Connection, row: MessageRow) -> Busy:
    """Until when the row is another attempt's, or must rest."""
    instant: datetime = connection.execute(sa.select(database_now(connection))).scalar_one()
    until = row.lease_until or row.next_at or instant  # given back meanwhile: to be asked for again at once
    return Busy(until=until, left=max(until - instant, timedelta(0)))


def to_wire(
    connection: Connection,
    message_id: str,
    fence: int,
    attempt: int,
    *,
    address: str,
    subject: str,
    plan_version: str,
    template_version: str | None,
    transport: str,
    evidence: Evidence,
    clock: datetime,
    now: datetime,
    bypassed: str | None = None,
    unless_touched: AsRead | None = None,
    request: timedelta = timedelta(0),
) -> bool:
    """The last commit before the first byte. True: this attempt alone may hand the message over, to this address.

    False: fence, attempt or plan version are no longer the row's, the lease is over by the database's clock before a
    `request` of that length could be, or the program and the reader, if given, may not be as they were read.
    """
    named = {"message": message_id, "of_attempt": attempt, "of_fence": fence, "of_plan": plan_version}
    snapshot = {"address": address, "subject": subject, "template_version": template_version}
    moved = {**named, **snapshot, "state": "on_wire", "journey_sent_at": clock, "changed_at": now}
    if unless_touched is not None:
        moved |= unless_touched.bound()
    update = _to_wire(connection.dialect.name, request, reader=unless_touched is not None)
    if connection.execute(update, moved).rowcount != 1:
        return False
    handed = {"message_id": message_id, "attempt": attempt, "fence": fence, "plan_version": plan_version}
    way = {"transport": transport, "evidence": evidence, "bypassed": bypassed, "clock": clock}
    kept = {**handed, **way, "address": address, "template_version": template_version}
    connection.execute(_handed_over(connection.dialect.name), kept)
    return True


@cache
def _to_wire(dialect: str, request: timedelta, *, reader: bool) -> sa.Update:
    update = sa.update(TABLE).where(UNTOUCHED) if reader else sa.update(TABLE)
    return update.where(
        TABLE.c.id == sa.bindparam("message"),
        TABLE.c.attempt == sa.bindparam("of_attempt"),
        TABLE.c.state.in_(MOVES["to_wire"].sources),
        TABLE.c.fence == sa.bindparam("of_fence"),
        TABLE.c.plan_version == sa.bindparam("of_plan"),
        TABLE.c.lease_until > clock_of(dialect, request),
    )


@cache
def _handed_over(dialect: str) -> sa.Insert:
    return sa.insert(ATTEMPT).values(on_wire_at=clock_of(dialect))


def accepted(
    connection: Connection,
    message_id: str,
    attempt: int,
    provider_id: str | None,
    clock: datetime,
    now: datetime,
    remark: str | None = None,
) -> bool:
    """The provider took the message, which does not mean delivered. `sent_at` is now."""
    sent = {"provider_id": provider_id, "journey_sent_at": clock, "sent_at": now, "reason": None, "detail": remark}
    moved = _move(connection, "accepted", message_id, attempt, now, sent)
    return moved and _close(connection, message_id, attempt, "accepted", remark, now, provider_id)


def failed(
    connection: Connection, message_id: str, attempt: int, reason: str, detail: str | None, now: datetime
) -> bool:
    """The provider refused this message for good."""
    moved = _move(connection, "failed", message_id, attempt, now, {"reason": reason, "detail": detail})
    return moved and _close(connection, message_id, attempt, "failed", detail, now)


def unknown(
    connection: Connection,
    message_id: str,
    attempt: int,
    reason: str,
    detail: str | None,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> bool:
    """The message may have been taken: `ledger.uncertain` settles it, not before `wait`."""
    values = {"reason": reason, "detail": detail, "next_at": database_now(connection, wait)}
    moved = _move(connection, "unknown", message_id, attempt, now, values)
    return moved and _close(connection, message_id, attempt, "unknown", detail, now)


def retry(
    connection: Connection,
    message_id: str,
    attempt: int,
    reason: str,
    detail: str | None,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> bool:
    """The message was surely not taken, and may be claimed again after `wait`."""
    given = {"reason": reason, "detail": detail, "journey_sent_at": None, "next_at": database_now(connection, wait)}
    moved = _move(connection, "retry", message_id, attempt, now, given)
    return moved and _close(connection, message_id, attempt, "retry", detail or reason, now)


def give_back(
    connection: Connection,
    message_id: str,
    attempt: int,
    reason: str,
    detail: str | None,
    basis: str | None,
    clock: datetime,
    now: datetime,
) -> bool:
    """Nothing was taken and nothing will be until deciding wants it again: queued, and held for `reason`.

    `basis` says on which state of the world that rests, so that deciding can tell when it has changed.
    """
    held = {"held_reason": reason, "held_detail": detail, "held_basis": basis, "held_at": clock}
    moved = _move(connection, "give_back", message_id, attempt, now, {**held, "journey_sent_at": None})
    return moved and _close(connection, message_id, attempt, "given_back", reason, now)


def attempts(connection: Connection, message_id: str) -> Sequence[AttemptRow]:
    """Every hand-over of the message, first to last."""
    query = sa.select(ATTEMPT).where(ATTEMPT.c.message_id == message_id).order_by(ATTEMPT.c.attempt)
    return [AttemptRow(**found) for found in connection.execute(query).mappings()]


def attempts_of(connection: Connection, messages: Collection[str]) -> Mapping[str, tuple[AttemptRow, ...]]:
    """Message → its hand-overs, first to last; one that never came so far is left out."""
    found: dict[str, tuple[AttemptRow, ...]] = {}
    if not messages:
        return found
    query = sa.select(ATTEMPT).where(ATTEMPT.c.message_id.in_(messages))
    for row in connection.execute(query.order_by(ATTEMPT.c.message_id, ATTEMPT.c.attempt)).mappings():
        found[row["message_id"]] = (*found.get(row["message_id"], ()), AttemptRow(**row))
    return found


def _in_hand(move: Move, message_id: str, attempt: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (TABLE.c.id == message_id, TABLE.c.attempt == attempt, TABLE.c.state.in_(MOVES[move].sources))


def _move(
    connection: Connection, move: Move, message_id: str, attempt: int, now: datetime, values: Mapping[str, object]
) -> bool:
    update = sa.update(TABLE).where(*_in_hand(move, message_id, attempt))
    state = {"state": MOVES[move].target, "lease_until": None, "next_at": None, "changed_at": now}
    return connection.execute(update.values({**state, **values})).rowcount == 1


def _close(
    connection: Connection,
    message_id: str,
    attempt: int,
    outcome: str,
    detail: str | None,
    now: datetime,
    provider_id: str | None = None,
) -> bool:
    """Writes the outcome beside the hand-over, if it had come to one. True: a move that was made stays made."""
    update = sa.update(ATTEMPT).where(ATTEMPT.c.message_id == message_id, ATTEMPT.c.attempt == attempt)
    connection.execute(update.values(outcome=outcome, detail=detail, provider_id=provider_id, ended_at=now))
    return True
