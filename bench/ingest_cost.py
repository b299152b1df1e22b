"""What taking a post of events costs beside bare handlers: they check the signature and insert rows.

`python -m bench.ingest_cost [--json]`. Both answer in this process, in turns, on SQLite and on PostgreSQL. Events per
second of processor time, the database server's included. Status 1 when a bar of docs/performance.md is missed.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp

from bench.bare_ingest import TEXTS, bare, columns, texts
from bench.posts import EVENTS, post, sent
from bench.turns import Spread, spread
from ledger import Ledger, open_ledger
from ledger.schema import migrate
from mail.sendgrid_signature import read_key
from starter.api.app import application
from starter.api.surroundings import Surroundings
from starter.settings import MailSettings, Settings
from tests.mail.sendgrid.signing import Signer
from tests.postgres import running

ROUNDS: Final = 12
POSTS: Final = 2  # of each way in a round
BAR: Final = 0.7
PATH: Final = "/webhooks/sendgrid"


class IngestCost(BaseModel):
    """`ratio`: our events per second to those of a bare handler that fills the same table, one a round.

    `to_texts`: to those of one that inserts a JSON text of each event. Events per second of processor time: `ours`
    until the provider has its answer, `counted` until the events count as well, which comes after it.
    """

    model_config = ConfigDict(frozen=True)

    database: str
    events: int
    ratio: Spread
    to_texts: Spread
    ours: Spread
    counted: Spread
    bare: Spread
    texts: Spread


class Spent(NamedTuple):
    """Seconds of processor time: until a post was answered, and until all was done that follows from it."""

    answered: float
    done: float


class Bench:
    """All handlers on one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._signer = Signer()
        key = read_key(self._signer.public_key)
        if key is None:
            raise SystemExit("the bench's key is none")
        mail = MailSettings(sendgrid_webhook_keys=(self._signer.public_key,))
        surroundings = Surroundings(ledger, Settings(mail=mail), committed=lambda: None)
        self._ledger = ledger
        with ledger.write() as connection:
            TEXTS.create(connection)
        self._ways: Mapping[str, ASGIApp] = {
            "ours": application(surroundings),
            "bare": bare(ledger, key, columns),
            "texts": bare(ledger, key, texts),
        }

    def round(self, number: int) -> Mapping[str, Spent]:
        """What each takes, which begin in turn."""
        spent = {}
        ways = list(self._ways)
        for way in ways[number % 3 :] + ways[: number % 3]:
            bodies = [post(sent(self._ledger)) for _ in range(POSTS)]
            signed = [(body, self._signer.headers(body, int(time.time()))) for body in bodies]
            posts = [asyncio.run(_posted(self._ways[way], body, headers)) for body, headers in signed]
            spent[way] = Spent(*(sum(one) for one in zip(*posts, strict=True)))
        return spent


def measure(database: str, url: str, rounds: int = ROUNDS) -> IngestCost:
    """On the database at `url`, which is empty."""
    migrate(url)
    with closing(open_ledger(url)) as ledger:
        bench = Bench(ledger)
        bench.round(0)
        found = [bench.round(number) for number in range(rounds)]
    events = EVENTS * POSTS
    return IngestCost(
        database=database,
        events=rounds * events,
        ratio=spread(one["bare"].answered / one["ours"].answered for one in found),
        to_texts=spread(one["texts"].answered / one["ours"].answered for one in found),
        ours=spread(events / one["ours"].answered for one in found),
        counted=spread(events / one["ours"].done for one in found),
        bare=spread(events / one["bare"].answered for one in found),
        texts=spread(events / one["texts"].answered for one in found),
    )


def measure_all(rounds: int = ROUNDS) -> list[IngestCost]:
    with tempfile.TemporaryDirectory() as folder, running() as postgres:
        return [
            measure("SQLite", f"sqlite:///{Path(folder) / 'ledger.db'}", rounds),
            measure("PostgreSQL", postgres.create("bench"), rounds),
        ]


async def _posted(app: ASGIApp, body: bytes, headers: dict[str, str]) -> Spent:
    """Without a client, which would cost as much as the handler."""
    answered = 0.0
    given = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [*given, (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal answered
        if message.get("status", 200) != 200:
            raise SystemExit(f"a post was answered with {message['status']}")
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered = _used()

    began = _used()
    await app(scope, receive, send)
    return Spent(answered - began, _used() - began)


def _used() -> float:
    """Seconds of processor time, of this process and of a database server that it started."""
    servers = (child.cpu_times() for child in psutil.Process().children(recursive=True))
    return time.process_time() + sum(times.user + times.system for times in servers)


def main(arguments: list[str]) -> int:
    """Prints the figures; status 1 when a bar is missed."""
    found = measure_all()
    if "--json" in arguments:
        sys.stdout.write(json.dumps([one.model_dump() for one in found], indent=2) + "\n")
    else:
        for one in found:
            sys.stdout.write(
                f"events of a webhook, {one.database}: {one.ratio} x a bare handler, bar {BAR}; "
                f"{one.to_texts} x one that keeps texts\n"
                f"  a second of processor time: {one.ours.median:,.0f} until answered, {one.counted.median:,.0f} until "
                f"they count; bare {one.bare.median:,.0f}, texts {one.texts.median:,.0f}\n"
            )
    return 0 if all(one.ratio.median >= BAR for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
