"""A worker that keeps no journey in memory: every workflow task begins with a replay, and nothing is different."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.replay.messages import resting
from tests.temporal_server import TemporalServer
from tests.workflows.conftest import Workers, opened
from tests.workflows.stubs import Attempt, Case, Script
from tests.workflows.world import World, envelope
from workflows.wire import Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers(temporal_server: TemporalServer) -> AsyncIterator[Workers]:
    """Nothing is kept between two workflow tasks."""
    async with opened(temporal_server, cached=0) as workers:
        yield workers


async def test_a_whole_journey_runs_without_a_cache(world: World) -> None:
    script = Script(reminders={"r": timedelta(days=1)}, answers={"submitted": "receipt"})
    subject = await world.start(script, first=("Not a name", ()))
    await subject.still_runs()
    await subject.forward(timedelta(days=1, seconds=2))
    await subject.case.sends("r")

    answer = await subject.ask("submitted", envelope(id="e-1"))
    await subject.case.sends("r", "receipt")
    await subject.handle.cancel()
    await subject.still_runs()
    await subject.tell("withdrawn")
    await subject.handle.result()

    assert answer.verdict == "accepted"
    assert sorted(subject.case.verdicts()) == [
        ("cancel_requested", "accepted"),
        ("submitted", "accepted"),
        ("touched", "accepted"),
        ("touched", "accepted"),
        ("withdrawn", "accepted"),
    ]


async def test_a_message_of_its_own_is_held_and_taken_back_without_a_cache(world: World) -> None:
    async def held(_case: Case, attempt: Attempt) -> Outcome:
        return Outcome(key=attempt.key, result="given_back", reason="no_address")

    subject = await world.start_message(held)
    await resting(subject)
    await subject.tell("_wake")
    await subject.case.until(lambda: len(subject.case.attempts) == 2)
    await resting(subject)
    await subject.handle.cancel()

    assert (await subject.handle.result())["result"] == "cancelled"
    assert (subject.case.withdrawn, len(subject.case.attempts)) == (1, 2)


async def test_a_cancelled_journey_goes_on_without_a_cache(world: World) -> None:
    subject = await world.start(renew_after=40)
    await subject.handle.cancel()

    for _ in range(8):
        await subject.still_runs()

    await subject.renewed()
    assert subject.case.verdicts().count(("cancel_requested", "accepted")) == 1
    assert subject.case.verdicts().count(("touched", "accepted")) == 8
