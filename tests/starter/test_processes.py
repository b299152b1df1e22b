import asyncio
import os
import signal
import sys
from pathlib import Path

from starter import processes
from tests.until import until

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
PARENT = """
import asyncio, os, sys
from pathlib import Path
from starter import processes
from tests.until import until
async def main():
    child = await processes.spawn([sys.executable, "-c", "import time; time.sleep(60)"], Path(sys.argv[1]), os.environ)
    print(processes.mark("child", child.pid).model_dump_json(), flush=True)
    await child.wait()
asyncio.run(main())
"""


async def _started(command: list[str], log: Path) -> asyncio.subprocess.Process:
    process = await processes.spawn(command, log, os.environ)
    await until(lambda: "up" in log.read_text())
    return process


async def test_a_mark_knows_its_process_and_no_other_of_the_same_number(tmp_path: Path) -> None:
    process = await _started(SLEEPER, tmp_path / "log")
    mark = processes.mark("sleeper", process.pid)
    assert mark.alive
    assert not mark.model_copy(update={"birth": "another time"}).alive
    await processes.stop(process, 10)
    assert not mark.alive


async def test_stopping_asks_first_and_kills_when_it_must(tmp_path: Path) -> None:
    gentle = await _started(SLEEPER, tmp_path / "gentle")
    stubborn = await _started(STUBBORN, tmp_path / "stubborn")
    await processes.stop(gentle, 10)
    await processes.stop(stubborn, 0.2)
    assert (gentle.returncode, stubborn.returncode) == (-signal.SIGTERM, -signal.SIGKILL)


async def test_what_a_killed_parent_left_is_cleared_but_never_a_stranger(tmp_path: Path) -> None:
    left = await _started(STUBBORN, tmp_path / "left")
    stranger = await _started(SLEEPER, tmp_path / "stranger")
    marks = [
        processes.mark("left", left.pid),
        processes.mark("stranger", stranger.pid).model_copy(update={"birth": "before it was born"}),
    ]
    await processes.clear(marks, 0.3)
    assert not marks[0].alive
    assert stranger.returncode is None
    await processes.stop(stranger, 10)


async def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path / "log"), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = processes.ProcessMark.model_validate_json(await parent.stdout.readline())
    assert child.alive
    parent.kill()
    await parent.wait()
    await until(lambda: not child.alive)
