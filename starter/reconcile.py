"""Proves that nothing was left between ledger and engine, and makes good what was: the only sweeper.

Every disagreement has one rule here. Those that nobody can have wanted are mended at once; those that somebody may have
brought about on purpose (a terminated or deleted journey) are counted, and mended when somebody says so.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from ledger import audit, facts, journeys, overdue, sending, uncertain
from ledger.engine import Ledger
from ledger.message_rows import MessageRow
from ledger.uncertain import Patience
from starter.beginning import begin, begin_all
from starter.waking import SIGNAL, tell_waiting
from workflows import wire
from workflows.wire import UpkeepReport, activity_id

GRACE: Final = timedelta(minutes=2)  # what is younger is still in somebody's hands, or not yet in the engine's lists
OWNED: Final = timedelta(minutes=1)  # beyond a lease: its attempt is dead, and the engine had time to notice
BUDGET: Final = 5_000  # rows looked at in one round; the next goes on behind them
AT_ONCE: Final = 20
EXAMPLES: Final = 5
RULES: Final = {
    "untold": "journeys that were to be told of a change and were not; told now",
    "unstarted": "journeys enrolled and never confirmed by the engine; started now",
    "missing": "journeys open in the ledger that do not run in the engine: terminated, failed or deleted",
    "stranger": "journeys that run in the engine and are unknown to the ledger",
    "lingering": "journeys ended in the ledger that still run; they look again",
    "ownerless": "messages under way that nobody is sending; given to their journey, or to a workflow of their own",
    "undecided": "messages that may have left, whose attempt is dead; waited for or settled as the plan wants",
}
ON_REQUEST: Final = frozenset({"missing", "stranger"})  # somebody may have wanted it so


class Finding(BaseModel):
    """One rule's count; `examples` are ids of journeys or messages."""

    model_config = ConfigDict(frozen=True)

    rule: str
    says: str
    found: int
    mended: int
    examples: tuple[str, ...] = ()


