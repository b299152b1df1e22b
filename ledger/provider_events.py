"""Keeps what is reported of messages, once each, whatever else it will come to: that is `counting`'s, a commit later.

Events come late, doubled under other ids, out of order, and without ids.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from operator import itemgetter
from typing import Final, Literal, NamedTuple

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import audit, delivery, mail_tables, matching, webhook_posts
from ledger.identifiers import uuid7
from ledger.insert import insert_new, insert_unless_present
from ledger.matching import NewEvent

__all__ = ["Kept", "NewEvent", "keep", "note", "say"]

TABLE: Final = mail_tables.provider_event
MESSAGE: Final = mail_tables.message
COLUMNS: Final = ("id", "received_at", "message_id", "matched", "raw", *NewEvent._fields[:-2])
BY_CONTENT: Final = itemgetter(COLUMNS.index("content"))
Said = Literal["delivered", "undelivered"]


class Kept(NamedTuple):
    """How many events were new, and how many of those that came name a message of this ledger."""

    new: int
    named: int


def keep(connection: Connection, post_id: str, events: Sequence[NewEvent], now: datetime) -> Kept:
    """Keeps the events of a post that were not known. They count once `counting.count` has seen the post."""
    messages = matching.known(connection, {event.message_id for event in events if event.message_id})
    rows = [
        (webhook_posts.event_id(post_id, place), now, *_whose(event, messages), *event[:-2])
        for place, event in enumerate(events)
    ]
    rows.sort(key=BY_CONTENT)  # as in every other post that holds the same
    named = sum(event.message_id in messages for event in events)
    return Kept(insert_new(connection, TABLE, COLUMNS, rows), named)


def note(
    connection: Connection,
    message_id: str,
    provider: str,
    kind: str,
    by: str,
    now: datetime,
    said: str | None = None,
    attempt: int | None = None,
) -> None:
    """An event of ours: what staff say of a message, or what its reader does on a page of ours. It proves nothing."""
    content = sha256(f"{message_id}\x1f{kind}\x1f{by}\x1f{now.isoformat()}".encode()).hexdigest()
    event = NewEvent(
        provider=provider,
        content=content,
        kind=kind,
        provider_kind=kind,
        message_id=message_id,
        attempt=attempt,
        at=now,
        reason=said,
    )
    row = {**event._asdict(), "id": uuid7(), "matched": "id", "raw": {"by": by}, "received_at": now}
    if insert_unless_present(connection, TABLE, **row):
        delivery.update(connection, [message_id], now)


def say(connection: Connection, message_id: str, said: Said, by: str, now: datetime, why: str | None = None) -> bool:
    """A member of staff knows that the reader has it, or has not. Audited. False: it was never sent at all."""
    sent = sa.select(MESSAGE.c.id).where(MESSAGE.c.id == message_id, MESSAGE.c.state == "accepted")
    if connection.execute(sent).first() is None:
        return False
    note(connection, message_id, delivery.STAFF, said, by, now, why)
    audit.record(connection, by, "delivery_said", message_id, {"said": said}, now)
    return True


def _whose(event: NewEvent, messages: frozenset[str]) -> tuple[str | None, str | None, Mapping[str, JsonValue] | None]:
    """Its message, how that is known, and `raw` of what nobody has understood: of the rest, the post alone holds it."""
    if event.message_id not in messages:
        return None, matching.ELSEWHERE if matching.is_another_s(event) else None, event.raw
    return event.message_id, "id", event.raw if event.kind == "unknown" else None
