"""Runs batches of workflows on one server, each kind by its own worker process, and says what each batch cost."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import psutil
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import TimeSkipper

from bench import bare
from bench.cost import Batch, Kind, Shape
from bench.installation import PROCESS, PROGRAM, Installation
from bench.server import Server, server
from bench.stubs import APART
from starter.processes import spawn, stop
from starter.refusal import Refused
from workflows import wire
from workflows.wire import DATA_CONVERTER, JOURNEYS, JourneyInput

PATIENCE: Final = 120.0  # seconds for one batch of ten; on an idle machine it takes two
ENDING: Final = 30.0
WARM_UP: Final = 2

Start = Callable[[int], Awaitable[WorkflowHandle[Any, Any]]]


class Bench:
    """One kind of workflow and its worker process. `starts` begins number n of them."""

    def __init__(self, kind: Kind, starts: Start, engine: Server, worker: Process, log: Path) -> None:
        self.kind: Final = kind
        self._starts = starts
        self._watched = (psutil.Process(engine.pid), psutil.Process(worker.pid))
        self._worker = worker
        self._log = log
        self._numbers = count(1)

    async def batch(self, workflows: int) -> Batch:
        """Begins that many at once and waits for their ends. Raises Refused with the worker's log."""
        began = time.perf_counter()
        before = [_used(process) for process in self._watched]
        handles = await asyncio.gather(*(self._starts(next(self._numbers)) for _ in range(workflows)))
        await self._finished(handles)
        server, worker = (_used(process) - then for process, then in zip(self._watched, before, strict=True))
        wall = time.perf_counter() - began
        histories = await asyncio.gather(*(handle.fetch_history() for handle in handles))
        return Batch(shapes=tuple(map(shape, histories)), server=server, worker=worker, wall=wall)

    async def _finished(self, handles: Sequence[WorkflowHandle[Any, Any]]) -> None:
        results: asyncio.Future[Any] = asyncio.gather(*(handle.result() for handle in handles))
        gone: asyncio.Future[Any] = asyncio.create_task(self._worker.wait())
        await asyncio.wait({results, gone}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not results.done():
            results.cancel()
            raise Refused(f"{self.kind}: the workflows did not end; their worker says: {self._log.read_text()[-2000:]}")
        await results


@asynccontextmanager
async def lab(
    folder: Path, kinds: Sequence[Kind], reminders: int, installation: Installation
) -> AsyncIterator[dict[Kind, Bench]]:
    """A server and a warmed-up worker for each kind, until the block ends."""
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(server(folder, kinds))
        benches: dict[Kind, Bench] = {}
        for kind in kinds:
            client = await Client.connect(engine.address, namespace=kind, data_converter=DATA_CONVERTER)
            if kind == "real":
                await installation.belong(client)
            log = folder / f"{kind}.log"
            command, environment = _worker(kind, engine.address, reminders, installation)
            worker = await spawn(command, log, environment)
            stack.push_async_callback(stop, worker, ENDING)
            starts = _starts(kind, TimeSkipper(client).client, reminders, installation)
            benches[kind] = Bench(kind, starts, engine, worker, log)
        # What is built on first use is no journey's cost.
        await asyncio.gather(*(bench.batch(WARM_UP) for bench in benches.values()))
        yield benches


def shape(history: WorkflowHistory) -> Shape:
    """What of a history a journey answers for."""
    own = [event for event in history.events if "TIME_SKIPPING" not in EventType.Name(event.event_type)]
    kinds = Counter(event.event_type for event in own)
    return Shape(
        events=len(own),
        timers=kinds[EventType.EVENT_TYPE_TIMER_STARTED],
        activities=kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED],
        history_bytes=sum(event.ByteSize() for event in own),
    )


def _worker(kind: Kind, address: str, reminders: int, real: Installation) -> tuple[list[str], dict[str, str]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("WAYPOST_", "TEMPORAL_"))}
    if kind != "real":
        return [sys.executable, "-m", "bench.stub_worker", address, kind, str(reminders)], ours
    ours |= {"WAYPOST_TEMPORAL_ADDRESS": address, "WAYPOST_TEMPORAL_NAMESPACE": kind}
    return [sys.executable, "-m", "worker", "--dir", str(real.settings.dir)], ours


def _starts(kind: Kind, client: Client, reminders: int, installation: Installation) -> Start:
    async def real(n: int) -> WorkflowHandle[Any, Any]:
        return client.get_workflow_handle(await installation.enroll(client, f"p{n}"))

    async def stubbed(n: int) -> WorkflowHandle[Any, Any]:
        person = f"p{n}"
        return await client.start_workflow(
            wire.WORKFLOW,
            JourneyInput(program=PROGRAM, process=PROCESS, cycle="1", person=person),
            id=wire.journey_id(PROGRAM, person, PROCESS, "1"),
            task_queue=JOURNEYS,
            search_attributes=_first_values(person),
            static_summary=f"Certified Bench Engineer · {PROCESS} 1 · {person}",
        )

    async def yardstick(n: int) -> WorkflowHandle[Any, Any]:
        given = bare.BareInput(reminders=reminders, apart=APART, decisions=kind == "bare_and_decisions")
        return await client.start_workflow(bare.WORKFLOW, given, id=f"bare:{n}", task_queue=JOURNEYS)

    match kind:
        case "real":
            return real
        case "stubs":
            return stubbed
        case "bare" | "bare_and_decisions":
            return yardstick


def _first_values(person: str) -> TypedSearchAttributes:
    """As an enrolment gives them."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(wire.PROGRAM, PROGRAM),
            SearchAttributePair(wire.PROCESS, PROCESS),
            SearchAttributePair(wire.STAGE, "past_due"),
            SearchAttributePair(wire.PLAN_VERSION, "5f0c2f1f7e1b4a52"),
            SearchAttributePair(wire.PERSON_ID, person),
        ]
    )


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
