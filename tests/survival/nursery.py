"""The process from which those that are killed are forked, since importing everything takes a second and a half."""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any, Final, Protocol

# By their full names, so that what was pickled here is known there.
PROGRAM: Final = (
    "import sys, tests.survival.attempts, tests.survival.webhook, tests.survival.worker\n"
    "from tests.survival.nursery import bear; bear(sys.argv[1])"
)


class Life(Protocol):
    """What a forked process does. What it sends is received by whoever had it born."""

    def live(self, connection: Connection) -> None: ...


class Born:
    """A forked process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.pid: int = connection.recv()

    def said(self) -> Any:
        """What it sends next. Raises EOFError when it was killed before."""
        return self._connection.recv()

    def killed(self, within: float) -> bool:
        """Whether it ends within so many seconds without a last word, as only SIGKILL makes it."""
        if not self._connection.poll(within):
            return False
        try:
            self._connection.recv()
        except EOFError:
            return True
        return False

    def end(self) -> None:
        """Kills what is left of it, a stopped process too."""
        if not self.killed(0):
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


@contextmanager
def born(nursery: Path, life: Life) -> Iterator[Born]:
    """A process with this life; nothing of it is left at the end."""
    with Client(str(nursery)) as connection:
        connection.send(life)
        process = Born(connection)
        try:
            yield process
        finally:
            process.end()


@contextmanager
def nursery(folder: Path) -> Iterator[Path]:
    """Gives the path of its socket."""
    socket = folder / "nursery"
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(socket)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield socket
        finally:
            process.kill()


def bear(socket: str) -> None:
    """Forks a process for each connection, until it is killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with Listener(socket) as listener:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            with listener.accept() as connection:
                if os.fork() == 0:
                    _live(connection)


def _live(connection: Connection) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    life: Life = connection.recv()
    connection.send(os.getpid())
    try:
        life.live(connection)
    except BaseException:  # noqa: BLE001 - it is told, and is no kill
        connection.send(traceback.format_exc())
    os._exit(0)
