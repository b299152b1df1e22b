from datetime import UTC, datetime

from ledger import wake_ups
from ledger.identifiers import uuid7
from starter.client import Waypost
from starter.waking import tell_waiting, wake_person
from tests.starter.people import new_journey


def _pending(waypost: Waypost) -> int:
    with waypost.ledger.read() as connection:
        return len(wake_ups.pending(connection, 10_000))


async def _signals(waypost: Waypost, journey: str) -> list[str]:
    events = (await waypost.temporal.get_workflow_handle(journey).fetch_history()).events
    return [
        event.workflow_execution_signaled_event_attributes.signal_name for event in events if event.event_type == 26
    ]


async def test_the_open_journeys_of_a_person_are_told_once_and_the_rows_are_done(idle: Waypost) -> None:
    journey = await new_journey(idle)
    await tell_waiting(idle.temporal, idle.ledger)
    with idle.ledger.write() as connection:
        assert wake_person(connection, journey.split(":")[2], "person", datetime.now(UTC)) == 1
    heard: list[int] = []
    assert await tell_waiting(idle.temporal, idle.ledger, heard.append) == 1
    assert heard == [1]
    assert await _signals(idle, journey) == ["_wake"]
    assert await tell_waiting(idle.temporal, idle.ledger) == 0
    assert _pending(idle) == 0


async def test_a_journey_that_is_gone_does_not_hold_up_the_others(idle: Waypost) -> None:
    await tell_waiting(idle.temporal, idle.ledger)
    gone, there = await new_journey(idle), await new_journey(idle)
    await idle.temporal.get_workflow_handle(gone).terminate()
    with idle.ledger.write() as connection:
        for journey in (gone, there):
            wake_ups.add(connection, journey, uuid7(), "test", datetime.now(UTC))
    assert await tell_waiting(idle.temporal, idle.ledger) == 2
    assert await _signals(idle, there) == ["_wake"]
    assert _pending(idle) == 0
