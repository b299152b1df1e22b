"""KERNEL, replay-sensitive: one person's passage through one process, as one durable workflow.

Handlers put facts into the inbox and never raise. `run` alone decides; it awaits nothing but `decide` and one wait, so
nothing can make a journey deaf. What is due, when to look again and when to end is said by `decide` alone.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import FailureError

from workflows import wire
from workflows.alarm import Alarm
from workflows.details import HOW_TO_ACT, markdown
from workflows.inbox import Inbox
from workflows.pace import Pace
from workflows.sends import Sends
from workflows.visibility import changes, shown_before
from workflows.wire import Answer, Decision, Event, JourneyInput, JourneyState, Rejected, Snapshot

AT_ONCE: Final = 5  # sends started by one decision; the next decision names the rest again
ROUNDS: Final = 3  # decisions in a row before acting although the inbox has filled again: the row guards the send
ANSWER_WITHIN: Final = timedelta(seconds=5)
DECIDE_POLICY: Final = RetryPolicy(maximum_attempts=1)  # a second attempt would make healthy journeys wait beside it


@workflow.defn(name=wire.WORKFLOW)
class Journey:
    """Hears events as signals and updates of any name, and answers the query `snapshot`."""

    @workflow.init
    def __init__(self, given: JourneyInput) -> None:
        state = given.state or JourneyState()
        self._given = given
        self._wake = state.wake
        self._inbox = Inbox(state)
        self._decision = shown_before(workflow.info().typed_search_attributes, state)
        self._status, self._upcoming = state.status, state.upcoming
        self._sends = Sends()
        self._answers: dict[int, Answer | None] = {}  # by arrival; None: asked, not judged yet
        self._pace = Pace(workflow.info().workflow_id, state.idle_rounds)
        self._alarm = Alarm()
        self._together = False  # what was heard in a flood has waited to be judged by one decision
        self._cancel_heard = False
        self._leaving = False
        self._cannot_decide = False

    @workflow.run
    async def run(self, _given: JourneyInput) -> None:
        """Until `decide` ends the journey. Cancel in the Web UI is one more event: it interrupts this wait alone."""
        rounds = asyncio.create_task(self._rounds())
        while not self._may_leave():
            with suppress(asyncio.CancelledError):  # when the worker evicts this run, the next wait raises
                await workflow.wait_condition(lambda: rounds.done() or self._may_leave())
            if rounds.done():
                rounds.result()  # a fault of the kernel: it fails the workflow task, never the journey
        if not self._decision.end:
            renewed = {"state": self._carried(), "kernel": wire.KERNEL}
            workflow.continue_as_new(self._given.model_copy(update=renewed))

    @workflow.signal(dynamic=True, description=f"Any event of the plan. {HOW_TO_ACT}")
    def hear(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Records; `run` decides, in order of arrival."""
        self._receive(name, payloads)

    @workflow.update(dynamic=True, description=f"Any event of the plan, answered with its verdict. {HOW_TO_ACT}")
    async def ask(self, name: str, payloads: Sequence[RawValue]) -> Answer:
        """Records like a signal, then waits five seconds at most for the verdict."""
        heard = self._receive(name, payloads)
        if not isinstance(heard, Event):
            reason = heard.reason if heard else "names that begin with _ are only a reason to look into the ledger"
            return Answer(verdict="refused", stage=self._decision.stage, reason=reason)
        self._answers[heard.n] = None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._answers[heard.n] is not None, timeout=ANSWER_WITHIN, timeout_summary="answer the update"
            )
        not_yet = Answer(stage=self._decision.stage, reason="recorded, not judged yet")
        return self._answers.pop(heard.n) or not_yet

    @workflow.query(description="Stage, what comes next, what is being sent or held, problems and the last events.")
    def snapshot(self) -> Snapshot:
        """The journey as it stands, from memory."""
        problems = list(self._decision.problems)
        if self._cannot_decide:
            problems.append(f"cannot decide, trying again; {len(self._inbox.unjudged)} event(s) wait")
        if self._pace.idle:
            problems.append("deciding and sending disagree; sends are slowed down")
        attention = ("needs attention",) if problems or self._inbox.rejected_count else ()
        return Snapshot(
            journey=workflow.info().workflow_id,
            stage=self._decision.stage,
            status=self._status,
            next_at=self._decision.next_at,
            upcoming=self._upcoming,
            in_flight=self._sends.in_flight(),
            held=self._decision.held,
            flags=tuple(sorted({*self._decision.flags, *attention})),
            problems=tuple(problems),
            recent=tuple(self._inbox.recent),
            rejected=tuple(self._inbox.rejected),
            rejected_count=self._inbox.rejected_count,
            wake=self._wake,
            plan_version=self._decision.plan_version,
        )

    def _receive(self, name: str, payloads: Sequence[RawValue]) -> Event | Rejected | None:
        heard = self._inbox.hear(name, payloads, workflow.now())
        if isinstance(heard, Rejected):
            self._publish()
        return heard

    def _cancel_pending(self) -> bool:
        return workflow.cancellation_reason() is not None and not self._cancel_heard

    async def _rounds(self) -> None:
        while True:
            await self._round()

    async def _round(self) -> None:
        """Decides until the inbox is empty, acts once, waits once."""
        rang = self._alarm.rang and not self._together
        self._leaving = self._together = False
        decided = await self._decide()
        for _ in range(ROUNDS - 1):
            if decided and self._inbox:
                decided = await self._decide()
        leaving = self._decision.end or self._decision.renew or self._too_long()
        if decided:
            self._act(start=not leaving and self._pace.may_send(rang))
        self._publish()
        busy = self._sends.in_flight() or self._sends.ended or (self._decision.end and self._inbox.unjudged)
        self._leaving = decided and leaving and not busy
        if not self._leaving:
            self._alarm.set(self._pace.next_round(self._decision.next_at), self._decision.next_summary or "look again")
        await workflow.wait_condition(self._awake)
        together_at = self._pace.flooded_until(workflow.now())
        if together_at is not None and not self._leaving and not self._due_again():
            self._together = True
            next_round = self._pace.next_round(self._decision.next_at) or together_at
            self._alarm.set(min(together_at, next_round), "judge a flood together")
            await workflow.wait_condition(self._due_again)

    def _awake(self) -> bool:
        return bool(self._inbox) or self._cancel_pending() or self._due_again()

    def _due_again(self) -> bool:
        return self._alarm.rang or (bool(self._sends.ended) and not self._cannot_decide)

    def _may_leave(self) -> bool:
        """To end or to continue as new: nothing is in flight, nothing has been heard since, everybody has an answer."""
        return self._leaving and not self._inbox and not self._cancel_pending() and workflow.all_handlers_finished()

    async def _decide(self) -> bool:
        """One decision about everything heard so far. False when the ledger could not be asked: nothing is lost."""
        now = workflow.now()
        if self._cancel_pending():
            self._cancel_heard = True
            self._inbox.add("cancel_requested", now)
        outcomes = tuple(self._sends.ended)
        request = wire.DecideRequest(
            journey=workflow.info().workflow_id,
            wake=self._wake + 1,  # counted only when it succeeds: a repeated one voids what this one has stored
            history_length=workflow.info().get_current_history_length(),
            kernel=self._given.kernel,
            now=now,
            events=self._inbox.take(),
            outcomes=outcomes,
            in_flight=self._sends.in_flight(),
            status=self._status,
            upcoming=self._upcoming,
        )
        try:
            decision = await workflow.execute_local_activity(
                wire.DECIDE,
                request,
                result_type=Decision,
                start_to_close_timeout=timedelta(seconds=5),
                retry_policy=DECIDE_POLICY,
                summary="decide",
            )
        except FailureError:  # not ActivityError: a failed local activity is none
            self._cannot_decide = True
            self._pace.failed(now)
            return False
        self._wake += 1
        self._cannot_decide = False
        del self._sends.ended[: len(outcomes)]
        self._pace.judged(now, self._decision, decision, outcomes)
        self._decision = decision
        self._status = self._status if decision.status is None else decision.status
        self._upcoming = self._upcoming if decision.upcoming is None else decision.upcoming
        self._inbox.judge(decision.judged)
        for judged in decision.judged:
            if judged.n in self._answers:
                self._answers[judged.n] = Answer(verdict=judged.verdict, stage=decision.stage, reason=judged.reason)
        return True

    def _act(self, *, start: bool) -> None:
        for key in self._decision.stop:
            self._sends.stop(key)
        in_flight = self._sends.in_flight()
        wanted = {due.key: due for due in self._decision.due if start and due.key not in in_flight}
        for due in list(wanted.values())[:AT_ONCE]:
            self._sends.start(due)

    def _publish(self) -> None:
        shown = self.snapshot()
        workflow.set_current_details(markdown(shown))
        if updates := changes(workflow.info().typed_search_attributes, shown, self._decision.due_at):
            workflow.upsert_search_attributes(updates)

    def _too_long(self) -> bool:
        info = workflow.info()
        if self._given.renew_after:
            return info.get_current_history_length() >= self._given.renew_after
        return info.is_continue_as_new_suggested()

    def _carried(self) -> JourneyState:
        return JourneyState(
            wake=self._wake,
            arrivals=self._inbox.arrivals,
            inbox=tuple(self._inbox.unjudged),
            rejected=tuple(self._inbox.rejected),
            rejected_count=self._inbox.rejected_count,
            recent=tuple(self._inbox.recent),
            stage=self._decision.stage,
            status=self._status,
            upcoming=self._upcoming,
            plan_version=self._decision.plan_version,
            idle_rounds=self._pace.idle_rounds,
        )
