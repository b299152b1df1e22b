"""Messages in flight: one message, one activity, started and not awaited, so that no send makes a journey deaf."""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from workflows.wire import MAIL, NOTIFY, Due, Outcome, SendRequest, activity_id

ATTEMPT: Final = timedelta(seconds=60)  # request 20 s < lease 45 s < this
AFTER_LATENESS: Final = timedelta(hours=4)  # a reminder's send is given up this long after it came too late
POLICY: Final = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=10))


class Sends:
    """Keys in flight until the server has closed their activities, and how the closed ones ended."""

    def __init__(self) -> None:
        self.ended: list[Outcome] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def in_flight(self) -> tuple[str, ...]:
        """In order of their start."""
        return tuple(self._tasks)

    def start(self, due: Due) -> None:
        """Starts the activity; a key that is in flight must not be started again."""
        self._tasks[due.key] = asyncio.create_task(self._send(due))

    def stop(self, key: str) -> None:
        """Asks for the cancellation; the key stays in flight until the server says that it is over."""
        if key in self._tasks:
            self._tasks[key].cancel()

    async def _send(self, due: Due) -> None:
        outcome = Outcome(key=due.key, result="error")
        try:
            outcome = await workflow.execute_activity(
                NOTIFY,
                SendRequest(
                    journey=workflow.info().workflow_id, key=due.key, message_id=due.message_id, fence=due.fence
                ),
                result_type=Outcome,
                task_queue=MAIL,
                activity_id=activity_id(due.key),
                start_to_close_timeout=ATTEMPT,
                schedule_to_close_timeout=_time_left(due),
                retry_policy=POLICY,
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                summary=due.summary,
            )
        except (ActivityError, asyncio.CancelledError) as error:  # the latter: stopped before it was scheduled
            cause = error.cause if isinstance(error, ActivityError) else error
            kind = cause.type if isinstance(cause, ApplicationError) else type(cause).__name__
            result = "cancelled" if is_cancelled_exception(error) else "error"
            outcome = Outcome(key=due.key, result=result, reason=kind)
        finally:
            del self._tasks[due.key]
            self.ended.append(outcome)


def _time_left(due: Due) -> timedelta | None:
    """Reminders are given up some hours after they came too late; nothing else ever is."""
    if due.not_after is None:
        return None
    return max(due.not_after - workflow.now(), timedelta(0)) + AFTER_LATENESS
