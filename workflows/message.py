"""KERNEL, replay-sensitive: one message that no journey's plan sends, driven until its row is settled.

Whatever gives it back (an address that is missing, a hold, a template that cannot be filled) it waits for and tries
again: when any signal says that something has changed, when the sender said it may leave, and at least once a day.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

from workflows.alarm import Alarm
from workflows.details import escaped
from workflows.sends import ATTEMPT, POLICY, Sends
from workflows.wire import MAIL, MESSAGE, WITHDRAW, Due, MessageInput, Outcome, SendRequest

SETTLED: Final = frozenset({"sent", "failed", "missed", "cancelled"})
SOONEST: Final = timedelta(seconds=5)
LONGEST: Final = timedelta(days=1)
HOW_TO_ACT: Final = (
    "A signal of any name has it look at the message again, and says nothing else. "
    "Cancel takes the message back, unless it has left."
)


@workflow.defn(name=MESSAGE)
class Message:
    """Ends with how the message ended: sent, failed, missed or cancelled."""

    @workflow.init
    def __init__(self, given: MessageInput) -> None:
        self._given = given
        self._sends = Sends()
        self._alarm = Alarm()
        self._woken = False
        self._cancel_heard = False

    @workflow.run
    async def run(self, _given: MessageInput) -> Outcome:
        """Until the row is settled. Cancel in the Web UI is a wish to take the message back, no end by itself."""
        attempts = asyncio.create_task(self._until_settled())
        while not attempts.done():
            with suppress(asyncio.CancelledError):  # when the worker evicts this run, the next wait raises
                await workflow.wait_condition(attempts.done)
        outcome = attempts.result()
        if outcome.result not in SETTLED:
            workflow.continue_as_new(self._given)
        return outcome

    @workflow.signal(dynamic=True, description=f"A reason to try again, such as `_wake`. {HOW_TO_ACT}")
    def wake(self, _name: str, _payloads: Sequence[RawValue]) -> None:
        """Records; `run` tries again."""
        self._woken = True

    async def _until_settled(self) -> Outcome:
        """The last outcome: settled, or not yet when this run has become too long."""
        while True:
            self._woken = False
            outcome = await self._attempt()
            if outcome.result in SETTLED or (self._too_long() and not self._cancel_pending()):
                return outcome
            await self._rest(outcome)

    async def _attempt(self) -> Outcome:
        given = self._given
        if not self._cancel_pending():
            self._sends.start(Due(key=given.key, message_id=given.message_id, summary=given.summary))
            await workflow.wait_condition(lambda: bool(self._sends.ended) or self._cancel_pending())
            if self._cancel_pending():
                self._sends.stop(given.key)
            await workflow.wait_condition(lambda: bool(self._sends.ended))
            outcome = self._sends.ended.pop()
            if outcome.result in SETTLED - {"cancelled"} or not self._cancel_pending():
                return outcome
        self._cancel_heard = True
        return await self._withdrawn()

    async def _withdrawn(self) -> Outcome:
        """Takes the row back; what is on the wire already is driven on."""
        given = self._given
        outcome: Outcome = await workflow.execute_activity(
            WITHDRAW,
            SendRequest(journey=workflow.info().workflow_id, key=given.key, message_id=given.message_id),
            result_type=Outcome,
            task_queue=MAIL,
            start_to_close_timeout=ATTEMPT,
            retry_policy=POLICY,
            summary=f"take back: {given.summary}",
        )
        return outcome

    async def _rest(self, outcome: Outcome) -> None:
        now = workflow.now()
        again_at = min(max(outcome.again_at or now + LONGEST, now + SOONEST), now + LONGEST)
        why = escaped((outcome.reason or outcome.result)[:200])
        workflow.set_current_details(
            f"**Waits: {why}**\n\nTries again at {again_at:%Y-%m-%d %H:%M} UTC.\n\n### How to act\n{HOW_TO_ACT}"
        )
        self._alarm.set(again_at, "try again")
        await workflow.wait_condition(lambda: self._woken or self._alarm.rang or self._cancel_pending())

    def _too_long(self) -> bool:
        info = workflow.info()
        if self._given.renew_after:
            return info.get_current_history_length() >= self._given.renew_after
        return info.is_continue_as_new_suggested()

    def _cancel_pending(self) -> bool:
        return workflow.cancellation_reason() is not None and not self._cancel_heard
