"""Many at once: every event is judged exactly once, and above sixty decisions a minute one judges the rest together."""

import asyncio
from datetime import timedelta

import pytest

from tests.workflows.world import World, envelope
from workflows.pace import FLOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_hundred_events_at_once_are_judged_exactly_once(world: World) -> None:
    subject = await world.start()

    await asyncio.gather(*(subject.tell("reported", envelope(id=f"e-{n}")) for n in range(100)))

    await subject.case.judges(100)
    assert {entry.event.n for entry in subject.case.entries} == set(range(1, 101))
    assert {entry.verdict for entry in subject.case.entries} == {"accepted"}
    await subject.still_runs()


async def test_a_hundred_events_at_once_of_which_half_are_wrong_harm_nothing(world: World) -> None:
    subject = await world.start()

    await asyncio.gather(*(subject.tell("reported" if n % 2 else f"No. {n}") for n in range(100)))

    await subject.case.judges(50)
    shown = await subject.shows(lambda s: s.rejected_count == 50)
    assert len(shown.rejected) == 20
    await subject.still_runs()


async def test_above_sixty_decisions_a_minute_one_judges_the_rest_together(world: World) -> None:
    subject = await world.start()
    while len(subject.case.decisions) < FLOOD:
        await subject.case.decides(lambda: subject.tell("reported"))

    judged = len(subject.case.entries)
    await asyncio.gather(*(subject.tell("reported") for _ in range(40)))
    answering = asyncio.create_task(subject.ask("reported"))
    await subject.snapshot()
    assert len(subject.case.decisions) == FLOOD
    await subject.forward(timedelta(minutes=1))

    await subject.case.judges(judged + 41)
    assert len(subject.case.decisions) == FLOOD + 1
    assert (await answering).verdict == "recorded"
    await subject.forward(timedelta(minutes=2))
    assert len(subject.case.decisions) == FLOOD + 1  # a flood that is over leaves nothing to decide
    await subject.still_runs()
