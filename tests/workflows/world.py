"""A worker with stub activities on the real server, and the journeys that a test starts there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent, WorkflowExecutionStartedEventAttributes
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
)
from temporalio.common import RawValue, SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from tests.workflows.stubs import PATIENCE, Case, Deciding, Room, Script, Sending
from workflows.journey import Journey
from workflows.message import Message
from workflows.wire import (
    FLAGS,
    JOURNEYS,
    KERNEL,
    MAIL,
    MESSAGE,
    PLAN_VERSION,
    STAGE,
    WORKFLOW,
    Answer,
    JourneyInput,
    JourneyState,
    MessageInput,
    Snapshot,
    message_workflow_id,
)

PERSONS: Final = count(1)
OURS: Final = ("activities", "ledger", "mail", "plan", "starter")  # not workflows: the kernel runs in the sandbox
SANDBOX: Final = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*OURS))
FIRST_ATTRIBUTES: Final = TypedSearchAttributes(
    [SearchAttributePair(STAGE, "open"), SearchAttributePair(PLAN_VERSION, "v1"), SearchAttributePair(FLAGS, [])]
)
EXCUSED: Final = {
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,  # something arrived while it left
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
}


def raw(data: bytes, encoding: str = "json/plain") -> RawValue:
    """A payload exactly as given."""
    return RawValue(Payload(metadata={"encoding": encoding.encode()}, data=data))


class Subject:
    """A journey under test: told by signal or update, asked by query, read by its history."""

    def __init__(self, client: Client, case: Case, skipper: TimeSkipper) -> None:
        self.handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(case.journey)
        self.case = case
        self._client = client
        self.skipper = skipper

    async def tell(self, name: str, *payloads: object) -> None:
        await self.handle.signal(name, args=payloads)

    async def ask(self, name: str, *payloads: object, id: str | None = None) -> Answer:  # noqa: A002 - as in the client
        answer: Answer = await self.handle.execute_update(name, args=payloads, id=id, result_type=Answer)
        return answer

    async def snapshot(self) -> Snapshot:
        async with asyncio.timeout(PATIENCE):
            shown: Snapshot = await self.handle.query("snapshot", result_type=Snapshot)
        return shown

    async def shows(self, condition: Callable[[Snapshot], bool]) -> Snapshot:
        """The first snapshot for which `condition` holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition(shown := await self.snapshot()):
                await asyncio.sleep(0.05)
        return shown

    async def metadata(self) -> WorkflowMetadata:
        """Current details and handlers, as the Web UI asks for them."""
        told: WorkflowMetadata = await self.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return told

    async def details(self) -> str:
        return (await self.metadata()).current_details

    async def forward(self, duration: timedelta) -> None:
        """Lets the journey's own clock pass, to an instant some seconds clear of whatever rings before it.

        When that instant passes while something still runs, the server skips once more, to whatever rings next (seen).
        """
        async with asyncio.timeout(PATIENCE):
            await self.skipper.fast_forward(self.handle, duration)

    async def events(self) -> Sequence[HistoryEvent]:
        return (await self.handle.fetch_history()).events

    async def kinds(self) -> list[str]:
        """Types of the events, without those of time skipping, such as `TIMER_STARTED`."""
        names = [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in await self.events()]
        return [name for name in names if name != "WORKFLOW_EXECUTION_OPTIONS_UPDATED" and "TIME_SKIPPING" not in name]

    async def renewed(self, times: int = 1) -> JourneyState:
        """What the newest run was given, once the journey has continued as new at least so often."""
        async with asyncio.timeout(PATIENCE):
            while len(runs := await self.runs()) <= times:
                await asyncio.sleep(0.05)
        given = JourneyInput.model_validate_json(_started(runs[-1]).input.payloads[0].data)
        assert given.state is not None
        return given.state

    async def runs(self) -> list[WorkflowHistory]:
        """The histories of all runs that continued each other, first to last."""
        runs: list[WorkflowHistory] = []
        run_id: str | None = (await self.handle.describe()).run_id
        while run_id:
            runs.insert(0, await self._client.get_workflow_handle(self.handle.id, run_id=run_id).fetch_history())
            run_id = _started(runs[0]).continued_execution_run_id
        return runs

    async def still_runs(self) -> None:
        """It hears, judges and answers."""
        async with asyncio.timeout(PATIENCE):
            answer = await self.ask("touched")
        assert answer.verdict == "accepted"

    async def unharmed(self) -> None:
        """No workflow task of it ever failed, and it did not fail itself."""
        description = await self.handle.describe()
        assert description.status not in {WorkflowExecutionStatus.FAILED, WorkflowExecutionStatus.CANCELED}
        for event in await self.events():
            failed = event.workflow_task_failed_event_attributes
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED and failed.cause not in EXCUSED:
                raise AssertionError(f"{self.handle.id}: {failed.failure}")


