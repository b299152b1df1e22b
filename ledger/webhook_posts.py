"""What providers posted to us, byte for byte: what could not be read of it is still there."""

import zlib
from datetime import datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables
from ledger.identifiers import uuid7
from ledger.insert import insert_unless_present

TABLE: Final = mail_tables.webhook_post
EVENT: Final = mail_tables.provider_event
ID_LENGTH: Final = 36  # an event's id is its post's, a full stop, and its place in it


def event_id(post_id: str, place: int) -> str:
    return f"{post_id}.{place:05}"


def holds(post_id: str) -> sa.ColumnElement[bool]:
    """Of an event: that this post brought it."""
    return sa.and_(EVENT.c.id > f"{post_id}.", EVENT.c.id < f"{post_id}/")  # a range of the key: "/" comes after "."


def keep(
    connection: Connection,
    provider: str,
    body: bytes,
    signed_at: datetime | None,
    now: datetime,
    *,
    events: int,
    unreadable: int,
) -> str | None:
    """The id of the post, kept now. None: it was kept before, and in the same commit the events that it holds."""
    id_ = uuid7()
    post = {
        "id": id_,
        "provider": provider,
        "received_at": now,
        "signed_at": signed_at,
        "digest": sha256(body).hexdigest(),  # tells a post that comes again
        "events": events,
        "unreadable": unreadable,
        "packed": zlib.compress(body, 1),  # higher levels take thrice the time and save a tenth
        "counted_at": None,
    }
    return id_ if insert_unless_present(connection, TABLE, **post) else None


def uncounted(
    connection: Connection, after: str = "", before: datetime | None = None, limit: int = 100
) -> tuple[str, ...]:
    """The ids of posts whose events do not count yet, oldest first: behind the post `after`, and that came `before`."""
    query = sa.select(TABLE.c.id).where(TABLE.c.counted_at.is_(None), TABLE.c.id > after).order_by(TABLE.c.id)
    wanted = query if before is None else query.where(TABLE.c.received_at < before)
    return tuple(connection.execute(wanted.limit(limit)).scalars())


def claim(connection: Connection, post_id: str, now: datetime) -> bool:
    """The events of this post count from this transaction on. False: they do already, or will by another's."""
    mine = sa.and_(TABLE.c.id == post_id, TABLE.c.counted_at.is_(None))
    return connection.execute(sa.update(TABLE).where(mine).values(counted_at=now)).rowcount == 1


def body_of(connection: Connection, event: str) -> tuple[bytes, int] | None:
    """The bytes of the post that brought this event, and the event's place in it; None: no post did."""
    post, _, place = event.partition(".")
    packed = connection.execute(sa.select(TABLE.c.packed).where(TABLE.c.id == post)).scalar()
    return (zlib.decompress(packed), int(place)) if packed and place else None
