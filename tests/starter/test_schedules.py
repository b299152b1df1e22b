from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from starter.client import Waypost
from starter.findings import RULES
from starter.schedules import RECONCILE, forget_rounds, schedule_upkeep
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.temporal_server import TemporalServer
from tests.until import until
from workflows.wire import UPKEEP_WORKFLOW, UpkeepReport

DELETED_WITHIN = 90.0  # seconds; the server takes half a minute


async def ended_rounds(client: Client) -> list[tuple[str, str]]:
    """Workflow and run ids of rounds that have ended, as the engine's lists show them.

    Two rounds that a schedule starts within one second have the same workflow id.
    """
    query = f"WorkflowType = '{UPKEEP_WORKFLOW}' AND ExecutionStatus = 'Completed'"
    return [(execution.id, execution.run_id) async for execution in client.list_workflows(query)]


async def a_round(client: Client) -> WorkflowHandle[Any, UpkeepReport]:
    """One that has ended."""
    await client.get_schedule_handle(f"waypost-{RECONCILE}").trigger()

    async def ran() -> bool:
        return bool(await ended_rounds(client))

    await until(ran)
    workflow, run = (await ended_rounds(client))[0]
    return client.get_workflow_handle(workflow, run_id=run, result_type=UpkeepReport)


async def test_a_round_runs_by_itself_each_minute_and_finds_nothing_in_health(waypost: Waypost) -> None:
    handle = waypost.temporal.get_schedule_handle(f"waypost-{RECONCILE}")
    described = await handle.describe()
    assert [interval.every for interval in described.schedule.spec.intervals] == [timedelta(minutes=1)]
    report = await (await a_round(waypost.temporal)).result()
    assert set(report.found) == set(RULES)
    assert report.found["ownerless"] == 0


async def test_setting_it_up_again_keeps_what_staff_have_paused(waypost: Waypost) -> None:
    handle = waypost.temporal.get_schedule_handle(f"waypost-{RECONCILE}")
    await handle.pause(note="maintenance")
    await schedule_upkeep(waypost.temporal)
    state = (await handle.describe()).schedule.state
    await handle.unpause()
    assert (state.paused, state.note) == (True, "maintenance")


@pytest.mark.soak
async def test_rounds_that_ended_a_while_ago_are_deleted(waypost: Waypost) -> None:
    ended = await a_round(waypost.temporal)
    await forget_rounds(waypost.temporal)
    assert (await ended.describe()).status is WorkflowExecutionStatus.COMPLETED
    await forget_rounds(waypost.temporal, timedelta(0))

    async def gone() -> bool:
        try:
            await ended.describe()
        except RPCError as error:
            return error.status is RPCStatusCode.NOT_FOUND
        return False

    await until(gone, DELETED_WITHIN)


async def test_rounds_that_the_engine_does_not_let_us_delete_stay_and_that_is_logged(
    temporal_server: TemporalServer, caplog: pytest.LogCaptureFixture
) -> None:
    await forget_rounds(await temporal_server.client("nobody-made-this-one"))
    assert "rounds that have ended stay in the engine: NOT_FOUND" in caplog.text


def test_the_command_says_that_both_sides_agree(house: House, run: Run) -> None:
    done = run("reconcile", "--json")
    assert done.status == 0
    assert {finding["rule"] for finding in done.json["findings"]} >= {"missing", "ownerless"}