class Reconciled(BaseModel):
    """One round. In health every count is 0."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]

    @property
    def report(self) -> UpkeepReport:
        found = {finding.rule: finding.found for finding in self.findings}
        return UpkeepReport(found=found, done={finding.rule: finding.mended for finding in self.findings})


class Owners(NamedTuple):
    """What the engine says of a workflow: whether it runs, and which activities it has under way."""

    runs: bool
    activities: frozenset[str] = frozenset()


class Reconciler:
    """Keeps, between rounds, only how far it has come."""

    def __init__(
        self, client: Client, ledger: Ledger, patience: Patience = Patience(), grace: timedelta = GRACE  # noqa: B008
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._patience = patience
        self._grace = grace
        self._after: str | None = None
        self._ids: dict[str, list[str]] = {}
        self._mended: Counter[str] = Counter()

    async def job(self) -> UpkeepReport:
        """A round of the schedule."""
        return (await self.round()).report

    async def round(self, *, repair: bool = False, whole: bool = False) -> Reconciled:
        """Looks once for every disagreement. `whole`: compares every journey even if both sides count alike."""
        self._ids, self._mended = {rule: [] for rule in RULES}, Counter()
        now = datetime.now(UTC)
        await self._tell(now)
        await self._start(now)
        if whole or repair or await self._counts_differ():
            await self._compare(now, repair=repair)
        await self._sweep(now)
        return Reconciled(
            findings=tuple(
                Finding(
                    rule=rule,
                    says=says,
                    found=len(self._ids[rule]),
                    mended=self._mended[rule],
                    examples=tuple(self._ids[rule][:EXAMPLES]),
                )
                for rule, says in RULES.items()
            )
        )

    def _found(self, rule: str, ids: Iterable[str]) -> None:
        self._ids[rule] += ids

    async def _tell(self, now: datetime) -> None:
        late = await self._read(lambda conn: overdue.untold(conn, now - self._grace))
        self._found("untold", [f"wake-up {n + 1}" for n in range(late)])
        if late:
            self._mended["untold"] += await tell_waiting(self._client, self._ledger)

    async def _start(self, now: datetime) -> None:
        waiting = await self._read(journeys.not_started)
        late = [row.id for row in waiting if row.arrived_at < now - self._grace]
        self._found("unstarted", late)
        if late:
            self._mended["unstarted"] += await begin_all(self._client, self._ledger)
            await self._note("unstarted", late)

    async def _counts_differ(self) -> bool:
        mine = await self._read(overdue.count_open)
        theirs = await self._client.count_workflows(_running())
        return mine != theirs.count

    async def _compare(self, now: datetime, *, repair: bool) -> None:
        """Every journey on both sides. The engine's lists lag behind, so each suspect is asked for by itself."""
        mine = await self._read(lambda conn: overdue.open_journeys(conn, now - self._grace))
        theirs = [execution.id async for execution in self._client.list_workflows(_running())]
        absent = sorted(mine.difference(theirs))
        missing = [id_ for id_ in absent if not (await self._owner(id_)).runs]
        self._found("missing", missing)
        there = await self._read(lambda conn: _known(conn, theirs))
        strangers = [id_ for id_ in theirs if id_ not in there and (await self._owner(id_)).runs]
        self._found("stranger", strangers)
        lingering = [id_ for id_ in theirs if there.get(id_) is False and (await self._owner(id_)).runs]
        self._found("lingering", lingering)
        for id_ in lingering:
            self._mended["lingering"] += await self._wake(id_)
        if repair:
            for id_ in missing:
                await self._restart(id_)
            for id_ in strangers:
                await self._client.get_workflow_handle(id_).terminate("not in the ledger; ended by waypost reconcile")
            self._mended["missing"] += len(missing)
            self._mended["stranger"] += len(strangers)
            await self._note("missing", missing)
            await self._note("stranger", strangers)

    async def _restart(self, journey: str) -> None:
        """A new run under the same id, from the ledger's facts; keys stay used."""

        def prepared() -> journeys.JourneyRow | None:
            with self._ledger.write() as connection:
                facts.settle(connection, journey)
                journeys.reopen(connection, journey)
                return journeys.journey(connection, journey)

        row = await asyncio.to_thread(prepared)
        if row is not None:
            await begin(self._client, self._ledger, row)

    async def _sweep(self, now: datetime) -> None:
        """Messages that have not moved, each asked for at its owner."""
        looked_at = 0
        while looked_at < BUDGET:
            after = self._after
            page = await self._read(lambda conn, after=after: overdue.unmoved(conn, now - self._grace, after))
            slots = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._look_at(row, slots) for row in page))
            looked_at += len(page)
            self._after = page[-1].id if page else None
            if not page:
                break

    async def _look_at(self, row: MessageRow, slots: asyncio.Semaphore) -> None:
        async with slots:
            alone = row.source != "plan"
            owner = await self._owner(f"message:{row.id}" if alone else row.journey_id or "")
            if activity_id(row.key) in owner.activities:
                return
            settled = await asyncio.to_thread(self._settled, row) if row.state in {"on_wire", "unknown"} else "resend"
            if row.state in {"on_wire", "unknown"} and settled != "alive":
                self._found("undecided", [row.id])
                self._mended["undecided"] += 1
            if settled != "resend" or (not owner.runs and not alone):
                return  # waits, or the rule about its journey speaks of it
            self._found("ownerless", [row.id])
            self._mended["ownerless"] += await self._give(row, alone=alone)
            await self._note("ownerless", [row.id])

    def _settled(self, row: MessageRow) -> str:
        """What became of a row that may have left: alive (an attempt has it), wait, review, or resend."""
        with self._ledger.write() as connection:
            if row.state == "on_wire":
                if sending.busy(connection, row).left > timedelta(0):
                    return "alive"
                handed = uncertain.last_attempt(connection, row)
                wait = uncertain.first_wait(row, handed.evidence if handed else "none", self._patience)
                lost = "nobody is left who knows how its hand-over ended"
                if not sending.unknown(connection, row.id, row.attempt, "lost_attempt", lost, datetime.now(UTC), wait):
                    return "alive"
                return "wait"
            if uncertain.left(connection, row):
                return "alive"
            return uncertain.settle(connection, row, self._patience, datetime.now(UTC))

    async def _give(self, row: MessageRow, *, alone: bool) -> int:
        if alone:
            await drive(self._client, row)
            return 1
        return await self._wake(row.journey_id or "")

    async def _wake(self, journey: str) -> int:
        try:
            await self._client.get_workflow_handle(journey).signal(SIGNAL)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return 0
        return 1

    async def _owner(self, workflow: str) -> Owners:
        try:
            found = await self._client.get_workflow_handle(workflow).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return Owners(runs=False)
            raise
        return Owners(found.status is WorkflowExecutionStatus.RUNNING, _activities(found))

    async def _read(self, question):  # type: ignore[no-untyped-def]
        def asked():  # type: ignore[no-untyped-def]
            with self._ledger.read() as connection:
                return question(connection)

        return await asyncio.to_thread(asked)

    async def _note(self, rule: str, ids: Sequence[str]) -> None:
        def noted() -> None:
            now = datetime.now(UTC)
            with self._ledger.write() as connection:
                for id_ in ids:
                    audit.record(connection, "reconcile", rule, id_, {}, now)

        if ids:
            await asyncio.to_thread(noted)
