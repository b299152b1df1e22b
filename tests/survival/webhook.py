"""The real HTTP application as a process, which may kill itself before or after the commit of its first post."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
import uvicorn
from sqlalchemy import Connection

from ledger import Ledger
from ledger.engine import WAIT
from starter.api.app import application
from starter.api.surroundings import Surroundings
from starter.settings import MailSettings, Settings
from tests.survival.worker import die

READY: Final = "ready"
DIES_BEFORE: Final = "before"
DIES_AFTER: Final = "after"


class MortalLedger(Ledger):
    """Kills its process at the end of its first transaction."""

    dies = ""

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            if self.dies == DIES_BEFORE:
                die()
        if self.dies == DIES_AFTER:
            die()


class Server(uvicorn.Server):
    """Says when it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()


def main(url: str, port: str, key: str, dies: str) -> None:
    """Serves until it is killed."""
    backend = sa.make_url(url)
    driver = "sqlite" if backend.get_backend_name() == "sqlite" else "postgresql+psycopg"
    ledger = MortalLedger(backend.set(drivername=driver), WAIT)
    ledger.dies = dies
    settings = Settings(dir=Path.cwd(), mail=MailSettings(sendgrid_webhook_keys=(key,)))
    app = application(Surroundings(ledger, settings, lambda: None))
    Server(uvicorn.Config(app, port=int(port), lifespan="off", log_level="critical")).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
