"""`waypost dev`: the real engine, a worker and the ledger in one folder, for evaluation and development.

Everything that counts is on disk: stop it, kill it, start it again, and every journey goes on.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client

from ledger import installation, plans
from ledger.engine import Ledger
from ledger.installation import Installation
from starter import engine, processes
from starter.connection import connect
from starter.engine import NAMESPACE, Ports
from starter.folder import alone, choose_api_port, choose_ports, empty, log_file, settle
from starter.installation import claim, equip
from starter.ledgers import migrate_checked, open_checked, shown
from starter.plans import publish, read_plan, shipped
from starter.ports import HOST
from starter.running import Running, running, write
from starter.schedules import schedule_upkeep
from starter.settings import Settings
from starter.supervisor import Part, Supervisor
from starter.waking import tell_waiting

WORKER_READY: Final = "worker ready"
API_READY: Final = "api ready"
PUBLIC_URL: Final = "WAYPOST_API_PUBLIC_URL"
CLEAR_WITHIN: Final = 10.0  # seconds for what a killed `dev` left behind
SERVER_PATIENCE: Final = 10.0
WORKER_PATIENCE: Final = 30.0  # a send under way is given its twenty seconds
API_PATIENCE: Final = 25.0  # requests under way are given twenty
STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Asked(BaseModel):
    """The flags of the command."""

    model_config = ConfigDict(frozen=True)

    temporal_port: int | None = None
    ui_port: int | None = None
    api_port: int | None = None
    api: bool = True  # whether pages and webhooks are served
    fast_forward: bool = False
    afresh: bool = False  # of a folder that only demonstrations have used: nothing of the last one stays


class Ready(BaseModel):
    """Where everything answers."""

    model_config = ConfigDict(frozen=True)

    temporal: str
    namespace: str
    http_api: str
    web_ui: str
    api: str
    mail: str
    ledger: str
    folder: str

    def __str__(self) -> str:
        return (
            f"ready · Temporal {self.temporal} · HTTP API {self.http_api} · Web UI {self.web_ui}"
            f"{f' · API {self.api}' if self.api else ''} · mail {self.mail} · ledger {self.ledger}"
        )


Story = Callable[["Everything"], Awaitable[None]]


@dataclass(frozen=True)
class Everything:
    """A running installation, for the story that is told while it runs."""

    settings: Settings
    client: Client
    ledger: Ledger
    ready: Ready


async def run(folder: Path, asked: Asked, story: Story, say: Callable[[str], None]) -> None:
    """Runs `folder`, an absolute path, until the story ends or SIGINT, SIGTERM or SIGHUP comes; then stops every part.

    Raises Refused when it cannot start, and leaves nothing running.
    """
    whole = asyncio.ensure_future(_run(folder, asked, story, say))
    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, _cancel_once(whole))
    with suppress(asyncio.CancelledError):
        await whole


async def _run(folder: Path, asked: Asked, story: Story, say: Callable[[str], None]) -> None:
    with alone(folder):
        before = running(folder)
        await processes.clear(before.parts if before else (), CLEAR_WITHIN)
        ports = choose_ports(asked.temporal_port, asked.ui_port, before)
        api_port = choose_api_port(folder, asked.api_port, before, ports) if asked.api else None
        if asked.afresh:
            empty(folder)
        settings = settle(folder, fast_forward=asked.fast_forward)
        await asyncio.to_thread(migrate_checked, settings)
        ledger = await asyncio.to_thread(open_checked, settings)
        state = Running(
            since=datetime.now(UTC),
            temporal=ports.address,
            http_api=ports.http_api_url,
            web_ui=ports.web_ui_url,
            namespace=NAMESPACE,
            api=f"http://{HOST}:{api_port}" if api_port else "",
        )
        # Links to pages of ours lead to where they are served.
        environment = {PUBLIC_URL: state.api} if state.api and not settings.api.public_url else {}
        supervisor = Supervisor({**os.environ, **environment}, say, lambda: _write(folder, state, supervisor))
        try:
            client = await _start(settings, asked, ledger, ports, supervisor, say)
            if api_port:
                await supervisor.start(_api(folder, api_port))
            await story(Everything(settings, client, ledger, _ready(settings, ledger, state)))
        finally:
            await supervisor.stop()
            write(folder, state)
            ledger.close()


async def _start(
    settings: Settings, asked: Asked, ledger: Ledger, ports: Ports, supervisor: Supervisor, say: Callable[[str], None]
) -> Client:
    own = await asyncio.to_thread(_installation, ledger)
    fast_forward = own.fast_forward if own else settings.fast_forward
    if asked.fast_forward and not fast_forward:
        say("--fast-forward counts only when it creates the folder; this one was created without")
    await supervisor.start(_server(settings.dir, ports, fast_forward=fast_forward))
    client = await connect(settings)
    await equip(client)
    await schedule_upkeep(client)
    await claim(client, ledger, settings.environment, fast_forward=fast_forward)
    await asyncio.to_thread(_publish_first, ledger)
    await supervisor.start(_worker(settings.dir))
    await tell_waiting(client, ledger)  # what a crash has left untold
    return client


def _server(folder: Path, ports: Ports, *, fast_forward: bool) -> Part:
    command = engine.command(folder, ports, fast_forward=fast_forward)
    return Part(
        "Temporal server", command, log_file(folder, "temporal"), lambda _: engine.answers(ports), SERVER_PATIENCE
    )


def _worker(folder: Path) -> Part:
    async def answers(written: str) -> bool:
        return WORKER_READY in written

    command = [sys.executable, "-P", "-m", "worker", "--dir", str(folder)]  # -P: no worker.py of the current folder
    return Part("worker", command, log_file(folder, "worker"), answers, WORKER_PATIENCE)


def _api(folder: Path, port: int) -> Part:
    async def answers(written: str) -> bool:
        return API_READY in written

    command = [sys.executable, "-P", "-m", "starter.cli", "serve", "--dir", str(folder)]
    command += ["--host", HOST, "--port", str(port)]
    return Part("API", command, log_file(folder, "api"), answers, API_PATIENCE)


def _installation(ledger: Ledger) -> Installation | None:
    with ledger.read() as connection:
        return installation.installation(connection)


def _publish_first(ledger: Ledger) -> None:
    """The shipped programs, if the ledger has none at all."""
    with ledger.read() as connection:
        if plans.programs(connection):
            return
    for file in shipped():
        publish(ledger, read_plan(file), "waypost dev")


def _write(folder: Path, state: Running, supervisor: Supervisor) -> None:
    parts = (processes.mark("waypost dev", os.getpid()), *supervisor.marks)
    write(folder, state.model_copy(update={"parts": parts}))


def _ready(settings: Settings, ledger: Ledger, state: Running) -> Ready:
    return Ready(
        temporal=state.temporal,
        namespace=state.namespace,
        http_api=state.http_api,
        web_ui=state.web_ui,
        api=state.api,
        mail=settings.mail_goes_to,
        ledger=shown(ledger),
        folder=str(settings.dir),
    )


def _cancel_once(story: asyncio.Future[None]) -> Callable[[], None]:
    """The first signal ends it in order; a second one, in a hurry, would leave parts running."""

    def cancel() -> None:
        for number in STOPS:
            asyncio.get_running_loop().add_signal_handler(number, lambda: None)
        story.cancel()

    return cancel
