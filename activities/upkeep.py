"""The activity `upkeep`: one job of those that keep ledger, engine and provider in agreement."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from threading import Lock
from typing import Final

from pydantic import JsonValue
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.edge import edge
from workflows import wire
from workflows.wire import UpkeepInput, UpkeepReport

Job = Callable[[], Awaitable[UpkeepReport]]
METRIC: Final = "waypost_upkeep"  # a gauge by job, rule and kind; found is 0 in health


class Upkeeping:
    """Runs jobs on the event loop of the worker, which owns the engine's client."""

    def __init__(self, jobs: Mapping[str, Job], loop: asyncio.AbstractEventLoop) -> None:
        self._jobs = jobs
        self._turns = {name: Lock() for name in jobs}  # one round of a job after the other, also after a time-out
        self._loop = loop

    @activity.defn(name=wire.UPKEEP)
    @edge
    def upkeep(self, given: UpkeepInput) -> dict[str, JsonValue]:
        """The job's report as JSON, also as a metric. Raises ApplicationError for a job this worker does not know."""
        job = self._jobs.get(given.job)
        if job is None:
            raise ApplicationError(f"this worker knows no job {given.job}", type="UnknownJob", non_retryable=True)
        with self._turns[given.job]:
            report = asyncio.run_coroutine_threadsafe(_awaited(job), self._loop).result()
        gauge = activity.metric_meter().create_gauge(METRIC)
        for kind, counts in (("found", report.found), ("done", report.done)):
            for rule, count in counts.items():
                gauge.set(count, {"job": given.job, "rule": rule, "kind": kind})
        return report.model_dump(mode="json", exclude_defaults=True)


async def _awaited(job: Job) -> UpkeepReport:
    return await job()
