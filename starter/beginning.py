"""Starts in the engine what only the ledger has so far: next journeys, reopened ones, starts that were cut short."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from temporalio.client import Client

from ledger import LedgerAway, facts, journeys
from ledger.engine import Ledger
from ledger.journeys import JourneyRow
from plan.model import Plan
from starter.complaint import complain
from starter.enrolment import mark_started, start
from starter.plans import current_plan
from starter.refusal import Refused
from workflows.wire import JourneyState

LOG: Final = logging.getLogger("waypost.beginning")


class Beginner:
    """Started by the worker, told by `decide` (from its threads) of every journey that a decision has begun."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()

    def begun(self, _journey: str) -> None:
        """Look at once. Safe from any thread."""
        self._loop.call_soon_threadsafe(self._told.set)

    async def run(self) -> None:
        """Until it is cancelled. What could not be started now, and what a killed process left, reconcile starts."""
        while True:
            self._told.clear()
            try:
                with suppress(LedgerAway):
                    await begin_all(self._client, self._ledger)
            except Exception as error:  # noqa: BLE001 - this task is nobody's to await: it would end without a word
                complain(LOG, "journeys that have begun were not started; reconcile starts them", error)
            await self._told.wait()


async def begin_all(client: Client, ledger: Ledger) -> int:
    """Starts every journey that is open in the ledger and was never confirmed by the engine. How many.

    What cannot be started keeps none behind it waiting, and the next look tries it again. Raises LedgerAway.
    """
    waiting = await asyncio.to_thread(_waiting, ledger)
    started = 0
    for row in waiting:
        try:
            await begin(client, ledger, row)
        except Refused:  # a program without a plan or without this process, an engine that is away
            continue
        except LedgerAway:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is about this one, the others are none the worse for it
            complain(LOG, f"{row.id} is enrolled, cannot be started, and is tried again", error)
            continue
        started += 1
    return started


async def begin(client: Client, ledger: Ledger, row: JourneyRow) -> None:
    """One journey, if it can be begun from the ledger; one that has decided in its present run is running already."""
    state = await asyncio.to_thread(_state, ledger, row)
    if state is not None:
        await start(client, await asyncio.to_thread(_plan, ledger, row), row, state)
    await asyncio.to_thread(mark_started, ledger, row.id)


def _waiting(ledger: Ledger) -> list[JourneyRow]:
    with ledger.read() as connection:
        return journeys.not_started(connection)


def _state(ledger: Ledger, row: JourneyRow) -> JourneyState | None:
    """What its first run begins with: arrivals are counted on from those of earlier runs."""
    with ledger.read() as connection:
        known = facts.facts(connection, row.id)
    if any(fact.wake > 0 for fact in known):
        return None
    return JourneyState(arrivals=max([0, *(fact.n for fact in known)]) if row.epoch else 0)


def _plan(ledger: Ledger, row: JourneyRow) -> Plan:
    with ledger.read() as connection:
        return current_plan(connection, row.program)
