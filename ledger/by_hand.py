"""What people do about messages beside the mail: a call is noted, a letter is printed."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import bodies, mail_tables
from ledger.message_rows import MessageRow, NewMessage
from ledger.row_machine import MOVES, NOT_HELD

TABLE: Final = mail_tables.message


def noted(
    connection: Connection, new: NewMessage, subject: str, html: str, text: str, at: datetime, now: datetime
) -> MessageRow:
    """Adds a message that reached its reader by other ways at `at`: accepted from the start, and never sent.

    A second one for its key is a LedgerFault.
    """
    values = {
        **new.model_dump(),
        "state": "accepted",
        "fence": 1,
        "attempt": 1,
        "subject": subject,
        "sent_at": at,
        "journey_sent_at": at,
        "changed_at": now,
    }
    row = MessageRow(**connection.execute(sa.insert(TABLE).values(values).returning(TABLE)).mappings().one())
    bodies.keep(connection, row.id, row.attempt, subject, html, text, now)
    return row


def printed(
    connection: Connection,
    row: MessageRow,
    by: str,
    subject: str,
    html: str,
    template_version: str | None,
    clock: datetime,
    now: datetime,
) -> bool:
    """The message goes by post: accepted on the channel letter, its print file kept. False: mail has it in hand."""
    wanted = sa.and_(TABLE.c.id == row.id, TABLE.c.attempt == row.attempt, TABLE.c.state.in_(MOVES["letter"].sources))
    values = {
        "state": MOVES["letter"].target,
        "channel": "letter",
        "by": by,
        "attempt": row.attempt + 1,
        "subject": subject,
        "template_version": template_version,
        "sent_at": now,
        "journey_sent_at": clock,
        "changed_at": now,
        "lease_until": None,
        "next_at": None,
        "reason": None,
        "detail": None,
        **NOT_HELD,
    }
    if connection.execute(sa.update(TABLE).where(wanted).values(values)).rowcount != 1:
        return False
    bodies.keep(connection, row.id, row.attempt + 1, subject, html, "", now)
    return True
