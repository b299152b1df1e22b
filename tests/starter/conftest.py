import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import pytest

from starter.cli.commands import command
from starter.cli.exit import status_of
from starter.client import Waypost
from tests.starter.house import CLUB, House, new_house
from tests.temporal_server import TemporalServer


class Ran(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def house(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation with a worker, for every test that does not break it."""
    house = new_house(tmp_path_factory.mktemp("house"), temporal_server)
    with house.worker():
        yield house


@pytest.fixture(scope="session")
def idle_house(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> House:
    """One installation that no worker serves."""
    return new_house(tmp_path_factory.mktemp("idle"), temporal_server)


@pytest.fixture(scope="session")
def club(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation of a club whose members may choose what they are sent, with a worker."""
    house = new_house(tmp_path_factory.mktemp("club"), temporal_server, CLUB)
    with house.worker():
        yield house


@pytest.fixture
def run(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of `waypost` for the house, in this process."""
    return running_in(house, capsys, monkeypatch)


def running_in(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs commands of `waypost` for this house, in this process."""
    monkeypatch.setenv("WAYPOST_DIR", str(house.folder))

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        status = status_of(lambda: command(arguments))
        return Ran(status, *capsys.readouterr())

    return run


@pytest.fixture
async def waypost(house: House) -> AsyncIterator[Waypost]:
    """The typed client of the house."""
    async with Waypost.open(house.settings) as waypost:
        yield waypost


@pytest.fixture
async def idle(idle_house: House) -> AsyncIterator[Waypost]:
    """The typed client of the house that no worker serves."""
    async with Waypost.open(idle_house.settings) as waypost:
        yield waypost
