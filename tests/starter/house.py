"""An installation for the tests of this room: a folder, a namespace of the test server, a real worker, a small plan."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from starter.cli.commands import command
from starter.cli.exit import status_of
from starter.settings import Settings, load_settings
from tests.temporal_server import TemporalServer
from tests.until import until_now

PLAN: Final = Path(__file__).parent / "programs" / "trial" / "plan.yaml"
CLUB: Final = Path(__file__).parent / "programs" / "club" / "plan.yaml"  # has optional notifications
ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class House:
    """One installation."""

    folder: Path
    server: TemporalServer
    namespace: str

    @property
    def settings(self) -> Settings:
        return load_settings(self.folder)

    @contextmanager
    def worker(self, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
        """A real worker that is polling; stopped gently at the end."""
        log = self.folder / "worker.log"
        begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output, start_worker(self.folder, *flags, output=output) as process:
            try:
                until_now(lambda: process.poll() is not None or b"worker ready" in log.read_bytes()[begin:])
                assert process.poll() is None, log.read_text()
                yield process
            finally:
                process.terminate()
                process.wait(30)


def start_worker(folder: Path, *flags: str, output: IO[bytes] | int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """The worker as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "worker", "--dir", str(folder), *flags],
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def new_house(folder: Path, server: TemporalServer, plan: Path = PLAN) -> House:
    """Migrated, of its own namespace, with the plan published."""
    namespace = asyncio.run(server.new_namespace(search_attributes=False))
    folder.mkdir(exist_ok=True)
    (folder / "waypost.toml").write_text(f'[temporal]\naddress = "{server.address}"\nnamespace = "{namespace}"\n')
    assert status_of(lambda: command(["migrate", "--dir", str(folder)])) == 0
    assert status_of(lambda: command(["plan", "publish", str(plan), "--dir", str(folder)])) == 0
    return House(folder, server, namespace)
