"""The replay gate: every recorded history gives the same commands, whoever wrote it and whoever reads it."""

import json
import re
import socket
from typing import Any, Final

import pytest

from tests.replay.features import FEATURES
from tests.replay.replaying import altered, failures, histories, payloads, read, written
from tests.replay.variants import with_unknown, without_each

RECORDED: Final = histories()
START: Final = "WORKFLOW_EXECUTION_STARTED"
DECISION: Final = "MARKER_RECORDED"
OUTCOME: Final = "ACTIVITY_TASK_COMPLETED"
READ_AGAIN: Final = {START, DECISION, OUTCOME}  # by a replay; what else we wrote is read by others

# Fields that are commands themselves: without them another journey is told. Of the start, everything is.
COMMANDS: Final = {
    (DECISION, field)
    for field in ("stage", "due", "due.key", "stop", "next_at", "end", "renew", "judged", "judged.n", "judged.verdict")
} | {(OUTCOME, "key")}
OF_A_MESSAGE: Final = {(OUTCOME, "result")}  # it ends, or waits to be tried again
OTHER_COMMANDS: Final = re.compile(
    r"Nondeterminism error|Fatal error in workflow machines"
)  # the kernel raised nothing


def test_every_feature_is_recorded() -> None:
    assert {re.sub(r"-\d+$", "", name) for name in RECORDED} == set(FEATURES)


@pytest.mark.parametrize("name", RECORDED)
def test_a_history_names_no_machine_and_no_process(name: str) -> None:
    text = json.dumps(RECORDED[name])

    assert set(re.findall(r'"identity": "([^"]*)"', text)) == {"worker"}
    assert socket.gethostname() not in {part for each in re.findall(r'"([^"]*)"', text) for part in each.split("@")}
    assert not re.search(r"\d+@|/site-packages/|\.py\b", text)


@pytest.mark.parametrize("name", RECORDED)
async def test_a_history_replays(name: str) -> None:
    assert await failures([RECORDED[name]], sandboxed=True) == [""]


@pytest.mark.parametrize("name", RECORDED)
async def test_a_history_replays_with_fields_of_a_later_version(name: str) -> None:
    later = altered(RECORDED[name], with_unknown)

    assert later != RECORDED[name]
    assert await failures([later]) == [""]


@pytest.mark.parametrize("name", RECORDED)
async def test_a_history_replays_with_any_one_field_removed(name: str) -> None:
    await replays_without(name, removals(RECORDED[name])[0])


@pytest.mark.soak
@pytest.mark.parametrize("name", RECORDED)
async def test_a_history_replays_with_any_one_field_removed_wherever_it_stands(name: str) -> None:
    for variants in removals(RECORDED[name]):
        await replays_without(name, variants)


async def replays_without(name: str, variants: dict[tuple[str, str], dict[str, Any]]) -> None:
    """The kernel raises for none, and gives other commands only where the removed field is one."""
    commands = COMMANDS | OF_A_MESSAGE if name.startswith("message") else COMMANDS
    for field, failure in zip(variants, await failures(variants.values()), strict=True):
        if field in commands or field[0] == START:
            assert not failure or OTHER_COMMANDS.search(failure), (field, failure)
        else:
            assert not failure, (field, failure)


def removals(history: dict[str, Any]) -> list[dict[tuple[str, str], dict[str, Any]]]:
    """Copies without one field, by kind of event and path: the first with every field where it is first, and so on."""
    rounds: list[dict[tuple[str, str], dict[str, Any]]] = [{}]
    for position, (kind, payload) in enumerate(payloads(history)):
        for path, rest in without_each(read(payload)) if kind in READ_AGAIN else ():
            copy = json.loads(json.dumps(history))
            written(payloads(copy)[position][1], rest)
            free = next((each for each in rounds if (kind, path) not in each), None)
            if free is None:
                rounds.append(free := {})
            free[kind, path] = copy
    return rounds
