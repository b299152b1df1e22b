"""One round of upkeep, started by a schedule: it runs one activity, and the next round makes good what it could not."""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows import wire
from workflows.wire import UpkeepInput, UpkeepReport

LONGEST: Final = timedelta(minutes=10)
POLICY: Final = RetryPolicy(maximum_attempts=1)


@workflow.defn(name=wire.UPKEEP_WORKFLOW)
class Upkeep:
    """Its result says what was found and what was done, by rule; nothing found is health."""

    @workflow.run
    async def run(self, given: UpkeepInput) -> UpkeepReport:
        """One activity, once."""
        report: UpkeepReport = await workflow.execute_activity(
            wire.UPKEEP,
            given,
            result_type=UpkeepReport,
            task_queue=wire.UPKEEP_QUEUE,
            start_to_close_timeout=LONGEST,
            schedule_to_start_timeout=LONGEST,
            retry_policy=POLICY,
            summary=given.job,
        )
        return report
