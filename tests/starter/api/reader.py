"""Ada, who has got a message and follows its links: the real application, over the ledger that `notify` wrote."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx
import sqlalchemy as sa

from ledger import Ledger, opt_outs, tables
from ledger.message_rows import MessageRow
from ledger.opt_outs import Wishes
from mail.message import Email
from starter.api.app import application
from starter.api.surroundings import Surroundings
from starter.settings import Settings
from tests.activities.given import PLAN, Desk, Recorder, enroll, publish
from tests.starter.api.page import Page

URL: Final = "https://mail.example.org"
WELCOME: Final = "welcome#created>applicant"
CHOOSABLE: Final = PLAN.replace("welcome: {", "welcome: {optional: true, ").replace(
    "due_reminder: {", "due_reminder: {optional: true, "
)
HELLO: Final = """---
subject: Welcome & <hello>
---
<p>Hello [[applicant.name]].</p>
<p>See <a href="https://portal.example.org/a">the portal</a>.</p>
"""
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Reader:
    """What she has, and how to ask for a page."""

    ledger: Ledger
    desk: Desk
    email: Email
    http: httpx.AsyncClient
    told: list[None] = field(default_factory=list)  # each time journeys were to be told

    @property
    def paths(self) -> Mapping[str, str]:
        """view, preferences and unsubscribe → path with its token."""
        everything = f"{self.email.html} {self.email.headers.get('List-Unsubscribe', '')}"
        found = re.findall(rf"{URL}(/([mpu])/[\w-]+)", everything)
        names = {"m": "view", "p": "preferences", "u": "unsubscribe"}
        return {names[letter]: path for path, letter in found}

    async def get(self, page: str) -> Page:
        return Page(await self.http.get(self.paths[page]))

    async def post(self, page: str, form: Mapping[str, object] | None = None) -> Page:
        return Page(await self.http.post(self.paths[page], data=form))

    @property
    def row(self) -> MessageRow:
        return self.desk.row(WELCOME)

    @property
    def wishes(self) -> Wishes:
        with self.ledger.read() as conn:
            return opt_outs.wishes(conn, ["ada"], "guild").get("ada", Wishes())

    def everything(self) -> list[str]:
        """Every row of the ledger, by which one sees whether anything has changed."""
        with self.ledger.read() as conn:
            return [
                f"{table.name} {tuple(row)}"
                for table in tables.metadata.sorted_tables
                for row in conn.execute(sa.select(table)).all()
            ]


@contextmanager
def committed(reader: Reader) -> Iterator[None]:
    """Within it journeys are to be told once, after the commit."""
    before = len(reader.told)
    yield
    assert len(reader.told) == before + 1


@asynccontextmanager
async def reading(ledger: Ledger, plan: str = CHOOSABLE) -> AsyncIterator[Reader]:
    """Ada is enrolled under this plan and has her welcome."""
    enroll(ledger)
    publish(ledger, plan, welcome=HELLO)
    desk = Desk(ledger)
    recorder = Recorder()
    due = next(due for due in desk.decide().due if due.key == WELCOME)
    assert desk.notify(due, recorder, public_url=URL).result == "sent"
    told: list[None] = []
    app = application(Surroundings(ledger, Settings(), lambda: told.append(None)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=URL) as http:
        yield Reader(ledger, desk, recorder.given[0], http, told)
