"""What providers post: checked before anything else, kept in one commit, answered, and then made to count.

An answer of 2xx says that the events are ours now; any other makes the provider post again, which does no harm.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask

from ledger import Ledger, provider_events, webhook_posts
from ledger.matching import NewEvent
from ledger.provider_events import Kept
from mail.sendgrid_events import read
from mail.sendgrid_signature import SIGNATURE, TIMESTAMP, NotSigned, PublicKey, Signed, check, read_key
from starter.api.reading import body
from starter.api.surroundings import Surroundings
from starter.counting import Counting
from starter.refusal import Refused

LOG: Final = logging.getLogger("waypost.api")
MOST: Final = 4_000_000  # bytes; SendGrid posts at 768 kB, or every 30 s
SENDGRID: Final = "sendgrid"
SKEWED: Final = 300  # seconds between signing and arrival that are worth a line in the log


def routes(surroundings: Surroundings) -> APIRouter:
    """Raises Refused for a key that is none."""
    router = APIRouter(prefix="/webhooks")
    keys = _keys(surroundings.settings.mail.sendgrid_webhook_keys)
    counting = Counting(surroundings.ledger, surroundings.committed)

    @router.post("/sendgrid")
    async def sendgrid(request: Request) -> Response:
        content = await body(request, MOST)
        now = datetime.now(UTC)
        signed = check(content, _header(request, SIGNATURE), _header(request, TIMESTAMP), keys, now)
        if isinstance(signed, NotSigned):
            return JSONResponse({"detail": signed.sentence}, 403)
        kept = await asyncio.to_thread(keep, surroundings.ledger, content, signed, now)
        return JSONResponse({"new": kept.new, "named": kept.named}, background=BackgroundTask(counting.ask))

    return router


def keep(ledger: Ledger, content: bytes, signed: Signed, now: datetime) -> Kept:
    """Everything that a post of SendGrid's says, as it came and in our words, in one transaction. Raises LedgerAway."""
    if signed.skew.total_seconds() > SKEWED:
        LOG.info("a post of SendGrid's was signed %d s ago", signed.skew.total_seconds())
    post = read(content, signed.at)
    events = [NewEvent(SENDGRID, *each) for each in post.events]
    with ledger.write() as connection:
        new = webhook_posts.keep(
            connection, SENDGRID, content, signed.at, now, events=len(events), unreadable=post.unreadable
        )
        return provider_events.keep(connection, new, events, now) if new else Kept(0, 0)


def _keys(texts: Sequence[str]) -> tuple[PublicKey, ...]:
    keys = [read_key(text) for text in texts]
    found = tuple(key for key in keys if key is not None)
    if len(found) < len(texts):
        raise Refused(
            "mail.sendgrid_webhook_keys holds something that is no public key of SendGrid's signed event webhook"
        )
    return found


def _header(request: Request, name: str) -> bytes | None:
    """The header's bytes as they came; one that comes twice is none."""
    found = [value for key, value in request.headers.raw if key == name.lower().encode()]
    return found[0] if len(found) == 1 else None
