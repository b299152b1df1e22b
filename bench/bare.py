"""The yardsticks: workflows with a journey's timers and activities, and nothing around them."""

from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict
from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.wire import DECIDE, MAIL, NOTIFY, DecideRequest, Decision, Outcome, SendRequest

WORKFLOW: Final = "Bare"
ATTEMPT: Final = timedelta(seconds=60)


class BareInput(BaseModel):
    """How many reminders, and how long the timer before each.

    `decisions`: also the local activities of a journey, at the start, when a reminder is due and when it is done.
    """

    model_config = ConfigDict(frozen=True)

    reminders: int
    apart: timedelta
    decisions: bool = False


@workflow.defn(name=WORKFLOW)
class Bare:
    """Sleeps and sends in turn. It hears nothing, shows nothing, and does not look at what it is answered."""

    @workflow.run
    async def run(self, given: BareInput) -> None:
        if given.decisions:
            await _decide(0)
        for n in range(given.reminders):
            await workflow.sleep(given.apart)
            if given.decisions:
                await _decide(n)
            await workflow.execute_activity(
                NOTIFY,
                SendRequest(journey=workflow.info().workflow_id, key=f"reminder:{n}", message_id=str(n), fence=1),
                result_type=Outcome,
                task_queue=MAIL,
                start_to_close_timeout=ATTEMPT,
            )
            if given.decisions:
                await _decide(n)


async def _decide(wake: int) -> None:
    await workflow.execute_local_activity(
        DECIDE,
        DecideRequest(journey=workflow.info().workflow_id, wake=wake, now=workflow.now()),
        result_type=Decision,
        start_to_close_timeout=ATTEMPT,
        retry_policy=RetryPolicy(maximum_attempts=1),
    )
