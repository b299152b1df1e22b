import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from starter.refusal import Refused
from starter.supervisor import Part, Supervisor
from tests.until import until

UP = "import time; print('up', flush=True); time.sleep(60)"


class Heard:
    """What a supervisor says, and how often its parts changed."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.changes = 0
        self.supervisor = Supervisor(os.environ, self.said.append, self._changed)

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    heard = Heard()
    yield heard
    await heard.supervisor.stop()


def _part(log: Path, code: str) -> Part:
    async def answers(written: str) -> bool:
        return "up" in written

    return Part("part", [sys.executable, "-c", code], log, answers, 10)


async def test_a_killed_part_is_started_again_and_its_new_mark_is_known(heard: Heard, tmp_path: Path) -> None:
    await heard.supervisor.start(_part(tmp_path / "log", UP))
    (first,) = heard.supervisor.marks
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: heard.supervisor.marks[0].pid != first.pid)
    await until(lambda: (tmp_path / "log").read_text().count("up") == 2)
    assert heard.said == ["the part ended (killed by signal 9); starting it again"]
    assert heard.changes == 2


async def test_what_a_part_wrote_before_it_was_started_again_is_no_answer(heard: Heard, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("up\n")
    with pytest.raises(Refused, match="the part did not start: no luck"):
        await heard.supervisor.start(_part(log, "print('no luck')"))


async def test_a_part_that_never_answers_is_refused_with_its_last_line(heard: Heard, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"the part did not start: SystemExit|the reason \(see .*log\)"):
        await heard.supervisor.start(_part(tmp_path / "log", "raise SystemExit('the reason')"))


async def test_stopping_ends_every_part(heard: Heard, tmp_path: Path) -> None:
    await heard.supervisor.start(_part(tmp_path / "one", UP))
    await heard.supervisor.start(_part(tmp_path / "two", UP))
    marks = heard.supervisor.marks
    await heard.supervisor.stop()
    assert [mark.alive for mark in marks] == [False, False]
    assert heard.said == []
