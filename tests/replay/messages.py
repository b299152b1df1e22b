"""Messages of their own for the histories: one that is held and sent at last, one that is taken back."""

import asyncio
from datetime import timedelta
from typing import Final

from temporalio.exceptions import ApplicationError

from tests.workflows.stubs import PATIENCE, Attempt, Case
from tests.workflows.world import Subject, World
from workflows.wire import Outcome

DAY: Final = timedelta(days=1)


async def message_held(world: World) -> Subject:
    """Given back until a signal, then until the instant that the sender named, then for a day, then sent."""

    async def waits(case: Case, attempt: Attempt) -> Outcome:
        number = len(case.attempts)
        if number > 3:
            return Outcome(key=attempt.key, result="sent")
        again_at = attempt.at + timedelta(hours=1) if number == 2 else None
        return Outcome(key=attempt.key, result="given_back", reason="no_address", again_at=again_at)

    subject = await world.start_message(waits)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    await resting(subject)
    await subject.tell("_wake")
    await subject.case.until(lambda: len(subject.case.attempts) == 2)
    await resting(subject)
    await subject.forward(timedelta(hours=1, minutes=1))
    await subject.case.until(lambda: len(subject.case.attempts) == 3)
    await resting(subject)
    await subject.forward(DAY)
    return await settled(subject)


async def message_continued(world: World) -> Subject:
    """Held until it has become too long to go on in one run."""

    async def waits(case: Case, attempt: Attempt) -> Outcome:
        result = "sent" if len(case.attempts) > 2 else "given_back"
        return Outcome(key=attempt.key, result=result, reason="no_address")

    subject = await world.start_message(waits, renew_after=18)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    await resting(subject)
    await subject.tell("_wake")
    return await settled(subject)


async def message_withdrawn(world: World) -> Subject:
    """Cancelled while its attempt runs and fails."""
    gate = asyncio.Event()

    async def waits(_case: Case, _attempt: Attempt) -> Outcome:
        await gate.wait()
        raise ApplicationError("away", type="Away")

    subject = await world.start_message(waits)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    await subject.handle.cancel()
    gate.set()
    return await settled(subject)


async def resting(subject: Subject) -> None:
    """Returns when a message waits to be tried again: every attempt so far was followed by a timer."""
    async with asyncio.timeout(PATIENCE):
        while (kinds := await subject.kinds()).count("TIMER_STARTED") < max(kinds.count("ACTIVITY_TASK_SCHEDULED"), 1):
            await asyncio.sleep(0.05)


async def settled(subject: Subject) -> Subject:
    await subject.handle.result()
    return subject
