"""Tells open journeys to look into the ledger again, from rows written in the transaction of the cause."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from ledger import journeys, people, wake_ups
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.wake_ups import WakeUp

LOOK_AGAIN: Final = "person"  # the cause of a change that is no fact
SIGNAL: Final = "_wake"
AT_ONCE: Final = 20  # signals under way; the server is shared with the journeys themselves
PAGE: Final = 500


def wake_program(connection: Connection, program: str, cause: str, now: datetime) -> int:
    """Writes a row for every open journey of the program; says how many."""
    written, after = 0, None
    while page := journeys.find(connection, program=program, open_only=True, after=after, limit=PAGE):
        for row in page:
            wake_ups.add(connection, row.id, uuid7(), cause, now)
        written, after = written + len(page), page[-1].id
    return written


def wake_person(connection: Connection, person: str, cause: str, now: datetime) -> int:
    """Writes a row for every open journey that the person's change concerns; says how many.

    A cause that is news of a person is a fact of their own journeys and of those of whoever was merged into them.
    Others only look again.
    """
    concerned: dict[str, bool] = {}
    for id_ in sorted(people.known_as(connection, person)):
        for journey, own in people.open_journeys_of(connection, id_).items():
            concerned[journey] = own or concerned.get(journey, False)
    for journey, own in concerned.items():
        wake_ups.add(connection, journey, uuid7(), cause if own else LOOK_AGAIN, now)
    return len(concerned)


async def tell_waiting(client: Client, ledger: Ledger, told: Callable[[int], None] = lambda _: None) -> int:
    """Signals everything not yet told and says how many; `told` hears of each page.

    To be called after the commit. What a crash leaves untold is told by the next call; twice does no harm.
    """
    total = 0
    while waiting := await asyncio.to_thread(_pending, ledger):
        slots = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_signal(client, slots, row) for row in waiting))
        await asyncio.to_thread(_mark_told, ledger, waiting)
        total += len(waiting)
        told(len(waiting))
    return total


async def _signal(client: Client, slots: asyncio.Semaphore, row: WakeUp) -> None:
    async with slots:
        try:
            await client.get_workflow_handle(row.journey_id).signal(SIGNAL)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # ended meanwhile, or its start was cut short
                raise


def _pending(ledger: Ledger) -> Sequence[WakeUp]:
    with ledger.read() as connection:
        return wake_ups.pending(connection, PAGE)


def _mark_told(ledger: Ledger, told: Sequence[WakeUp]) -> None:
    now = datetime.now(UTC)
    with ledger.write() as connection:
        for row in told:
            wake_ups.told(connection, row.id, now)
