"""Messages that were sent, and reports of them, for the tests of this room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import counting, mail_tables, provider_events, sending, wake_ups, webhook_posts
from ledger.matching import NewEvent
from ledger.message_rows import MessageRow
from ledger.provider_events import Kept
from tests.ledger.given import CLOCK, JOURNEY, KEY, NOW, a_claimed_message, present

NUMBERS: Final = count(1)
OTHER: Final = "due_reminder:P1D@2027-03-08>applicant"
AT: Final = NOW + timedelta(minutes=1)
RECEIVED: Final = NOW + timedelta(minutes=2)


def on_wire(connection: Connection, key: str = KEY, address: str = "ada@example.org") -> MessageRow:
    """Handed over to SendGrid by its first attempt; no answer is in."""
    row = a_claimed_message(connection, key)
    assert sending.to_wire(
        connection,
        row.id,
        row.fence,
        row.attempt,
        address=address,
        subject="Seven days left",
        plan_version="v1",
        template_version="t1",
        transport="sendgrid",
        evidence="events",
        clock=CLOCK,
        now=NOW,
    )
    return present(connection, row.id)


def sent(connection: Connection, key: str = KEY, address: str = "ada@example.org") -> MessageRow:
    """Accepted."""
    row = on_wire(connection, key, address)
    assert sending.accepted(connection, row.id, row.attempt, "sg-1", CLOCK, NOW)
    return present(connection, row.id)


def event(kind: str, row: MessageRow | None = None, at: datetime = AT, **fields: Any) -> NewEvent:
    """An event, with our ids if it is about a row."""
    number = next(NUMBERS)
    ours = {"message_id": row.id, "attempt": row.attempt, "raw": {"mid": row.id}} if row else {}
    return NewEvent(
        **{
            "provider": "sendgrid",
            "event_id": f"e-{number}",
            "content": f"c-{number}",
            "kind": kind,
            "provider_kind": kind,
            "at": at.astimezone(UTC),
            "address": "ada@example.org",
            **ours,
            **fields,
        }
    )


def events(connection: Connection) -> list[tuple[str, str | None, str | None]]:
    """(kind, message, matched) of everything kept, in the order of their time."""
    table = mail_tables.provider_event.c
    query = sa.select(table.kind, table.message_id, table.matched).order_by(table.at, table.content)
    return [(kind, message, matched) for kind, message, matched in connection.execute(query)]


@dataclass(frozen=True)
class Told:
    """What is owed to journeys."""

    causes: list[str]
    failures: list[tuple[str, JsonValue, JsonValue]]


def record(connection: Connection, *given: NewEvent) -> Kept:
    """As one post brings them, and as they count."""
    return post(connection, given, RECEIVED)


def post(connection: Connection, given: Sequence[NewEvent], now: datetime) -> Kept:
    """A post of its own for each call, which counts at once."""
    body = f"post {next(NUMBERS)}".encode()
    new = webhook_posts.keep(connection, "sendgrid", body, now, now, events=len(given), unreadable=0)
    assert new
    kept = provider_events.keep(connection, new, given, now)
    assert counting.count(connection, new, now)
    return kept


def told(connection: Connection) -> Told:
    """By cause, and every failure's id, key and class."""
    failures = [(each.id, each.data["key"], each.data["why"]) for each in wake_ups.owed(connection, JOURNEY)]
    return Told(sorted(each.cause for each in wake_ups.pending(connection)), failures)
