"""Opens what a command works with, and closes it before the command leaves."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from ledger import Ledger, journeys
from ledger.journeys import JourneyRow
from starter.alone import drive_all_to
from starter.client import Waypost
from starter.connection import EngineAway, connect
from starter.installation import check
from starter.ledgers import open_checked
from starter.refusal import Refused
from starter.settings import Settings, load_settings
from starter.waking import tell_waiting


def with_waypost(folder: Path | None, story: Callable[[Waypost], Awaitable[int]]) -> int:
    """Runs a story that needs engine and ledger."""

    async def run() -> int:
        async with Waypost.open(load_settings(folder)) as waypost:
            return await story(waypost)

    return asyncio.run(run())


def with_ledger(folder: Path | None, story: Callable[[Ledger, Settings], int]) -> int:
    """Runs a story that needs the ledger alone."""
    settings = load_settings(folder)
    with closing(open_checked(settings)) as ledger:
        return story(ledger, settings)


def wake(
    ledger: Ledger,
    settings: Settings,
    told: Callable[[int], None] = lambda _: None,
    people: Sequence[str] = (),
) -> bool:
    """Tells journeys what was just committed, and what waits for these people outside of journeys.

    False: the engine is away, and the next command will tell the journeys.
    """

    async def run() -> bool:
        try:
            client = await connect(settings)
        except EngineAway:
            return False
        await check(client, ledger)
        await tell_waiting(client, ledger, told)
        for person in people:
            await drive_all_to(client, ledger, person)
        return True

    return asyncio.run(run())


def find_journey(
    connection: Connection, name: str, program: str | None, process: str | None, cycle: str | None
) -> JourneyRow:
    """The journey of this workflow id, or the one of this person that fits. Raises Refused."""
    if name.startswith("journey:"):
        row = journeys.journey(connection, name)
        if row is None:
            raise Refused(f"there is no journey {name}")
        return row
    mine = [
        row
        for row in journeys.find(connection, program=program, person=name)
        if process in {None, row.process} and cycle in {None, row.cycle}
    ]
    under_way = [row for row in mine if row.ended_at is None]
    for fitting in (mine, under_way):
        if len(fitting) == 1:
            return fitting[0]
    if not mine:
        raise Refused(f"{name} has no such journey; see: waypost list --person {name}")
    several = ", ".join(row.id for row in mine[:5])
    raise Refused(f"{name} has {len(mine)} journeys ({several}); say which by --program, --process or --cycle")
