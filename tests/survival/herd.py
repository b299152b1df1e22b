"""Workers that die all the time: a herd of processes forked from one, each killed at random and replaced at once."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tests.survival.worker import Orders, work

PROGRAM: Final = "from tests.survival.herd import bear; bear()"


class Herd:
    """Worker processes under the same orders."""

    def __init__(self, nursery: subprocess.Popen[str]) -> None:
        self._nursery = nursery
        self._alive: list[int] = []
        self._random = random.Random(7)
        self.killed = 0

    def grow(self, number: int) -> None:
        """So many more."""
        for _ in range(number):
            assert self._nursery.stdin is not None
            assert self._nursery.stdout is not None
            self._nursery.stdin.write("another\n")
            self._nursery.stdin.flush()
            self._alive.append(int(self._nursery.stdout.readline()))

    def kill_one(self) -> None:
        """SIGKILL to one of them, whatever it is doing; another takes its place."""
        victim = self._random.choice(self._alive)
        with suppress(ProcessLookupError):  # on a busy machine one may not have reached the engine, and have ended
            os.kill(victim, signal.SIGKILL)
        self._alive.remove(victim)
        self.killed += 1
        self.grow(1)

    def end(self) -> None:
        for pid in self._alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def herd(orders: Orders) -> Iterator[Herd]:
    """An empty herd; none of it is left at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdin is not None
        nursery.stdin.write(orders.model_dump_json() + "\n")
        nursery.stdin.flush()
        workers = Herd(nursery)
        try:
            yield workers
        finally:
            workers.end()
            nursery.kill()


def bear() -> None:
    """Forks a worker for each line that comes, and says its process id. Importing everything took a second, once."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    orders = Orders.model_validate_json(sys.stdin.readline())
    while sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            os.dup2(2, 1)  # what the SDK has to say comes to standard output, which here holds process ids alone
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(work(orders))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
