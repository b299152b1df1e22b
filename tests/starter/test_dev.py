"""The embedded default as its user meets it: real processes, killed in every way."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from starter.cli.commands import command
from starter.cli.exit import status_of
from starter.folder import settle
from starter.running import Running, running
from tests.temporal_server import free_ports
from tests.until import until_now

PROGRAM: Final = [sys.executable, "-c", "from starter.cli import main; main()"]


class Dev:
    """`waypost dev` in a folder."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.folder = folder
        self._log = folder.parent / f"{folder.name}.out"
        self._begin = len(self.said) if self._log.exists() else 0
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                [*PROGRAM, "dev", "--dir", str(folder), *flags], stdout=output, stderr=output, cwd=folder.parent
            )

    @property
    def said(self) -> str:
        return self._log.read_text()

    @property
    def running(self) -> Running:
        found = running(self.folder)
        assert found is not None
        return found

    def ready(self) -> "Dev":
        """Waits for the line."""
        until_now(lambda: self.process.poll() is not None or "ready ·" in self.said[self._begin :])
        assert self.process.poll() is None, self.said
        return self

    def part(self, name: str) -> int:
        return next(part.pid for part in self.running.parts if part.name == name)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def waypost(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*PROGRAM, *arguments, "--dir", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder.parent)


@pytest.fixture
def started() -> Iterator[list[Dev]]:
    """Ends whatever a failed test has left."""
    devs: list[Dev] = []
    yield devs
    for dev in devs:
        if dev.process.poll() is None:
            dev.process.terminate()
            dev.process.wait(60)


def _ports() -> list[str]:
    temporal, ui, api = free_ports(3)
    return ["--temporal-port", str(temporal), "--ui-port", str(ui), "--api-port", str(api)]


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_every_journey_goes_on_whatever_is_killed(tmp_path: Path, started: list[Dev]) -> None:
    ports = _ports()
    dev = Dev(tmp_path / "house", *ports, "--fast-forward")
    started.append(dev)
    found = dev.ready().running
    for address in (found.temporal, found.http_api, found.web_ui, found.api, str(dev.folder / "mail"), "ledger.db"):
        assert address in dev.said
    assert found.temporal.endswith(f":{ports[1]}")
    assert found.web_ui.endswith(f":{ports[3]}")
    assert found.api.endswith(f":{ports[5]}")
    assert httpx.get(f"{found.api}/health", trust_env=False).is_success
    assert httpx.get(f"{found.http_api}/api/v1/system-info", trust_env=False).is_success

    dev.waypost("person", "set", "p-1", "--email", "p-1@example.org", "--name", "Ada")
    assert dev.waypost("enroll", "p-1", "--program", "quickstart", "--process", "application").returncode == 0

    beside = Dev(tmp_path / "house")
    started.append(beside)
    assert beside.process.wait(60) == 1
    assert f"waypost dev runs in {dev.folder} already" in dev.said
    assert f"Temporal {found.temporal}" in dev.said.rpartition("runs in")[2]

    killed = {name: dev.part(name) for name in ("API", "worker", "Temporal server")}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    until_now(lambda: all(dev.part(name) != pid for name, pid in killed.items()))
    until_now(lambda: _answers(f"{found.api}/health"))
    until_now(lambda: dev.waypost("tell", "p-1", "submitted", "--id", "s-1", "--wait").returncode == 0)

    left = dev.running.parts
    assert dev.end(signal.SIGKILL) == -signal.SIGKILL
    until_now(lambda: not any(part.alive for part in left))

    again = Dev(tmp_path / "house")
    started.append(again)
    assert again.ready().running.web_ui == found.web_ui
    assert again.running.api == found.api
    assert "stage in_review" in again.waypost("show", "p-1").stdout
    parts = again.running.parts
    assert again.end(signal.SIGINT) == 0
    assert [part.alive for part in parts] == [False, False, False, False]
    assert again.running.parts == ()
    assert "Traceback" not in again.said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('environment = "production"', "waypost dev is for evaluation and development, and environment is production"),
        ('[temporal]\naddress = "cloud:7233"', "temporal.address is cloud:7233; waypost dev runs a Temporal server of"),
        ('[ledger]\nurl = "mysql://x/y"', "a ledger's address is sqlite:///PATH or postgresql://"),
        (
            '[mail]\ntransport = "pigeon"',
            "waypost.toml: mail.transport: input should be 'folder', 'smtp' or 'sendgrid'",
        ),
    ],
)
def test_settings_that_it_is_not_made_for_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, said: str
) -> None:
    (tmp_path / "waypost.toml").write_text(settings)
    assert status_of(lambda: command(["dev", "--dir", str(tmp_path)])) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "temporal.db").exists()


def test_a_port_that_is_taken_is_one_sentence_and_settles_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ["dev", "--dir", str(tmp_path / "new"), "--temporal-port", port, "--fast-forward"]
        assert status_of(lambda: command(arguments)) == 1
    assert capsys.readouterr().err == (
        f"port {port} is taken; give another one by --temporal-port, or none to have a free one chosen\n"
    )
    assert not (tmp_path / "new" / "waypost.toml").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert status_of(lambda: command(["dev", "--dir", str(tmp_path / "file")])) == 1
    assert "cannot be made: " in capsys.readouterr().err


def test_fast_forward_is_kept_from_the_first_start(tmp_path: Path) -> None:
    assert settle(tmp_path, fast_forward=True).fast_forward
    assert settle(tmp_path, fast_forward=False).fast_forward
    (tmp_path / "waypost.toml").unlink()
    assert not settle(tmp_path, fast_forward=False).fast_forward
    assert not settle(tmp_path, fast_forward=True).fast_forward
