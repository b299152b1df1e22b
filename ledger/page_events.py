"""What readers do on pages of ours, in the history of the message whose link they followed."""

from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables
from ledger.identifiers import uuid7
from ledger.insert import insert_unless_present

EVENT: Final = mail_tables.provider_event
MESSAGE: Final = mail_tables.message
OURS: Final = "waypost"  # in place of a provider

Kind = Literal["viewed", "unsubscribed"]


def record(connection: Connection, message_id: str, attempt: int, kind: Kind, now: datetime) -> None:
    """One event a minute at most, however often a page is asked for; the message's row keeps the first."""
    content = f"{message_id}\x1f{attempt}\x1f{kind}\x1f{now:%Y-%m-%dT%H:%M}"
    event = {
        "id": uuid7(),
        "provider": OURS,
        "content": sha256(content.encode()).hexdigest(),
        "kind": kind,
        "provider_kind": kind,
        "message_id": message_id,
        "attempt": attempt,
        "matched": "id",
        "at": now,
        "received_at": now,
        "machine": False,
        "raw": {"by": "reader"},
    }
    if not insert_unless_present(connection, EVENT, **event):
        return
    column = MESSAGE.c[f"{kind}_at"]
    first = sa.update(MESSAGE).where(MESSAGE.c.id == message_id, column.is_(None))
    connection.execute(first.values({column: now}))
