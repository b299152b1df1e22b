"""`waypost serve`: the HTTP application in this process, until it is asked to stop."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Final

import uvicorn
from temporalio.client import Client

from ledger import Ledger
from mail.sendgrid_lists import SendGridLists
from starter.api.app import application
from starter.api.surroundings import Surroundings
from starter.api.teller import Teller
from starter.connection import connect
from starter.installation import check
from starter.ledgers import open_checked
from starter.provider import NoLists, open_lists
from starter.refusal import Refused
from starter.settings import Settings

LOG: Final = logging.getLogger("waypost.api")
READY: Final = "api ready"
PATIENCE: Final = timedelta(seconds=5)  # with the provider, while a reader waits for a page
GRACE: Final = 20  # seconds for requests under way
IDLE: Final = 65  # seconds a connection may rest: longer than a balancer lets it, or it would meet our closing
HEAD_BYTES: Final = 32_768
STOPS: Final = (signal.SIGTERM, signal.SIGINT)


async def run(settings: Settings, host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what is under way. Raises Refused with the reason not to serve."""
    ledger = open_checked(settings)
    opened = open_lists(settings, PATIENCE)
    lists = opened if isinstance(opened, SendGridLists) else None
    if isinstance(opened, NoLists):
        LOG.warning("%s; what readers take back there, a worker does within the hour", opened.sentence)
    try:
        client = await connect(settings)
        await check(client, ledger)
        with _listening(host, port) as listener:
            async with _telling(client, ledger) as teller:
                app = application(Surroundings(ledger, settings, teller.soon, lists))
                await _Server(_config(app)).serve([listener])
    finally:
        if lists is not None:
            lists.close()
        ledger.close()


class _Server(uvicorn.Server):
    """Says when it answers, and ends gently at the first signal instead of by it."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        sys.stdout.write(f"{READY} http://{f'[{host}]' if ':' in host else host}:{port}\n")
        sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in STOPS:
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def _config(app: object) -> uvicorn.Config:
    """One worker; no access log, since it would hold paths with tokens (`starter.api.edge` writes one)."""
    logging.basicConfig(format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("waypost.api").setLevel(logging.INFO)
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # FastAPI's own type is not uvicorn's
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or "no reason given").partition(" (")[0].lower()
        raise Refused(f"nothing can listen at {host} port {port}: {reason}; choose another by --port") from None
    with listener:
        yield listener


@asynccontextmanager
async def _telling(client: Client, ledger: Ledger) -> AsyncIterator[Teller]:
    teller = Teller(client, ledger)
    task = asyncio.create_task(teller.run())
    try:
        yield teller
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
