"""KERNEL, replay-sensitive: one person's passage through one process, as one durable workflow.

Handlers put facts into the inbox and never raise. `run` alone decides; it awaits nothing but `decide` and one wait, so
nothing can make a journey deaf. What is due, when to look again and when to end is said by `decide` alone.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows import wire
from workflows.alarm import Alarm
from workflows.details import HOW_TO_ACT, markdown
from workflows.envelope import arrival, refused
from workflows.pace import Pace
from workflows.sends import Sends
from workflows.visibility import changes
from workflows.wire import Answer, Decision, Event, JourneyInput, JourneyState, Judged, Rejected, Snapshot

AT_ONCE: Final = 5  # sends started by one decision; the next decision names the rest again
ROUNDS: Final = 3  # decisions in a row before acting although the inbox has filled again: the row guards the send
KEPT_REJECTED: Final = 20
KEPT_RECENT: Final = 10
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
        self._arrivals = state.arrivals
        self._inbox: list[Event] = list(state.inbox)
        self._unjudged: list[Event] = []
        self._nudged = False
        self._rejected = deque(state.rejected, maxlen=KEPT_REJECTED)
        self._rejected_count = state.rejected_count
        self._recent = deque(state.recent, maxlen=KEPT_RECENT)
        self._decision = Decision(stage=state.stage, plan_version=state.plan_version)
        self._status, self._upcoming = state.status, state.upcoming
        self._sends = Sends()
        self._asked: set[int] = set()
        self._answers: dict[int, Answer] = {}
        self._pace = Pace(workflow.info().workflow_id, state.idle_rounds)
        self._alarm = Alarm()
        self._flooded_until: datetime | None = None
        self._cancel_heard = False
        self._cannot_decide = False

    @workflow.run
    async def run(self, _given: JourneyInput) -> None:
        """Until `decide` ends the journey. Cancel in the Web UI is one more event."""
        while True:
            try:
                if await self._round():
                    return
            except asyncio.CancelledError:
                if not self._cancel_pending():  # the worker evicts this run from its cache
                    raise

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
        self._asked.add(heard.n)
        try:
            judged = lambda: heard.n in self._answers  # noqa: E731 - the predicate reads better in one place
            await workflow.wait_condition(judged, timeout=ANSWER_WITHIN, timeout_summary="answer the update")
            return self._answers.pop(heard.n)
        except TimeoutError:
            return Answer(stage=self._decision.stage, reason="recorded, not judged yet")
        finally:
            self._asked.discard(heard.n)

    @workflow.query(description="Stage, what comes next, what is being sent or held, problems and the last events.")
    def snapshot(self) -> Snapshot:
        """The journey as it stands, from memory."""
        problems = list(self._decision.problems)
        if self._cannot_decide:
            problems.append(f"cannot decide, trying again; {len(self._unjudged) + len(self._inbox)} event(s) wait")
        if self._pace.idle:
            problems.append("deciding and sending disagree; sends are slowed down")
        attention = ("needs attention",) if problems or self._rejected_count else ()
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
            recent=tuple(self._recent),
            rejected=tuple(self._rejected),
            rejected_count=self._rejected_count,
            wake=self._wake,
            plan_version=self._decision.plan_version,
        )

    def _receive(self, name: str, payloads: Sequence[RawValue]) -> Event | Rejected | None:
        if name.startswith("_"):  # a reason to look into the ledger, harmless from anybody
            self._nudged = True
            return None
        self._arrivals += 1
        heard = arrival(name, payloads, self._arrivals, workflow.now())
        if isinstance(heard, Event):
            self._inbox.append(heard)
        else:
            self._reject(heard)
            self._publish()
        return heard

    def _reject(self, rejected: Rejected) -> None:
        self._rejected.append(rejected)
        self._rejected_count += 1
        workflow.metric_meter().create_counter("waypost_rejected_events").add(1)

    def _cancel_pending(self) -> bool:
        return workflow.cancellation_reason() is not None and not self._cancel_heard

    async def _round(self) -> bool:
        """Decides until the inbox is empty, acts once, waits once. True when the journey has ended."""
        rang = self._alarm.rang
        decided = await self._decide()
        for _ in range(ROUNDS - 1):
            if decided and self._inbox:
                decided = await self._decide()
        leaving = self._decision.end or self._decision.renew or self._too_long()
        if decided:
            self._act(start=not leaving and self._pace.may_send(rang))
        self._publish()
        if decided and leaving and not self._sends.in_flight() and not self._sends.ended and await self._leave():
            return True
        now = workflow.now()
        self._flooded_until = self._pace.flooded_until(now)
        self._alarm.set(self._pace.next_round(now, self._decision.next_at), self._decision.next_summary or "look again")
        await workflow.wait_condition(self._awake)
        return False

    def _awake(self) -> bool:
        heard = bool(self._inbox) or self._nudged or self._cancel_pending()
        if heard and (self._flooded_until is None or workflow.now() >= self._flooded_until):
            return True
        return self._alarm.rang or (bool(self._sends.ended) and not self._cannot_decide)

    async def _decide(self) -> bool:
        """One decision about everything heard so far. False when the ledger could not be asked: nothing is lost."""
        now = workflow.now()
        if self._cancel_pending():
            self._cancel_heard = True
            self._arrivals += 1
            self._inbox.append(Event(n=self._arrivals, type="cancel_requested", heard_at=now))
        self._unjudged += self._inbox
        self._inbox.clear()
        self._nudged = False
        outcomes = tuple(self._sends.ended)
        request = wire.DecideRequest(
            journey=workflow.info().workflow_id,
            wake=self._wake + 1,  # counted only when it succeeds: a repeated one voids what this one has stored
            history_length=workflow.info().get_current_history_length(),
            kernel=self._given.kernel,
            now=now,
            events=tuple(self._unjudged),
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
        except FailureError as error:  # not ActivityError: a failed local activity is none
            if not is_cancelled_exception(error):
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
        verdicts = {judged.n: judged for judged in decision.judged}
        for event in self._unjudged:
            self._note(event, verdicts.get(event.n, Judged(verdict="accepted")))
        self._unjudged.clear()
        return True

    def _note(self, event: Event, judged: Judged) -> None:
        if event.n in self._asked:
            self._answers[event.n] = Answer(verdict=judged.verdict, stage=self._decision.stage, reason=judged.reason)
        if judged.verdict == "refused":
            self._reject(refused(event, judged.reason or ""))
        about = f" {event.item}" if event.item else ""
        why = f" ({judged.reason})" if judged.reason else ""
        self._recent.append(f"{event.heard_at:%Y-%m-%d %H:%M} {event.type}{about}: {judged.verdict}{why}")

    def _act(self, *, start: bool) -> None:
        for key in self._decision.stop:
            self._sends.stop(key)
        in_flight = self._sends.in_flight()
        wanted = [due for due in self._decision.due if due.key not in in_flight] if start else []
        for due in wanted[:AT_ONCE]:
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

    async def _leave(self) -> bool:
        """Ends or continues as new, unless something is heard meanwhile."""
        await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())
        if self._inbox or self._nudged or self._cancel_pending():
            return False
        if not self._decision.end:
            workflow.continue_as_new(self._given.model_copy(update={"state": self._carried(), "kernel": wire.KERNEL}))
        return True

    def _carried(self) -> JourneyState:
        return JourneyState(
            wake=self._wake,
            arrivals=self._arrivals,
            rejected=tuple(self._rejected),
            rejected_count=self._rejected_count,
            recent=tuple(self._recent),
            stage=self._decision.stage,
            status=self._status,
            upcoming=self._upcoming,
            plan_version=self._decision.plan_version,
            idle_rounds=self._pace.idle_rounds,
        )
