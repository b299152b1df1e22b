"""A message of its own: tried until its row is settled, whoever signals what and however often."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import pytest
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from tests.replay.messages import resting
from tests.workflows.stubs import Attempt, Case
from tests.workflows.world import World, raw
from workflows.wire import Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY: Final = timedelta(days=1)


def given_back(times: int, after: timedelta | None = None) -> Callable[[Case, Attempt], Awaitable[Outcome]]:
    """Held so many times, to be tried again `after` where the sender says so; then sent."""

    async def sending(case: Case, attempt: Attempt) -> Outcome:
        if len(case.attempts) > times:
            return Outcome(key=attempt.key, result="sent")
        again_at = attempt.at + after if after is not None else None
        return Outcome(key=attempt.key, result="given_back", reason="no_address", again_at=again_at)

    return sending


@pytest.mark.parametrize("result", ["sent", "failed", "missed", "cancelled"])
async def test_it_ends_as_its_row_ends(world: World, result: str) -> None:
    async def ends(_case: Case, attempt: Attempt) -> Outcome:
        return Outcome(key=attempt.key, result=result)

    subject = await world.start_message(ends)

    assert (await subject.handle.result())["result"] == result
    assert len(subject.case.attempts) == 1
    assert (await subject.kinds()).count("TIMER_STARTED") == 0


async def test_what_was_given_back_is_tried_again_when_something_changed(world: World) -> None:
    subject = await world.start_message(given_back(1))
    await resting(subject)
    assert "no\\_address" in await subject.details()

    await subject.tell("_wake")

    assert (await subject.handle.result())["result"] == "sent"
    assert len(subject.case.attempts) == 2


async def test_what_was_given_back_is_tried_again_after_a_day(world: World) -> None:
    subject = await world.start_message(given_back(2), skipping=True)
    await subject.handle.result()

    first, second, third = (attempt.at for attempt in subject.case.attempts)
    assert DAY <= second - first < DAY + timedelta(minutes=1)
    assert DAY <= third - second < DAY + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("said", "waits"),
    [(timedelta(hours=3), timedelta(hours=3)), (-DAY, timedelta(seconds=5)), (3 * DAY, DAY)],
    ids=["as the sender says", "but not at once", "and a day at most"],
)
async def test_it_waits_as_long_as_the_sender_says(world: World, said: timedelta, waits: timedelta) -> None:
    subject = await world.start_message(given_back(1, said), skipping=True)
    await subject.handle.result()

    first, second = (attempt.at for attempt in subject.case.attempts)
    assert waits - timedelta(seconds=1) <= second - first < waits + timedelta(minutes=1)


@pytest.mark.parametrize(
    "payloads", [(), (raw(b"{}"), raw(b"{}")), (raw(b"\xff{"),), (raw(b"\x08", "binary/protobuf"),)], ids=range(4)
)
async def test_nothing_that_anybody_signals_can_wedge_it(world: World, payloads: tuple[RawValue, ...]) -> None:
    subject = await world.start_message(given_back(1))
    await resting(subject)
    await subject.tell("Not a name", *payloads)

    assert (await subject.handle.result())["result"] == "sent"


async def test_an_attempt_that_fails_is_repeated_by_the_engine(world: World) -> None:
    async def away(case: Case, attempt: Attempt) -> Outcome:
        if attempt.number == 1:
            raise ApplicationError("away", type="Away", next_retry_delay=timedelta(milliseconds=10))
        return Outcome(key=attempt.key, result="sent")

    subject = await world.start_message(away)

    assert (await subject.handle.result())["result"] == "sent"
    assert [attempt.number for attempt in subject.case.attempts] == [1, 2]
    assert (await subject.kinds()).count("ACTIVITY_TASK_SCHEDULED") == 1


@pytest.mark.parametrize("waiting", [True, False], ids=["while it waits", "while its attempt runs"])
async def test_cancel_takes_the_message_back(world: World, waiting: bool) -> None:
    gate = asyncio.Event()

    async def sending(case: Case, attempt: Attempt) -> Outcome:
        if not waiting:
            await gate.wait()
        return Outcome(key=attempt.key, result="given_back", reason="on_hold")

    subject = await world.start_message(sending)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    if waiting:
        await resting(subject)
    await subject.handle.cancel()
    gate.set()

    assert (await subject.handle.result())["result"] == "cancelled"
    assert (subject.case.withdrawn, len(subject.case.attempts)) == (1, 1)


async def test_cancel_comes_too_late_for_what_has_left(world: World) -> None:
    gate = asyncio.Event()

    async def sending(_case: Case, attempt: Attempt) -> Outcome:
        await gate.wait()
        return Outcome(key=attempt.key, result="sent")

    subject = await world.start_message(sending)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    await subject.handle.cancel()
    gate.set()

    assert (await subject.handle.result())["result"] == "sent"
    assert subject.case.withdrawn == 0
