"""What the kernel of today records today replays today, and is written without names."""

import asyncio
import json
import re

from temporalio.client import WorkflowHistory

from tests.replay.features import FEATURES
from tests.replay.record import nameless, text
from tests.replay.replaying import failures
from tests.temporal_server import TemporalServer
from tests.workflows.conftest import opened


async def test_every_feature_replays_as_it_is_played(temporal_server: TemporalServer) -> None:
    async with opened(temporal_server) as workers:
        worlds = {name: workers() for name in FEATURES}
        subjects = await asyncio.gather(*(play(worlds[name]) for name, play in FEATURES.items()))
        for world in worlds.values():
            await world.unharmed()
        runs = [run for subject in subjects for run in await subject.runs()]

    assert len(runs) > len(FEATURES)
    assert set(await failures(json.loads(text(run)) for run in runs)) == {""}


def test_a_recorded_history_loses_the_names_of_machines_and_paths() -> None:
    sticky = {"taskQueue": {"name": "7@host-9f", "kind": "TASK_QUEUE_KIND_STICKY", "normalName": "waypost-journeys"}}
    failure = {"failure": {"message": "away", "stackTrace": 'File "a/b.py"', "cause": {"stackTrace": "x"}}}
    worker = {"identity": "7@host", "workerVersion": {"buildId": "9f"}, "binaryChecksum": "9f"}

    written = nameless({"events": [sticky, failure, worker]})

    assert not re.search(r"host|9f|b\.py", json.dumps(written))
    assert written["events"][0]["taskQueue"]["normalName"] == "waypost-journeys"
    assert written["events"][1]["failure"]["message"] == "away"


def test_a_recorded_history_has_one_event_a_line_and_is_read_back() -> None:
    events = [{"eventId": str(n), "eventType": "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED"} for n in range(1, 4)]

    recorded = text(WorkflowHistory.from_json("journey:p:x:a:1", {"events": events}))

    assert len(recorded.splitlines()) == 5
    assert len(WorkflowHistory.from_json("journey:p:x:a:1", recorded).events) == 3
