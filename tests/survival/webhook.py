"""The real HTTP application as a process, which may kill itself at a commit of its first post."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa
import uvicorn
from sqlalchemy import Connection as Database

from ledger import Ledger
from ledger.engine import WAIT
from starter.api.app import application
from starter.api.surroundings import Surroundings
from starter.settings import MailSettings, Settings
from tests.survival.worker import die

READY: Final = "ready"
DIES_BEFORE: Final = "before"
DIES_AFTER: Final = "after"
DIES_COUNTING: Final = "counting"  # it has answered, and what it kept is about to count


class MortalLedger(Ledger):
    """Kills its process at the end of its first transaction, or of its second."""

    dies = ""
    written = 0

    @contextmanager
    def write(self) -> Iterator[Database]:
        with super().write() as connection:
            yield connection
            if self.dies == DIES_BEFORE or (self.dies == DIES_COUNTING and self.written):
                die()
        self.written += 1
        if self.dies == DIES_AFTER:
            die()


class Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, connection: Connection) -> None:
        super().__init__(config)
        self._connection = connection

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._connection.send(READY)


class Webhook(NamedTuple):
    """Where it serves which ledger, whose posts it believes, and when it dies if it does."""

    url: str
    port: int
    key: str
    dies: str

    def live(self, connection: Connection) -> None:
        """Serves until it is killed."""
        backend = sa.make_url(self.url)
        driver = "sqlite" if backend.get_backend_name() == "sqlite" else "postgresql+psycopg"
        ledger = MortalLedger(backend.set(drivername=driver), WAIT)
        ledger.dies = self.dies
        settings = Settings(dir=Path.cwd(), mail=MailSettings(sendgrid_webhook_keys=(self.key,)))
        app = application(Surroundings(ledger, settings, lambda: None))
        Server(uvicorn.Config(app, port=self.port, lifespan="off", log_level="critical"), connection).run()
