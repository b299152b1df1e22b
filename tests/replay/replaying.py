"""Replays recorded histories, as they are and as another version would have written them."""

import base64
import gc
import json
import warnings
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.workflows.world import SANDBOX
from workflows.journey import Journey
from workflows.message import Message
from workflows.wire import DATA_CONVERTER

HISTORIES: Final = Path(__file__).parent.parent / "histories"
OURS: Final = {
    "WORKFLOW_EXECUTION_STARTED",
    "MARKER_RECORDED",
    "ACTIVITY_TASK_SCHEDULED",
    "ACTIVITY_TASK_COMPLETED",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
}


def histories() -> dict[str, dict[str, Any]]:
    """Every recorded history by its name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HISTORIES.glob("*.json"))}


async def failures(
    recorded: Iterable[dict[str, Any]],
    kernel: Sequence[type[Any]] = (Journey, Message),
    *,
    sandboxed: bool = False,
    first: bool = False,
) -> list[str]:
    """What the kernel's workflows have against each history: nothing when it gives the same commands, in order.

    `first`: only up to the first that fails. The sandbox takes ten times as long: it executes the kernel's modules
    again for every history.
    """
    runner = SANDBOX if sandboxed else UnsandboxedWorkflowRunner()
    replayer = Replayer(workflows=kernel, data_converter=DATA_CONVERTER, workflow_runner=runner)
    found: list[str] = []

    async def each() -> AsyncIterator[WorkflowHistory]:
        for history in recorded:
            started = history["events"][0]["workflowExecutionStartedEventAttributes"]
            yield WorkflowHistory.from_json(started["workflowId"], history)

    with warnings.catch_warnings():
        # The SDK leaves coroutines of a run that it could not begin; they are collected here, not in another test.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        async with replayer.workflow_replay_iterator(each()) as results:
            async for result in results:
                found.append(str(result.replay_failure or ""))
                if first and found[-1]:
                    break
        if any(found):
            gc.collect()
    return found


def payloads(history: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What we wrote into a history, each with the kind of its event: input, decisions, outcomes and answers."""
    found: list[tuple[str, dict[str, Any]]] = []
    for event in history["events"]:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        for attributes in (part for part in event.values() if isinstance(part, dict)):
            ours = attributes.get("details", {}).get("result", {}) if kind == "MARKER_RECORDED" else attributes
            if kind in OURS:
                found += [(kind, each) for each in _payloads(ours)]
    return found


def altered(history: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A copy in which every payload of ours is changed."""
    copy: dict[str, Any] = json.loads(json.dumps(history))
    for _, payload in payloads(copy):
        written(payload, change(read(payload)))
    return copy


def read(payload: dict[str, Any]) -> Any:
    return json.loads(base64.b64decode(payload["data"]))


def written(payload: dict[str, Any], value: Any) -> None:
    payload["data"] = base64.b64encode(json.dumps(value).encode()).decode()


def _payloads(attributes: Any) -> Iterator[dict[str, Any]]:
    if isinstance(attributes, dict):
        if "metadata" in attributes and "data" in attributes:
            yield attributes
            return
        for name, part in attributes.items():
            if name not in {"searchAttributes", "header", "failure", "userMetadata"}:
                yield from _payloads(part)
    if isinstance(attributes, list):
        for part in attributes:
            yield from _payloads(part)
