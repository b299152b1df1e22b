"""The yardstick of taking events: it believes a signature and inserts the rows of a post as they came. That is all."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from fastapi import FastAPI, Request, Response

from ledger import Ledger
from mail.sendgrid_signature import SIGNATURE, TIMESTAMP, PublicKey, Signed, check

TABLE: Final = sa.Table(
    "bare_event",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("raw", sa.JSON, nullable=False),
)


def bare(ledger: Ledger, key: PublicKey) -> FastAPI:
    """Makes its table in the ledger's database."""
    app = FastAPI(openapi_url=None)
    with ledger.write() as connection:
        TABLE.create(connection)

    def insert(content: bytes) -> None:
        rows = [{"id": event["sg_event_id"], "raw": event} for event in json.loads(content)]
        with ledger.write() as connection:
            connection.execute(sa.insert(TABLE), rows)

    @app.post("/webhooks/sendgrid")
    async def sendgrid(request: Request) -> Response:
        content = await request.body()
        signature, timestamp = (request.headers.get(name, "").encode() for name in (SIGNATURE, TIMESTAMP))
        if not isinstance(check(content, signature, timestamp, [key], datetime.now(UTC)), Signed):
            return Response(status_code=403)
        await asyncio.to_thread(insert, content)
        return Response()

    return app
