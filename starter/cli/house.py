"""`waypost dev`, `worker` and `migrate`: the parts of an installation."""

import asyncio
import os
import sys
from contextlib import closing
from typing import Annotated, Literal

import typer

from ledger import open_ledger
from starter import dev as embedded
from starter.cli.options import AsJson, Folder
from starter.cli.output import console, say, write_json
from starter.connection import EngineAway, connect
from starter.installation import claim, equip
from starter.ledgers import migrate_checked
from starter.refusal import Refused
from starter.schedules import schedule_upkeep
from starter.settings import Settings, load_settings


def dev(
    temporal_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of Temporal. [default: 7233, or a free one]")
    ] = None,
    ui_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the Web UI. [default: 8233, or a free one]")
    ] = None,
    api_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of pages and webhooks. [default: 8085, or a free one]"),
    ] = None,
    fast_forward: Annotated[
        bool, typer.Option("--fast-forward", help="Let journeys be taken through time. Counts at the first start only.")
    ] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Runs everything on this machine until Ctrl-C: Temporal, its Web UI, a worker, our pages, ledger and mail.

    For evaluation and development. Example: waypost dev --dir ./trial
    """
    asked = embedded.Asked(temporal_port=temporal_port, ui_port=ui_port, api_port=api_port, fast_forward=fast_forward)
    errors = console(stderr=True)
    waiting = errors.status("starting Temporal, worker and ledger") if errors.is_terminal else None

    async def story(everything: embedded.Everything) -> None:
        if waiting:
            waiting.stop()
        write_json({"ready": everything.ready.model_dump()}) if as_json else say(str(everything.ready))
        sys.stdout.flush()
        await asyncio.Event().wait()

    if waiting:
        waiting.start()
    try:
        asyncio.run(
            embedded.run(load_settings(folder).dir, asked, story, lambda text: errors.print(text, markup=False))
        )
    finally:
        if waiting:
            waiting.stop()
    return 0


def worker(
    only: Annotated[
        Literal["workflows", "mail"] | None, typer.Option(help="Run one of the two. [default: both]")
    ] = None,
    identity: Annotated[str | None, typer.Option(help="How Temporal shows this worker.")] = None,
    folder: Folder = None,
) -> int:
    """Runs a worker until it is stopped: journeys decide and e-mails leave in it.

    Example: waypost worker --dir /srv/waypost --only mail
    """
    command = [sys.executable, "-P", "-m", "worker", "--dir", str(load_settings(folder).dir)]
    command += ["--only", only] if only else []
    command += ["--identity", identity] if identity else []
    os.execv(sys.executable, command)  # noqa: S606 - the worker takes this process's place, and its signals


def migrate(folder: Folder = None, as_json: AsJson = False) -> int:
    """Prepares ledger and Temporal namespace for this version of Waypost. Doing it again changes nothing.

    Example: waypost migrate --dir /srv/waypost
    """
    settings = load_settings(folder)
    changed = migrate_checked(settings)
    try:
        asyncio.run(_prepare(settings))
    except EngineAway as away:
        raise Refused(f"the ledger is migrated, but {away}") from None
    if as_json:
        write_json({"migrated": changed})
    else:
        say("the ledger is migrated; the namespace is prepared" if changed else "everything is up to date")
    return 0


async def _prepare(settings: Settings) -> None:
    """Search attributes, retention and the id that both sides carry."""
    with closing(open_ledger(settings.ledger_url)) as ledger:
        client = await connect(settings)
        await equip(client)
        await schedule_upkeep(client)
        await claim(client, ledger, settings.environment, fast_forward=settings.fast_forward)
