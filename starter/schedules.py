"""What runs by itself: schedules of the engine, each starting one round of upkeep after the other."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from workflows import wire
from workflows.wire import UpkeepInput

LOG: Final = logging.getLogger("waypost.upkeep")
RECONCILE: Final = "reconcile"
SUPPRESSIONS: Final = "suppressions"  # with another transport than SendGrid its rounds find nothing to do
EVERY: Final[Mapping[str, timedelta]] = {RECONCILE: timedelta(minutes=1), SUPPRESSIONS: timedelta(hours=1)}
NOTE: Final = "Waypost's own: ledger, engine and provider are kept in agreement"
CATCH_UP: Final = timedelta(minutes=1)  # rounds that a server missed are not made up for: the next one sees it all
KEPT: Final = timedelta(hours=1)  # 1,440 rounds a day would crowd everything else out of the Web UI's lists


async def schedule_upkeep(client: Client) -> None:
    """Sees to it that the namespace has every schedule as this build wants it."""
    for job, every in EVERY.items():
        wanted = _schedule(job, every)
        try:
            await client.create_schedule(_name(job), wanted)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(_name(job)).update(_only(wanted))


async def forget_rounds(client: Client, kept: timedelta = KEPT) -> None:
    """Deletes rounds that ended a while ago: what they did is in the ledger's audit, and their counts are metrics.

    It is mere tidiness: what the engine does not let us delete is logged and left to the next call.
    """
    before = (datetime.now(UTC) - kept).isoformat()
    over = f"WorkflowType = '{wire.UPKEEP_WORKFLOW}' AND ExecutionStatus != 'Running' AND CloseTime < '{before}'"
    try:
        async for execution in client.list_workflows(over):
            await _delete(client, WorkflowExecution(workflow_id=execution.id, run_id=execution.run_id))
    except RPCError as error:
        LOG.warning("rounds that have ended stay in the engine: %s", error.status.name)


async def _delete(client: Client, ended: WorkflowExecution) -> None:
    request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=ended)
    try:
        await client.workflow_service.delete_workflow_execution(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # the engine's lists lag behind
            raise


def _name(job: str) -> str:
    return f"waypost-{job}"


def _schedule(job: str, every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            wire.UPKEEP_WORKFLOW,
            UpkeepInput(job=job),
            id=f"upkeep:{job}",
            task_queue=wire.JOURNEYS,
            execution_timeout=timedelta(minutes=30),  # without a worker rounds must not wait for ever
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


def _only(wanted: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    def update(found: ScheduleUpdateInput) -> ScheduleUpdate:
        # Paused by staff, it stays paused.
        wanted.state.paused = found.description.schedule.state.paused
        wanted.state.note = found.description.schedule.state.note
        return ScheduleUpdate(schedule=wanted)

    return update
