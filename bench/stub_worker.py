"""A worker set up like ours, in a process of its own, that runs stub activities beside our workflow or a bare one.

python -m bench.stub_worker ADDRESS NAMESPACE REMINDERS
"""

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner, Worker

from bench.bare import Bare
from bench.stubs import StubActivities
from starter.cli.exit import leave_after
from workflows.journey import Journey
from workflows.wire import DATA_CONVERTER, JOURNEYS, MAIL

TASKS: Final = 8  # these three as in worker.py, which nobody imports
DECISIONS: Final = 8
SENDS: Final = 16


async def serve(address: str, namespace: str, reminders: int) -> None:
    """Works until it is asked to end."""
    client = await Client.connect(address, namespace=namespace, data_converter=DATA_CONVERTER)
    activities = StubActivities(reminders)
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    journeys = Worker(
        client,
        task_queue=JOURNEYS,
        workflows=[Journey, Bare],
        activities=[activities.decide],
        activity_executor=ThreadPoolExecutor(DECISIONS, "decide"),
        no_remote_activities=True,
        max_concurrent_workflow_tasks=TASKS,
        max_concurrent_local_activities=DECISIONS,
        workflow_runner=UnsandboxedWorkflowRunner(),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    mail = Worker(
        client,
        task_queue=MAIL,
        activities=[activities.notify],
        activity_executor=ThreadPoolExecutor(SENDS, "notify"),
        max_concurrent_activities=SENDS,
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    async with journeys, mail:
        await asked.wait()


def main() -> int:
    address, namespace, reminders = sys.argv[1:]
    asyncio.run(serve(address, namespace, int(reminders)))
    return 0


if __name__ == "__main__":
    leave_after(main)
