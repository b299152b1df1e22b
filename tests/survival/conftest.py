"""A scene of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from ledger import open_ledger
from ledger.schema import migrate
from tests.survival.disagreement import reconciler, welcomed
from tests.survival.grounds import born, ground
from tests.survival.scene import Scene
from tests.temporal_server import TemporalServer

__all__ = ["born", "ground", "reconciler", "welcomed"]


@pytest.fixture
async def scene(client: Client, temporal_server: TemporalServer, tmp_path: Path, born: Path) -> AsyncIterator[Scene]:
    """An empty ledger in SQLite, an empty mail folder, nobody enrolled and no worker."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    mail = tmp_path / "mail"
    mail.mkdir()
    ledger = open_ledger(url)
    yield Scene(client, temporal_server, url, ledger, mail, born)
    ledger.close()
