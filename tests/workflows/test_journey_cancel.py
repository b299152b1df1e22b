"""Cancel in the Web UI is one more event: it closes nothing, whenever it comes."""

import asyncio

import pytest
from temporalio.client import WorkflowExecutionStatus

from tests.temporal_server import TemporalServer
from tests.workflows.stubs import Attempt, Case, Room, Script
from tests.workflows.world import World, working
from workflows.wire import DecideRequest, Decision, Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_cancel_is_an_event(world: World) -> None:
    subject = await world.start()
    await subject.still_runs()

    await subject.handle.cancel()

    await subject.case.until(lambda: len(subject.case.entries) == 2)
    assert subject.case.verdicts() == [("touched", "accepted"), ("cancel_requested", "accepted")]
    await subject.still_runs()
    assert (await subject.snapshot()).recent[1].endswith("cancel_requested: accepted")
    assert (await subject.handle.describe()).status == WorkflowExecutionStatus.RUNNING


async def test_cancel_while_deciding_loses_neither_the_event_nor_the_cancel(world: World) -> None:
    subject = await world.start()
    await subject.still_runs()
    deciding, cancelled = asyncio.Event(), asyncio.Event()

    async def held_up(case: Case, request: DecideRequest) -> Decision:
        deciding.set()
        await cancelled.wait()
        return case.derived(request)

    subject.case.deciding = held_up
    await subject.tell("submitted")
    await deciding.wait()
    await subject.handle.cancel()
    cancelled.set()

    await subject.shows(lambda s: s.stage == "under_review")
    assert subject.case.verdicts()[1:] == [("submitted", "accepted"), ("cancel_requested", "accepted")]
    await subject.still_runs()


async def test_cancel_stops_no_send(world: World) -> None:
    subject = await world.start(Script(answers={"submitted": "receipt"}))
    release = asyncio.Event()

    async def slow(_case: Case, attempt: Attempt) -> Outcome:
        await release.wait()
        return Outcome(key=attempt.key, result="sent")

    subject.case.sending = slow
    await subject.tell("submitted")
    await subject.case.until(lambda: len(subject.case.attempts) == 1)

    await subject.handle.cancel()
    await subject.case.until(lambda: len(subject.case.entries) == 2)
    release.set()

    await subject.case.until(lambda: subject.case.sent == ["receipt"])
    assert len(subject.case.attempts) == 1


async def test_cancel_before_the_first_workflow_task_is_an_event(temporal_server: TemporalServer) -> None:
    client = await temporal_server.client(await temporal_server.new_namespace())
    world = World(client, Room())
    subject = await world.start(first=("submitted", ()))
    await subject.handle.cancel()

    async with working(client, world.room):
        await subject.still_runs()

        assert {name for name, _ in subject.case.verdicts()} == {"submitted", "cancel_requested", "touched"}
        await world.unharmed()


async def test_a_second_cancel_is_heard_by_the_next_run(world: World) -> None:
    subject = await world.start(renew_after=25)
    await subject.handle.cancel()
    await subject.case.until(lambda: ("cancel_requested", "accepted") in subject.case.verdicts())
    first = (await subject.handle.describe()).run_id
    while (await subject.handle.describe()).run_id == first:
        await subject.still_runs()

    await subject.handle.cancel()

    await subject.case.until(lambda: subject.case.verdicts().count(("cancel_requested", "accepted")) == 2)
    await subject.still_runs()
