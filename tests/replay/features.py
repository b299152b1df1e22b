"""One short journey for everything that a history may hold, played on the real server with stub activities."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.exceptions import ApplicationError

from tests.replay.messages import message_continued, message_held, message_withdrawn
from tests.workflows.stubs import Attempt, Case, Script, instant, tell
from tests.workflows.world import Subject, World, envelope, raw
from workflows.wire import DecideRequest, Decision, Due, Outcome

DAY: Final = timedelta(days=1)
STAGES: Final = {"submitted": "under_review", "returned": "open", "withdrawn": "withdrawn"}


async def five_reminders(world: World) -> Subject:
    reminders = {f"due_reminder:P{days}D@2027-03-01>applicant": (120 - days) * DAY for days in (90, 60, 30, 14, 7)}
    return await ended(await world.start(Script(reminders=reminders, ends_after=5), skipping=True))


async def submission_during_back_off(world: World) -> Subject:
    async def away(case: Case, attempt: Attempt) -> Outcome:
        if attempt.number < 3:
            raise ApplicationError("away", type="Away")
        if attempt.key == "reminder":
            await tell(case, "submitted")
            raise ApplicationError("away", type="Away")
        return Outcome(key=attempt.key, result="sent")

    script = Script(reminders={"reminder": DAY}, answers={"submitted": "receipt"}, ends_after=1, lateness=DAY)
    return await ended(await world.start(script, skipping=True, sending=away))


async def rejected_events(world: World) -> Subject:
    subject = await world.start(Script(refuses={"unknown": "no event of this plan"}), first=("Not a name", ()))
    await subject.tell("reported", raw(b"{}"), raw(b"{}"))
    await subject.tell("reported", raw(b"\xff{"))
    await subject.tell("reported", raw(b"\x08", "binary/protobuf"))
    await subject.tell("reported", envelope(data={"x": "y" * 17_000}))
    await subject.tell("unknown", envelope(item="i-1"))
    await subject.tell("_wake", raw(b"\xff"))
    await subject.ask("unknown")
    await subject.ask("reported", raw(b"[]"))
    return await withdrawn(subject)


async def extension(world: World) -> Subject:
    async def extended(case: Case, request: DecideRequest) -> Decision:
        decision = case.derived(request)
        later = (
            decision.next_at + 30 * DAY if decision.next_at and ("extended", "accepted") in case.verdicts() else None
        )
        return decision.model_copy(update={"next_at": later} if later else {})

    subject = await world.start(Script(reminders={"reminder": 30 * DAY}), deciding=extended)
    await subject.case.decides(lambda: subject.tell("reported"))
    await subject.case.decides(lambda: subject.tell("extended", envelope(id="x-1", data={"days": 30})))
    await subject.forward(61 * DAY)
    return await withdrawn(subject)


async def continued_as_new(world: World) -> Subject:
    async def slow(_case: Case, attempt: Attempt) -> Outcome:
        return Outcome(key=attempt.key, result="sent")

    script = Script(reminders={"reminder": 30 * DAY}, answers={"submitted": "receipt"})
    subject = await world.start(script, renew_after=25, sending=slow, first=("Not a name", ()))
    await subject.tell("submitted", envelope(id="e-1"))
    await subject.case.sends("receipt")
    while len(await subject.runs()) == 1:
        await subject.ask("reported", envelope(item="i-1"))
    await subject.tell("submitted", envelope(id="e-1"))
    return await withdrawn(subject)


async def renewed(world: World) -> Subject:
    """Continued as new because `decide` asked for it, with an event that it had not judged."""

    async def renews(case: Case, _request: DecideRequest) -> Decision:
        case.deciding = None
        return Decision(stage="open", plan_version="v1", renew=True)

    subject = await world.start(deciding=renews, first=("reported", ()))
    await subject.renewed()
    return await withdrawn(subject)


async def reset(world: World) -> Subject:
    """Two events and a receipt; back to before the receipt was known; what came later comes again, and one more."""
    subject = await world.start(Script(answers={"submitted": "receipt"}, stages=STAGES))
    await subject.case.until(lambda: len(subject.case.decisions) == 1)
    await subject.tell("submitted")
    await subject.case.sends("receipt")
    await subject.ask("returned")
    tasks = [e for e in await subject.events() if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    await world.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=subject.handle.id),
            reason="recorded",
            workflow_task_finish_event_id=tasks[2].event_id,
            request_id=str(uuid4()),
        )
    )
    await subject.ask("reported")
    return await withdrawn(subject)


async def fast_forwarded(world: World) -> Subject:
    subject = await world.start(Script(reminders={"first": 30 * DAY, "second": 60 * DAY}))
    await subject.tell("reported")
    await subject.forward(31 * DAY)
    await subject.tell("reported")
    await subject.forward(31 * DAY)
    await subject.case.sends("first", "second")
    return await withdrawn(subject)


async def cancelled(world: World) -> Subject:
    subject = await world.start(Script(reminders={"reminder": 30 * DAY}))
    await subject.ask("reported")
    await subject.handle.cancel()
    await subject.case.judges(2)
    await subject.ask("reported")
    return await withdrawn(subject)


async def updates(world: World) -> Subject:
    subject = await world.start(Script(refuses={"unknown": "no event of this plan"}))
    await asyncio.gather(*(subject.ask("reported", envelope(id=f"e-{n}")) for n in range(4)))
    await subject.ask("reported", envelope(id="e-1"))
    await subject.ask("unknown")
    await subject.ask("_wake")
    await subject.ask("submitted", raw(b"{}"), raw(b"{}"))
    subject.case.deciding = fails
    answering = asyncio.create_task(subject.ask("submitted"))
    await subject.case.until(lambda: len(subject.case.requests) > len(subject.case.decisions))
    await subject.forward(timedelta(seconds=5))
    await answering
    subject.case.deciding = None
    await subject.ask("reported")
    return await withdrawn(subject)


async def ledger_away(world: World) -> Subject:
    subject = await world.start(Script(reminders={"reminder": timedelta()}), deciding=fails, first=("reported", ()))
    await subject.case.until(lambda: len(subject.case.requests) == 1)
    await subject.tell("reported")
    await subject.case.until(lambda: len(subject.case.requests) == 2)
    subject.case.deciding = None
    await subject.forward(timedelta(seconds=20))
    await subject.case.sends("reminder")
    return await withdrawn(subject)


async def wanted_again(world: World) -> Subject:
    """Stopped while its attempt runs, wanted again, stopped between two attempts, wanted again, sent."""
    gate = asyncio.Event()

    async def waits(_case: Case, _attempt: Attempt) -> Outcome:
        await gate.wait()
        raise ApplicationError("away", type="Away")

    subject = await world.start(Script(reminders={"reminder": timedelta()}, stages=STAGES), sending=waits)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    await subject.ask("submitted")
    await subject.ask("reported")
    await subject.ask("returned")
    gate.set()
    await subject.case.until(lambda: len(subject.case.attempts) == 2)
    await subject.ask("submitted")
    await subject.shows(lambda s: not s.in_flight)
    subject.case.sending = None
    await subject.ask("returned")
    await subject.case.sends("reminder")
    return await withdrawn(subject)


async def twelve_due(world: World) -> Subject:
    keys = {f"reminder:P{n}D@2027-03-01/item-{n}>applicant": timedelta() for n in range(12)}
    return await ended(await world.start(Script(reminders=keys, ends_after=12)))


async def slowed_down(world: World) -> Subject:
    """A key that is always due again, until an event ends it."""

    async def always_due(_case: Case, request: DecideRequest) -> Decision:
        return Decision(stage="open", plan_version="v1", due=() if request.in_flight else (Due(key="k"),))

    async def given_back(_case: Case, attempt: Attempt) -> Outcome:
        return Outcome(key=attempt.key, result="given_back", reason="quiet_hours")

    subject = await world.start(deciding=always_due, sending=given_back, skipping=True)
    await subject.case.until(lambda: len(subject.case.attempts) == 5)
    subject.case.deciding = None
    return await withdrawn(subject)


async def listed(world: World) -> Subject:
    """Stage, flags, deadline and plan version change and are taken back."""

    async def telling(case: Case, request: DecideRequest) -> Decision:
        decision = case.derived(request)
        if case.stage != "under_review":
            return decision
        due_at = instant(request).replace(microsecond=0) + DAY
        shown = {"flags": ("audit",), "due_at": due_at, "plan_version": "v2", "problems": ("no template",), "held": 1}
        return decision.model_copy(update=shown)

    subject = await world.start(Script(stages=STAGES), deciding=telling)
    await subject.ask("submitted")
    await subject.ask("returned")
    return await withdrawn(subject)


async def fails(_case: Case, _request: DecideRequest) -> Decision:
    raise ApplicationError("away", type="Away")


async def withdrawn(subject: Subject) -> Subject:
    await subject.tell("withdrawn")
    return await ended(subject)


async def ended(subject: Subject) -> Subject:
    await subject.handle.result()
    return subject


FEATURES: Final[Mapping[str, Callable[[World], Awaitable[Subject]]]] = {
    play.__name__.replace("_", "-"): play
    for play in (
        five_reminders,
        submission_during_back_off,
        rejected_events,
        extension,
        continued_as_new,
        renewed,
        reset,
        fast_forwarded,
        cancelled,
        updates,
        ledger_away,
        wanted_again,
        twelve_due,
        slowed_down,
        listed,
        message_held,
        message_continued,
        message_withdrawn,
    )
}
