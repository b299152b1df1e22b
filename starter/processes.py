"""Child processes that never outlive their use: known by pid and birth, gone with their parent, stopped gently."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

PR_SET_PDEATHSIG: Final = 1  # prctl(2)
POLL: Final = 0.05  # seconds between two looks at a process that is not our child


class ProcessMark(BaseModel):
    """One process, unmistakably: a pid is used again after a while, a pid with its birth is not."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    birth: str

    @property
    def alive(self) -> bool:
        return birth(self.pid) == self.birth


def mark(name: str, pid: int) -> ProcessMark:
    """The mark of a process that is running now."""
    return ProcessMark(name=name, pid=pid, birth=birth(pid) or "")


def birth(pid: int) -> str | None:
    """When the process began, in the system's own words; None when it is gone or only a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in {"Z", "X"} else fields[19]  # proc_pid_stat(5): starttime, clock ticks since boot
    listed = subprocess.run(  # noqa: S603 - a fixed command with a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if len(listed) < 2 or listed[0].startswith("Z") else listed[1].strip()


async def spawn(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Starts a child whose output is appended to `log`. On Linux it is asked to end when this process dies.

    To be called in the main thread: the kernel watches the thread that forked.
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            start_new_session=True,  # Ctrl-C is for us alone: we stop the parts in their order
            preexec_fn=_die_with_parent(),
        )


async def stop(process: asyncio.subprocess.Process, patience: float) -> None:
    """Asks a child to end, kills it after `patience` seconds, and waits until it is gone."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            process.kill()
            await process.wait()


async def clear(left: Sequence[ProcessMark], patience: float) -> None:
    """Ends processes that a killed parent has left behind, each only if it is still the one that was marked."""
    for sent, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        for process in left:
            if process.alive:
                os.kill(process.pid, sent)
        for _ in range(int(wait / POLL)):
            if not any(process.alive for process in left):
                return
            await asyncio.sleep(POLL)


def _die_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None  # the next parent finds the marks of what was left
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # looked up before the fork, where only little may be done
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
