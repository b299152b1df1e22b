"""Hand-overs without an answer: a message that may have been taken, and what settles it.

A provider that reports events settles it by evidence. Its silence says something only when it has spoken of a message
that went on the wire later (the watermark); until then, and at most for `Patience.longest`, the row waits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables, webhook_posts
from ledger.engine import database_now
from ledger.message_rows import AttemptRow, Evidence, MessageRow
from ledger.row_machine import MOVES, NOT_HELD, Move

TABLE: Final = mail_tables.message
ATTEMPT: Final = mail_tables.attempt
EVENT: Final = mail_tables.provider_event
POST: Final = mail_tables.webhook_post
RESENT_BY_ITSELF: Final = frozenset({"confirmation", "reminder"})  # of the rest a second copy would puzzle its reader

Verdict = Literal["wait", "resend", "review"]


class Patience(NamedTuple):
    """How long a row waits for evidence: at first, or when urgent, and at most. Events are posted twice a minute."""

    first: timedelta = timedelta(minutes=10)
    urgent: timedelta = timedelta(minutes=2)
    longest: timedelta = timedelta(hours=2)


def policy(row: MessageRow) -> Verdict:
    """What the plan wants of a message whose fate stays unknown (plan.md 21)."""
    if row.when_unknown in {"resend", "review"}:
        return "resend" if row.when_unknown == "resend" else "review"
    return "resend" if row.purpose in RESENT_BY_ITSELF else "review"


def first_wait(row: MessageRow, evidence: Evidence, patience: Patience) -> timedelta:
    """How long to wait before anything is made of the silence; no time at all where none can ever be broken."""
    if evidence != "events":
        return timedelta(0)
    return patience.urgent if row.fields.get("urgent") else patience.first


def settle(
    connection: Connection, row: MessageRow, patience: Patience, now: datetime, *, sendable: bool = True
) -> Verdict:
    """Does with an unknown row what its verdict says, once its wait is over.

    `sendable`: somebody is there who would send it again; otherwise staff are asked, for nobody would take it up.
    """
    if left(connection, row):
        return "wait"
    done = verdict(connection, row, patience)
    if done == "resend" and not sendable:
        done = "review"
    if done == "wait":
        wait_on(connection, row.id, row.attempt, first_wait(row, "events", patience))
    elif done == "resend":
        resend(connection, row.id, now)
    else:
        ask(connection, row.id, now)
    return done


def last_attempt(connection: Connection, row: MessageRow) -> AttemptRow | None:
    """The hand-over whose fate is in question."""
    query = sa.select(ATTEMPT).where(ATTEMPT.c.message_id == row.id).order_by(ATTEMPT.c.attempt.desc()).limit(1)
    found = connection.execute(query).mappings().first()
    return None if found is None else AttemptRow(**found)


def verdict(connection: Connection, row: MessageRow, patience: Patience) -> Verdict:
    """What is to be done with an unknown row whose wait is over."""
    attempt = last_attempt(connection, row)
    if attempt is None or attempt.evidence == "none":
        return policy(row) if _unanswered(connection, row) < 2 else "review"
    if attempt.evidence == "repeatable":
        return "resend"
    heard_of = None if _about_to_be_told(connection, row) else watermark(connection, attempt.transport)
    if heard_of is not None and heard_of > attempt.on_wire_at:
        return policy(row)
    now: datetime = connection.execute(sa.select(database_now(connection))).scalar_one()
    return "review" if now - attempt.on_wire_at >= patience.longest else "wait"


def _unanswered(connection: Connection, row: MessageRow) -> int:
    """How many of its hand-overs had no answer: a server that is only slow has taken them all."""
    mine = sa.and_(ATTEMPT.c.message_id == row.id, ATTEMPT.c.outcome == "unknown")
    count: int = connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one()
    return count


def _about_to_be_told(connection: Connection, row: MessageRow) -> bool:
    """Whether a report of this message is kept whose post does not count yet: its provider has not been silent."""
    post = sa.func.substr(EVENT.c.id, 1, webhook_posts.ID_LENGTH)
    of_it = sa.select(EVENT.c.id).join(POST, POST.c.id == post)
    of_it = of_it.where(EVENT.c.message_id == row.id, POST.c.counted_at.is_(None))
    return connection.execute(of_it.limit(1)).first() is not None


def watermark(connection: Connection, transport: str) -> datetime | None:
    """When the last message went on the wire of which this provider has spoken; None: it has never spoken."""
    spoken_of = sa.select(sa.func.max(ATTEMPT.c.on_wire_at)).where(
        ATTEMPT.c.transport == transport, ATTEMPT.c.evidence_at.is_not(None)
    )
    instant: datetime | None = connection.execute(spoken_of).scalar_one()
    return instant


def left(connection: Connection, row: MessageRow) -> timedelta:
    """How much of its wait is left; zero: it is over."""
    if row.next_at is None:
        return timedelta(0)
    now: datetime = connection.execute(sa.select(database_now(connection))).scalar_one()
    return max(row.next_at - now, timedelta(0))


def wait_on(connection: Connection, message_id: str, attempt: int, wait: timedelta) -> bool:
    """The row waits that much longer for evidence."""
    update = sa.update(TABLE).where(TABLE.c.id == message_id, TABLE.c.attempt == attempt, TABLE.c.state == "unknown")
    return connection.execute(update.values(next_at=database_now(connection, wait))).rowcount == 1


def resend(connection: Connection, message_id: str, now: datetime) -> bool:
    """Another attempt may be made, which may be a second copy."""
    return _settle(connection, "resend", message_id, now, reason="resent", detail=None, journey_sent_at=None)


def ask(connection: Connection, message_id: str, now: datetime) -> bool:
    """Nothing more is done by itself: staff look at the provider and say what became of it."""
    return _settle(connection, "ask", message_id, now)


def mark_sent(connection: Connection, message_id: str, now: datetime) -> bool:
    """Staff know that it was taken."""
    sent = {"sent_at": sa.func.coalesce(TABLE.c.sent_at, TABLE.c.changed_at), "reason": "marked_by_staff"}
    return _settle(connection, "mark_sent", message_id, now, **sent)


def drop(connection: Connection, message_id: str, now: datetime) -> bool:
    """Staff know that it was not taken, and it shall not be sent any more."""
    return _settle(connection, "drop", message_id, now, reason="cancelled_by_staff", detail=None)


def prove(connection: Connection, message_id: str, attempt: int, now: datetime, *, by_provider: bool = True) -> bool:
    """A provider spoke of this attempt, or its reader has it, so it was taken. True: the row did not know that yet.

    What a reader does moves no watermark, for it says nothing of whether the provider's reports arrive. Two attempts
    that were both taken are two copies in the reader's mailbox, where repeating is no harmless thing: the row says
    `doubled` from then on.
    """
    mine = sa.and_(ATTEMPT.c.message_id == message_id, ATTEMPT.c.attempt == attempt)
    found = connection.execute(sa.select(ATTEMPT).where(mine)).mappings().first()
    if found is None:
        return False
    if found["evidence_at"] is None:
        closed = {"outcome": "accepted", "ended_at": sa.func.coalesce(ATTEMPT.c.ended_at, now)}
        heard = {"evidence_at": now} if by_provider else {}
        connection.execute(sa.update(ATTEMPT).where(mine).values(**closed, **heard))
    copies = sa.and_(ATTEMPT.c.outcome == "accepted", ATTEMPT.c.evidence != "repeatable")
    taken = sa.select(sa.func.count()).where(ATTEMPT.c.message_id == message_id, copies)
    if connection.execute(taken).scalar_one() > 1:
        connection.execute(sa.update(TABLE).where(TABLE.c.id == message_id).values(doubled=True))
    sent = {"sent_at": found["on_wire_at"], "journey_sent_at": found["clock"], "reason": None, "detail": None}
    snapshot = {"address": found["address"], "template_version": found["template_version"], **NOT_HELD}
    return _settle(connection, "prove", message_id, now, **sent, **snapshot)


def waiting(connection: Connection, limit: int = 500) -> Sequence[MessageRow]:
    """Unknown rows whose wait is over, oldest first."""
    over = sa.or_(TABLE.c.next_at.is_(None), TABLE.c.next_at <= database_now(connection))
    query = sa.select(TABLE).where(TABLE.c.state == "unknown", over).order_by(TABLE.c.changed_at, TABLE.c.id)
    return [MessageRow(**row) for row in connection.execute(query.limit(limit)).mappings()]


def _settle(connection: Connection, move: Move, message_id: str, now: datetime, **values: object) -> bool:
    update = sa.update(TABLE).where(TABLE.c.id == message_id, TABLE.c.state.in_(MOVES[move].sources))
    state = {"state": MOVES[move].target, "lease_until": None, "next_at": None, "changed_at": now}
    return connection.execute(update.values({**state, **values})).rowcount == 1
