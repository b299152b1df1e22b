"""Tells journeys what requests have committed."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError

from ledger import LedgerAway, LedgerFault
from ledger.engine import Ledger
from starter.waking import tell_waiting

LOG: Final = logging.getLogger("waypost.api")
LOOK_EVERY: Final = timedelta(minutes=1)  # for what could not be told, here or by a process that died


class Teller:
    """One sweep at a time, whenever `soon` was called. What an engine that is away was not told, it is told later."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Event()

    def soon(self) -> None:
        """Returns at once. Safe from any thread."""
        self._loop.call_soon_threadsafe(self._asked.set)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._asked.clear()
            try:
                await tell_waiting(self._client, self._ledger)
            except RPCError as error:
                LOG.warning("the engine could not be told (%s); it is told again", error.status.name)
            except (LedgerAway, LedgerFault) as error:
                LOG.warning("%s; journeys are told again", error)
            try:
                await asyncio.wait_for(self._asked.wait(), LOOK_EVERY.total_seconds())
            except TimeoutError:
                continue
