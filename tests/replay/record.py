"""Records histories of real runs: `python -m tests.replay.record`. Writes only what is not there; nothing is replaced.

A recorded history is a promise to every journey that was started with that kernel. A new feature gets a new file.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from tests.replay.features import FEATURES
from tests.temporal_server import SKIPPING
from tests.workflows.stubs import PATIENCE, Room
from tests.workflows.world import Subject, World, working
from workflows.wire import DATA_CONVERTER, SEARCH_ATTRIBUTES

HISTORIES: Final = Path(__file__).parent.parent / "histories"
NAMES: Final = {"identity": "worker", "buildId": "build", "binaryChecksum": "build", "stackTrace": ""}


def nameless(value: Any) -> Any:
    """`value` without the names of machines, processes and paths."""
    if isinstance(value, dict):
        if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
            value = value | {"name": "sticky"}
        return {key: NAMES[key] if key in NAMES else nameless(part) for key, part in value.items()}
    if isinstance(value, list):
        return [nameless(part) for part in value]
    return value


def text(history: WorkflowHistory) -> str:
    """One event a line, so that two histories can be compared."""
    lines = [json.dumps(nameless(event), ensure_ascii=False) for event in json.loads(history.to_json())["events"]]
    return '{"events": [\n' + ",\n".join(lines) + "\n]}\n"


async def record(feature: str, play: Callable[[World], Awaitable[Subject]], world: World) -> None:
    """One file a run: `feature.json`, or `feature-1.json` and so on when the journey continued as new."""
    async with asyncio.timeout(PATIENCE):
        subject = await play(world)
        await world.unharmed()
        histories = await subject.runs()
    for number, history in enumerate(histories, start=1):
        name = feature if len(histories) == 1 else f"{feature}-{number}"
        (HISTORIES / f"{name}.json").write_text(text(history), encoding="utf-8")


async def main() -> None:
    missing = {name: play for name, play in FEATURES.items() if not list(HISTORIES.glob(f"{name}*.json"))}
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        data_converter=DATA_CONVERTER,
        search_attributes=SEARCH_ATTRIBUTES,
        dev_server_extra_args=[part for setting in SKIPPING for part in ("--dynamic-config-value", setting)],
    )
    room = Room()
    async with environment, working(environment.client, room):
        plays = (record(name, play, World(environment.client, room)) for name, play in missing.items())
        await asyncio.gather(*plays)
    sys.stdout.write("".join(f"recorded {name}\n" for name in missing) or "everything is recorded\n")


if __name__ == "__main__":
    asyncio.run(main())
