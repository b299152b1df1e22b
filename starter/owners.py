"""Who in the engine has a journey or a message in hand: asked one by one, since the engine's lists lag behind."""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from workflows import wire

RUNNING: Final = f"WorkflowType = '{wire.WORKFLOW}' AND ExecutionStatus = 'Running'"


class Owner(NamedTuple):
    """Whether a workflow runs, and the ids of the activities that it has under way."""

    runs: bool
    activities: frozenset[str] = frozenset()


async def owner(client: Client, workflow: str) -> Owner:
    """The owner under that workflow id; one that the engine does not know does not run."""
    try:
        found = await client.get_workflow_handle(workflow).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Owner(runs=False)
        raise
    under_way = frozenset(activity.activity_id for activity in found.raw_description.pending_activities)
    return Owner(found.status is WorkflowExecutionStatus.RUNNING, under_way)


async def count_running(client: Client) -> int:
    """How many journeys the engine says are running."""
    return (await client.count_workflows(RUNNING)).count


async def running(client: Client) -> AsyncIterator[str]:
    """The workflow ids of all journeys that the engine's lists show as running."""
    async for execution in client.list_workflows(RUNNING):
        yield execution.id
