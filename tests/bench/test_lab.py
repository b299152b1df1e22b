from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from bench.cost import Shape
from bench.lab import shape


def test_a_history_is_counted_without_the_events_of_time_skipping() -> None:
    kinds = (
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    )
    events = [HistoryEvent(event_id=n, event_type=kind) for n, kind in enumerate(kinds, 1)]

    counted = shape(WorkflowHistory("a", events))

    size = events[0].ByteSize() + events[2].ByteSize()
    assert counted == Shape(events=2, timers=1, activities=1, history_bytes=size)
