"""What readers do on pages of ours, in the history of the message whose link they followed."""

from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import evidence, mail_tables, provider_events

EVENT: Final = mail_tables.provider_event
OURS: Final = "waypost"  # in place of a provider
READER: Final = "reader"
AT_MOST_EVERY: Final = timedelta(minutes=1)

Kind = Literal["viewed", "unsubscribed"]


def record(connection: Connection, message_id: str, attempt: int, kind: Kind, now: datetime) -> None:
    """One event a minute at most, however often a button is pressed; the message's row keeps the first.

    Whoever has the link of an attempt has its message: an open question whether it was taken is settled by that.
    """
    if not _just_now(connection, message_id, kind, now):
        provider_events.note(connection, message_id, OURS, kind, READER, now, attempt=attempt)
    evidence.taken(connection, message_id, attempt, now, by_provider=False)


def _just_now(connection: Connection, message_id: str, kind: Kind, now: datetime) -> bool:
    mine = sa.and_(EVENT.c.message_id == message_id, EVENT.c.provider == OURS, EVENT.c.kind == kind)
    recent = sa.select(EVENT.c.id).where(mine, EVENT.c.at > now - AT_MOST_EVERY).limit(1)
    return connection.execute(recent).first() is not None
