"""Proves that nothing was left between ledger and engine, and makes good what was: the only sweeper.

Every disagreement has one rule. What nobody can have wanted is mended at once; what somebody may have brought about on
purpose (a journey terminated or deleted in the engine) is counted, and mended when somebody says so.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Connection
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from ledger import LedgerAway, audit, counting, facts, journeys, overdue
from ledger.engine import Ledger
from ledger.journeys import JourneyRow
from ledger.message_rows import MessageRow
from ledger.uncertain import Patience
from starter.alone import drive
from starter.beginning import begin, begin_all
from starter.complaint import complain
from starter.counting import count_all
from starter.findings import RULES, Reconciled, reconciled
from starter.owners import Owner, count_running, owner, running
from starter.refusal import CutShort, Refused
from starter.resending import ended, in_its_place
from starter.undecided import settled
from starter.waking import SIGNAL, tell_waiting
from workflows.wire import activity_id, message_workflow_id

LOG: Final = logging.getLogger("waypost.upkeep")
GRACE: Final = timedelta(minutes=2)  # what is younger is still in somebody's hands, or not yet in the engine's lists
BUDGET: Final = 5_000  # messages looked at in one round; the next goes on behind them
AT_ONCE: Final = 20
DOUBTFUL: Final = frozenset({"on_wire", "unknown"})
T = TypeVar("T")


class Reconciler:
    """Looks for every disagreement, round by round; remembers how far it has come through the messages."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        patience: Patience = Patience(),  # noqa: B008 - an immutable value
        grace: timedelta = GRACE,
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._patience = patience
        self._grace = grace
        self._after: str | None = None
        self._left_behind: list[str] = []
        self._found: dict[str, list[str]] = {}
        self._mended: Counter[str] = Counter()

    async def round(self, *, repair: bool = False, whole: bool = False) -> Reconciled:
        """One look at everything. `whole`: compares each journey even where both sides count alike.

        `repair` mends also what somebody may have wanted. What stops one step stops no other: the first of it is raised
        when all were tried, as LedgerAway and RPCError are, and the next round begins anew.
        """
        self._found, self._mended = {rule: [] for rule in RULES}, Counter()
        settled_by = datetime.now(UTC) - self._grace
        stopped: list[Exception] = []
        for step, what in (
            (partial(self._count, settled_by), "counting posts"),
            (self._match, "matching reports"),
            (partial(self._tell, settled_by), "telling journeys"),
            (partial(self._start, settled_by), "starting journeys"),
            (partial(self._sweep, settled_by), "sweeping messages"),
            (partial(self._compare_both, settled_by, whole=whole, repair=repair), "comparing journeys"),
        ):
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - raised below
                complain(LOG, f"{what} was stopped", error)
                stopped.append(error)
        if stopped:
            raise stopped[0]
        return reconciled(self._found, self._mended)

    async def _count(self, settled_by: datetime) -> None:
        late = await asyncio.to_thread(count_all, self._ledger, settled_by)
        self._found["uncounted"] += [*late.counted, *late.failed]
        self._mended["uncounted"] += len(late.counted)
        if late.counted:
            await tell_waiting(self._client, self._ledger)

    async def _match(self) -> None:
        def matched() -> list[str]:
            with self._ledger.write() as conn:
                return counting.rematch(conn, datetime.now(UTC))

        late = await asyncio.to_thread(matched)
        self._found["unmatched"] += late
        self._mended["unmatched"] += len(late)
        if late:
            await tell_waiting(self._client, self._ledger)

    async def _tell(self, settled_by: datetime) -> None:
        late = await self._read(lambda conn: overdue.untold(conn, settled_by))
        self._found["untold"] += late
        if late:
            self._mended["untold"] += await tell_waiting(self._client, self._ledger)

    async def _start(self, settled_by: datetime) -> None:
        late = [row.id for row in await self._read(journeys.not_started) if row.arrived_at < settled_by]
        self._found["unstarted"] += late
        if late:
            self._mended["unstarted"] += await begin_all(self._client, self._ledger)
            await self._note("unstarted", late)

    async def _counts_differ(self) -> bool:
        return await self._read(overdue.count_open) != await count_running(self._client)

    async def _compare_both(self, settled_by: datetime, *, whole: bool, repair: bool) -> None:
        if whole or repair or await self._counts_differ():
            await self._compare(settled_by, repair=repair)

    async def _compare(self, settled_by: datetime, *, repair: bool) -> None:
        """Every journey on both sides."""
        mine = await self._read(lambda conn: overdue.open_journeys(conn, settled_by))
        theirs = [journey async for journey in running(self._client)]
        there = await self._read(lambda conn: overdue.known(conn, theirs))
        absent = sorted(mine.difference(theirs))
        run = await self._running([*absent, *(id_ for id_ in theirs if not there.get(id_))])
        missing = [id_ for id_ in absent if id_ not in run]
        strangers = [id_ for id_ in theirs if id_ not in there and id_ in run]
        lingering = [id_ for id_ in theirs if there.get(id_) is False and id_ in run]
        self._found["missing"] += missing
        self._found["stranger"] += strangers
        self._found["lingering"] += lingering
        for journey in lingering:
            self._mended["lingering"] += await self._wake(journey)
        if repair:
            await self._replace_left_behind()
            restarted = [journey for journey in missing if await self._restart(journey)]
            for journey in strangers:
                await self._client.get_workflow_handle(journey).terminate("the ledger does not know it")
            for rule, ids in (("missing", restarted), ("stranger", strangers)):
                self._mended[rule] += len(ids)
                await self._note(rule, ids)

    async def _running(self, suspects: Sequence[str]) -> frozenset[str]:
        """Which of these run, asked one by one: the engine's lists lag behind."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def asked(journey: str) -> bool:
            async with slots:
                return (await self._owner(journey)).runs

        answers = await asyncio.gather(*(asked(journey) for journey in suspects))
        return frozenset(journey for journey, runs in zip(suspects, answers, strict=True) if runs)

    async def _restart(self, journey: str) -> bool:
        """A new run under the same id, from the ledger's facts; what was sent stays sent.

        False: it could not be started now, and is among the unstarted from now on.
        """

        def prepared() -> JourneyRow | None:
            with self._ledger.write() as conn:
                facts.settle(conn, journey)
                journeys.reopen(conn, journey)
                return journeys.journey(conn, journey)

        row = await asyncio.to_thread(prepared)
        if row is None:
            return False
        try:
            await begin(self._client, self._ledger, row)
        except Refused:
            return False
        return True

    async def _sweep(self, settled_by: datetime) -> None:
        """Messages under way that have not moved: each is asked for at its owner."""
        self._left_behind = []
        slots = asyncio.Semaphore(AT_ONCE)
        stopped: list[Exception] = []
        for _ in range(BUDGET // overdue.PAGE):
            page = await self._read(lambda conn: overdue.unmoved(conn, settled_by, self._after))
            looked = await asyncio.gather(*(self._look_at(row, slots) for row in page), return_exceptions=True)
            stopped += [outcome for outcome in looked if isinstance(outcome, Exception)]
            self._after = page[-1].id if page else None
            if not page or any(isinstance(error, LedgerAway) for error in stopped):
                break
        if stopped:
            raise stopped[0]

    async def _look_at(self, row: MessageRow, slots: asyncio.Semaphore) -> None:
        """What cannot be mended now stays found, and keeps no other message from being looked at."""
        async with slots:
            with suppress(CutShort, RPCError):
                await self._tend(row)

    async def _tend(self, row: MessageRow) -> None:
        alone = row.source != "plan"
        found = await self._owner(message_workflow_id(row.id) if alone else row.journey_id or "")
        over = not (alone or found.runs) and await self._read(lambda conn: ended(conn, row))
        if activity_id(row.key) in found.activities or not (found.runs or alone or over or row.state in DOUBTFUL):
            return  # somebody sends it, or it comes with its journey
        if alone and found.runs and row.held_reason is not None:
            return  # its workflow waits for the same
        if row.state in DOUBTFUL:
            done = await asyncio.to_thread(settled, self._ledger, row, self._patience, sendable=not over)
            if done is None:
                return
            self._found["undecided"].append(row.id)
            self._mended["undecided"] += 1
            await self._note("undecided", [row.id], done)
            if done != "resend" or not (found.runs or alone):
                return
        self._found["ownerless"].append(row.id)
        if over:
            self._left_behind.append(row.id)
            return
        self._mended["ownerless"] += await self._give(row, alone=alone)
        await self._note("ownerless", [row.id])

    async def _replace_left_behind(self) -> None:
        """What ended journeys left unsent is taken back, and leaves as a copy where it is still worth sending."""
        for id_ in self._left_behind:
            copy = await asyncio.to_thread(in_its_place, self._ledger, id_, "reconcile")
            if copy is not None:
                await drive(self._client, copy)
            self._mended["ownerless"] += 1
            await self._note("ownerless", [id_], "copied" if copy is not None else "taken_back")

    async def _give(self, row: MessageRow, *, alone: bool) -> int:
        if alone:
            await drive(self._client, row)
            return 1
        return await self._wake(row.journey_id or "")

    async def _wake(self, journey: str) -> int:
        try:
            await self._client.get_workflow_handle(journey).signal(SIGNAL)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return 0
            raise
        return 1

    async def _owner(self, workflow: str) -> Owner:
        return await owner(self._client, workflow)

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def asked() -> T:
            with self._ledger.read() as conn:
                return question(conn)

        return await asyncio.to_thread(asked)

    async def _note(self, rule: str, ids: Sequence[str], done: str | None = None) -> None:
        def noted() -> None:
            with self._ledger.write() as conn:
                for id_ in ids:
                    audit.record(conn, "reconcile", rule, id_, {"done": done} if done else {}, datetime.now(UTC))

        if ids:
            await asyncio.to_thread(noted)
