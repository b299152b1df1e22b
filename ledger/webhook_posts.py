"""What providers posted to us, byte for byte: what could not be read of it is still there."""

import zlib
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from ledger import mail_tables
from ledger.insert import insert_unless_present

TABLE: Final = mail_tables.webhook_post


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
    """The id of the post, kept now. None: it was kept before, and in the same commit everything that it holds."""
    digest = sha256(body).hexdigest()
    post = {
        "id": f"{provider}-{digest}",  # so that a post which comes again is found by its key
        "provider": provider,
        "received_at": now,
        "signed_at": signed_at,
        "digest": digest,
        "events": events,
        "unreadable": unreadable,
        "packed": zlib.compress(body),
    }
    return str(post["id"]) if insert_unless_present(connection, TABLE, **post) else None
