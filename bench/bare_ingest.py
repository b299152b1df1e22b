"""The yardsticks of taking events: they believe a signature and insert what a post holds as it came. That is all.

`columns` fills the ledger's own table of events, so a copy is kept once and a message can be asked what was said of it.
`texts` keeps a name and a JSON text of each event in a table with nothing else: whoever reads it has all the work.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from ledger import Ledger
from ledger.mail_tables import provider_event
from mail.sendgrid_signature import SIGNATURE, TIMESTAMP, PublicKey, Signed, check

TEXTS: Final = sa.Table(
    "bare_event",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("raw", sa.JSON, nullable=False),
)
Insert = Callable[[Connection, bytes], object]


def columns(connection: Connection, content: bytes) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    now = datetime.now(UTC)
    rows = [_row(event, now) for event in json.loads(content)]
    connection.execute(insert(provider_event).on_conflict_do_nothing(), rows)


def texts(connection: Connection, content: bytes) -> None:
    rows = [{"id": event["sg_event_id"], "raw": event} for event in json.loads(content)]
    connection.execute(sa.insert(TEXTS), rows)


def bare(ledger: Ledger, key: PublicKey, insert: Insert) -> FastAPI:
    app = FastAPI(openapi_url=None)

    def inserted(content: bytes) -> None:
        with ledger.write() as connection:
            insert(connection, content)

    @app.post("/webhooks/sendgrid")
    async def sendgrid(request: Request) -> Response:
        content = await request.body()
        signature, timestamp = (request.headers.get(name, "").encode() for name in (SIGNATURE, TIMESTAMP))
        if not isinstance(check(content, signature, timestamp, [key], datetime.now(UTC)), Signed):
            return Response(status_code=403)
        await asyncio.to_thread(inserted, content)
        return Response()

    return app


def _row(event: Mapping[str, Any], now: datetime) -> Mapping[str, object]:
    """Believed as it stands: no field is missing, none is of another kind, and all of them are ours."""
    return {
        "id": event["sg_event_id"],
        "provider": "sendgrid",
        "event_id": event["sg_event_id"],
        "content": event["sg_event_id"],
        "kind": event["event"],
        "provider_kind": event["event"],
        "message_id": event["mid"],
        "attempt": int(event["att"]),
        "matched": "id",
        "at": datetime.fromtimestamp(event["timestamp"], UTC),
        "received_at": now,
        "address": event["email"],
        "machine": event.get("sg_machine_open", False),
        "failure": event.get("bounce_classification"),
        "status": event.get("status"),
        "reason": event.get("reason"),
        "response": event.get("response"),
        "url": event.get("url"),
        "hand_over_id": event["sg_message_id"],
        "raw": event,
    }
