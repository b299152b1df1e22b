"""A worker dies at the worst moments; the journey goes on, and the ledger says what its history says."""

import asyncio
from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from tests.activities.given import JOURNEY
from tests.survival.scene import Scene, exited, until


async def test_a_worker_killed_at_the_end_of_decide_with_an_event_in_between(scene: Scene) -> None:
    """Its commit stands and nobody has heard of it; what it judged is judged again, together with what came since."""
    journey = await scene.enroll(lost_after=timedelta(seconds=2))
    with scene.worker(dies_after_deciding="remark") as pid:
        await until(scene.letters, ["welcome"])
        await journey.signal("remark", {"id": "r-1", "data": {"score": 3}})
        await exited(pid)
    assert scene.facts() == [("created", "accepted"), ("remark", "accepted")]
    await journey.signal("submitted", {"id": "s-1"})
    with scene.worker():
        await until(scene.letters, ["remarked", "submission_confirmation", "welcome"])
        assert await scene.stage() == "in_review"
        await until(lambda: set(scene.states().values()), {"accepted"})
    snapshot_facts = [("created", "accepted"), ("remark", "accepted"), ("submitted", "accepted")]
    assert scene.facts() == snapshot_facts


async def test_a_reset_journey_and_its_ledger_say_the_same(scene: Scene) -> None:
    """Signals are applied again under their numbers; what was sent stays sent and is not sent twice."""
    journey = await scene.enroll()
    with scene.worker():
        await until(scene.letters, ["welcome"])
        await journey.signal("remark", {"id": "r-1", "data": {"score": 3}})
        await until(scene.letters, ["remarked", "welcome"])
        await journey.signal("submitted", {"id": "s-1"})
        await until(scene.letters, ["remarked", "submission_confirmation", "welcome"])
        history = await journey.fetch_history()
        first_task = next(
            event.event_id
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
        )
        await scene.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=scene.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=JOURNEY),
                reason="test",
                workflow_task_finish_event_id=first_task,
                request_id="reset-1",
            )
        )
        await until(lambda: asyncio.ensure_future(scene.stage()), "in_review")
        await until(scene.facts, [("created", "accepted"), ("remark", "accepted"), ("submitted", "accepted")])
        recent = (await scene.snapshot()).recent
    assert [line.split()[2] for line in recent] == ["remark:", "submitted:"]
    assert scene.letters() == ["remarked", "submission_confirmation", "welcome"]
