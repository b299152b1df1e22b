"""`waypost serve` of a house, as a process of its own, over loopback."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.starter.house import ROOT, House
from tests.until import until_now


@dataclass(frozen=True)
class Served:
    """One running process and where it answers."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def serving(house: House, *flags: str, **environment: str) -> Iterator[Served]:
    """Waits until it answers; ends it gently, and at once what is left."""
    log = house.folder / "serve.log"
    begin = log.stat().st_size if log.exists() else 0
    command = [sys.executable, "-P", "-m", "starter.cli", "serve", "--dir", str(house.folder), "--port", "0", *flags]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    with (
        log.open("ab") as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=house.folder, env=settings) as process,
    ):
        try:
            until_now(lambda: process.poll() is not None or _address(log, begin) is not None)
            url = _address(log, begin)
            assert url is not None, log.read_text()
            yield Served(process, url, log)
        finally:
            process.terminate()
            process.wait(30)


def _address(log: Path, begin: int) -> str | None:
    found = re.search(r"^api ready (\S+)$", log.read_bytes()[begin:].decode(), re.MULTILINE)
    return found[1] if found else None