def _started(history: WorkflowHistory) -> WorkflowExecutionStartedEventAttributes:
    return history.events[0].workflow_execution_started_event_attributes


class World:
    """Where journeys are started. Each has a person, a script and a clock of its own."""

    def __init__(self, client: Client, room: Room) -> None:
        self.client = client
        self.room = room
        self.subjects: list[Subject] = []
        self._still = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self._skipping = TimeSkipper(client)

    async def start(
        self,
        script: Script | None = None,
        *,
        skipping: bool = False,
        renew_after: int = 0,
        kernel: int = KERNEL,
        first: tuple[str, Sequence[object]] | None = None,
        attributes: TypedSearchAttributes = FIRST_ATTRIBUTES,
        deciding: Deciding | None = None,
        sending: Sending | None = None,
    ) -> Subject:
        """A journey; `skipping`: whatever it waits for is there at once; `first`: a signal in the same moment."""
        subject, given = self._subject(script, skipping=skipping, renew_after=renew_after, kernel=kernel)
        subject.case.deciding, subject.case.sending = deciding, sending
        await subject.skipper.client.start_workflow(
            WORKFLOW,
            given,
            id=subject.handle.id,
            task_queue=JOURNEYS,
            search_attributes=attributes,
            start_signal=first[0] if first else None,
            start_signal_args=first[1] if first else [],
        )
        return subject

    async def start_message(self, sending: Sending, *, skipping: bool = False, renew_after: int = 0) -> Subject:
        """A message of its own, handed over by `sending`; `skipping`: whatever it waits for is there at once."""
        message = f"m{next(PERSONS)}"
        case = self.room.cases[message_workflow_id(message)] = Case(message_workflow_id(message), Script())
        case.sending = sending
        subject = Subject(self.client, case, self._skipping if skipping else self._still)
        self.subjects.append(subject)
        await subject.skipper.client.start_workflow(
            MESSAGE,
            MessageInput(
                message_id=message, key=f"adhoc#{message}", summary="adhoc → applicant", renew_after=renew_after
            ),
            id=subject.handle.id,
            task_queue=JOURNEYS,
            start_signal="_wake",
        )
        return subject

    async def start_by_asking(self, name: str, *payloads: object) -> tuple[Subject, Answer]:
        """A journey that an update starts, and the answer."""
        subject, given = self._subject(None)
        start = WithStartWorkflowOperation[Any, Any](
            WORKFLOW,
            given,
            id=subject.handle.id,
            task_queue=JOURNEYS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        answer = await self.client.execute_update_with_start_workflow(
            name, args=payloads, start_workflow_operation=start, result_type=Answer
        )
        return subject, answer

    def _subject(
        self, script: Script | None, *, skipping: bool = False, renew_after: int = 0, kernel: int = KERNEL
    ) -> tuple[Subject, JourneyInput]:
        person = f"x{next(PERSONS)}"
        journey = f"journey:p:{person}:a:1"
        case = self.room.cases[journey] = Case(journey, script or Script())
        skipper = self._skipping if skipping else self._still
        subject = Subject(self.client, case, skipper)
        self.subjects.append(subject)
        return subject, JourneyInput(
            program="p", process="a", cycle="1", person=person, renew_after=renew_after, kernel=kernel
        )

    async def unharmed(self) -> None:
        """No workflow task of any journey started here ever failed."""
        await asyncio.gather(*(subject.unharmed() for subject in self.subjects))


@asynccontextmanager
async def working(client: Client, room: Room, *, cached: int = 1000) -> AsyncIterator[None]:
    """Both workers, with the stubs of `room`, the kernel sandboxed."""
    async with (
        Worker(
            client,
            task_queue=JOURNEYS,
            workflows=[Journey, Message],
            activities=[room.decide],
            workflow_runner=SANDBOX,
            no_remote_activities=True,
            max_cached_workflows=cached,
            max_concurrent_workflow_tasks=8,
        ),
        Worker(client, task_queue=MAIL, activities=[room.notify, room.withdraw]),
    ):
        yield


def envelope(**fields: object) -> RawValue:
    """An event as JSON, as any program would send it."""
    return raw(json.dumps(fields).encode())
