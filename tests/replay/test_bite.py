"""The proof that the replay gate bites: kernels and formats broken on purpose fail it."""

import importlib
import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

import workflows
from tests.replay.replaying import altered, failures, histories
from tests.replay.variants import with_unknown

SOURCE: Final = Path(workflows.__file__).parent
NUMBERS: Final = count(1)

KERNELS: Final = {
    "the timer is set before the activities are started": (
        "journey.py",
        "        if decided:\n            self._act(",
        '        self._alarm.set(self._decision.next_at, "early")\n        if decided:\n            self._act(',
    ),
    "it decides once more than before": (
        "journey.py",
        "        decided = await self._decide()\n        for",
        "        await self._decide()\n        decided = await self._decide()\n        for",
    ),
    "it waits for a send": (
        "journey.py",
        "        self._publish()\n        busy",
        (
            "        await workflow.wait_condition(lambda: not self._sends.in_flight())\n"
            "        self._publish()\n        busy"
        ),
    ),
    "it starts four at once": ("journey.py", "AT_ONCE: Final = 5", "AT_ONCE: Final = 4"),
    "an update waits without a timer": ("journey.py", "timeout=ANSWER_WITHIN", "timeout=None"),
    "cancel is no event": ("journey.py", "workflow.cancellation_reason() is not None and", "False and"),
    "a failed decision ends the journey": ("journey.py", "except FailureError:", "except ZeroDivisionError:"),
    "the timer is replaced at every round": ("alarm.py", "(at != self._at or", "(True or"),
    "a stopped send goes on": ("sends.py", "self._tasks[key].cancel()", "pass"),
    "the slowness is gone": ("pace.py", "IDLE_ROUNDS: Final = 3", "IDLE_ROUNDS: Final = 300"),
    "lists are told the stage every time": ("visibility.py", "known.get(STAGE) != shown.stage", "True"),
    "larger events are heard": ("envelope.py", "MAX_BYTES: Final = 16 *", "MAX_BYTES: Final = 64 *"),
    "a message that was given back is not tried again": (
        "message.py",
        "or self._alarm.rang or",
        "or",
    ),
    "a cancelled message is not taken back": (
        "message.py",
        "return workflow.cancellation_reason() is not None and",
        "return False and",
    ),
    "a message ends when it is given back": (
        "message.py",
        '"missed", "cancelled"})',
        '"missed", "cancelled", "given_back"})',
    ),
    "events of any name are heard": ("envelope.py", "[a-z_][a-z0-9_]{0,63}", ".*"),
}
FORMATS: Final = {
    "a field is renamed and required": (
        "wire.py",
        '    verdict: str = ""\n    reason',
        '    verdict: str = Field(alias="judgement")\n    reason',
    ),
    "a new field is required": ("wire.py", "    renew: bool = False", "    renew: bool = False\n    tone: str"),
    "a word became an enum that lost a value": (
        "wire.py",
        '    result: str = ""',
        '    result: Literal["delivered", "failed"]',
    ),
    "an activity has another name": ("wire.py", 'NOTIFY: Final = "notify"', 'NOTIFY: Final = "send"'),
    "decide has another name": ("wire.py", 'DECIDE: Final = "decide"', 'DECIDE: Final = "choose"'),
    "the workflow has another name": ("wire.py", 'WORKFLOW: Final = "Journey"', 'WORKFLOW: Final = "Passage"'),
    "a message's workflow has another name": ("wire.py", 'MESSAGE: Final = "Message"', 'MESSAGE: Final = "Letter"'),
    "withdraw has another name": ("wire.py", 'WITHDRAW: Final = "withdraw"', 'WITHDRAW: Final = "cancel"'),
    "activity ids are made in another way": ("wire.py", "return key if", 'return f"{key}+" if'),
    "a due message is named in another field": (
        "wire.py",
        '    key: str = ""\n    message_id: str = ""\n    fence: int = 0\n    not_after',
        '    key: str = Field(alias="name")\n    message_id: str = ""\n    fence: int = 0\n    not_after',
    ),
}


def kernel(folder: Path, changes: dict[str, tuple[str, str]]) -> Sequence[type[Any]]:
    """The workflows of a copy of the kernel in which, file by file, one text is replaced by another."""
    name = f"kernel_{next(NUMBERS)}"
    (folder / name).mkdir()
    for path in SOURCE.glob("*.py"):
        text = re.sub(r"\bfrom workflows\b", f"from {name}", path.read_text(encoding="utf-8"))
        if path.name in changes:
            old, new = changes[path.name]
            assert text.count(old) == 1, f"{path.name} says {old!r} {text.count(old)} times"
            text = text.replace(old, new).replace("from typing import Final", "from typing import Final, Literal")
        (folder / name / path.name).write_text(text, encoding="utf-8")
    importlib.invalidate_caches()
    return importlib.import_module(f"{name}.journey").Journey, importlib.import_module(f"{name}.message").Message


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


async def test_a_faithful_copy_of_the_kernel_passes(folder: Path) -> None:
    assert set(await failures(histories().values(), kernel(folder, {}))) == {""}


@pytest.mark.parametrize(("file", "old", "new"), KERNELS.values(), ids=KERNELS.keys())
async def test_a_kernel_that_does_something_else_is_caught(folder: Path, file: str, old: str, new: str) -> None:
    assert any(await failures(histories().values(), kernel(folder, {file: (old, new)}), first=True))


@pytest.mark.parametrize(("file", "old", "new"), FORMATS.values(), ids=FORMATS.keys())
async def test_a_format_that_forgets_the_past_is_caught(folder: Path, file: str, old: str, new: str) -> None:
    assert any(await failures(histories().values(), kernel(folder, {file: (old, new)}), first=True))


async def test_a_format_that_refuses_unknown_fields_is_caught(folder: Path) -> None:
    strict = kernel(folder, {"wire.py": ('extra="ignore"', 'extra="forbid"')})

    assert any(await failures((altered(each, with_unknown) for each in histories().values()), strict, first=True))
