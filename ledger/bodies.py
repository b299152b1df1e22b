"""What each attempt put on the wire, word for word and compressed, so that staff can see what somebody was sent."""

import json
import zlib
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import mail_tables
from plan.model import Frozen

TABLE: Final = mail_tables.message_body
KEEP: Final = sa.insert(TABLE)


class Body(Frozen):
    """A message as it left. Links that open pages of the reader alone are blanked out."""

    attempt: int
    subject: str
    html: str
    text: str
    kept_at: AwareDatetime


def keep(
    connection: Connection, message_id: str, attempt: int, subject: str, html: str, text: str, now: datetime
) -> None:
    """Stores what this attempt sends; in the transaction that puts it on the wire."""
    packed = zlib.compress(json.dumps([html, text], ensure_ascii=False).encode())
    row = {"message_id": message_id, "attempt": attempt, "subject": subject, "packed": packed, "kept_at": now}
    connection.execute(KEEP, row)


def body(connection: Connection, message_id: str, attempt: int | None = None) -> Body | None:
    """What this attempt, by default the last, sent; None: nothing was put on the wire, or retention has erased it."""
    query = sa.select(TABLE).where(TABLE.c.message_id == message_id).order_by(TABLE.c.attempt.desc()).limit(1)
    if attempt is not None:
        query = query.where(TABLE.c.attempt == attempt)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    html, text = json.loads(zlib.decompress(row["packed"]))
    return Body(attempt=row["attempt"], subject=row["subject"], html=html, text=text, kept_at=row["kept_at"])
