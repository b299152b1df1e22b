"""What a journey costs in history: counted, so that nobody adds to it without noticing."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest

from tests.workflows.conftest import Stories
from tests.workflows.stubs import Script
from tests.workflows.world import Subject, World, envelope

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEYS: Final = tuple(f"due_reminder:P{days}D@2027-03-01>applicant" for days in (90, 60, 30, 14, 7))


async def five_reminders(world: World) -> Subject:
    """Five reminders a month apart, then the end."""
    reminders = {key: timedelta(days=30 * n) for n, key in enumerate(KEYS, start=1)}
    subject = await world.start(Script(reminders=reminders, ends_after=5), skipping=True)
    await subject.handle.result()
    return subject


async def a_hundred_and_fifty_events(world: World) -> Subject:
    """Told five at a time, with a timer set."""
    subject = await world.start(Script(reminders={KEYS[0]: timedelta(days=90)}))
    for burst in range(30):
        told = (envelope(item=f"item-{burst}-{n}", data={"credits": n}) for n in range(5))
        await asyncio.gather(*(subject.tell("reported", event) for event in told))
        await subject.case.judges(5 * (burst + 1))
    return subject


async def fifty_due_at_once(world: World) -> Subject:
    keys = [f"due_reminder:P{n}D@2027-03-01/item-{n}>applicant" for n in range(50)]
    subject = await world.start(Script(reminders=dict.fromkeys(keys, timedelta())))
    await subject.case.until(lambda: len(subject.case.sent) == 50)
    return subject


STORIES = (five_reminders, a_hundred_and_fifty_events, fifty_due_at_once)


async def test_five_reminders_cost_72_events_and_five_activities(stories: Stories) -> None:
    subject = await stories(five_reminders)

    kinds = await subject.kinds()
    assert subject.case.sent == list(KEYS)
    assert len(kinds) <= 72
    assert kinds.count("ACTIVITY_TASK_SCHEDULED") == 5
    assert kinds.count("TIMER_STARTED") == 5
    assert "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES" not in kinds
    assert await size(subject) < 18_000


async def test_a_hundred_and_fifty_events_cost_less_than_120_kilobytes(stories: Stories) -> None:
    subject = await stories(a_hundred_and_fifty_events)

    assert len(subject.case.entries) == 150
    assert await size(subject) < 120_000


async def test_a_decision_with_one_due_key_is_a_marker_of_one_kilobyte(stories: Stories) -> None:
    subject = await stories(five_reminders)

    assert max(await markers(subject)) <= 1024


async def test_a_decision_with_fifty_due_keys_is_a_marker_of_eight_kilobytes(stories: Stories) -> None:
    subject = await stories(fifty_due_at_once)

    assert len(subject.case.decisions[0].due) == 50
    assert max(await markers(subject)) <= 8192


async def markers(subject: Subject) -> list[int]:
    """Bytes of every recorded decision."""
    recorded = [event.marker_recorded_event_attributes for event in await subject.events()]
    return [len(marker.details["result"].payloads[0].data) for marker in recorded if marker.marker_name]


async def size(subject: Subject) -> int:
    return sum(event.ByteSize() for event in await subject.events())
