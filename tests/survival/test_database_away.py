"""A database that crashes while messages are under way, and is away for long."""

from pathlib import Path

import pytest

from tests.reliability import Record
from tests.survival.outage import Outage, suffered
from tests.temporal_server import TemporalServer


@pytest.mark.soak
@pytest.mark.timeout(1500)
async def test_after_ten_minutes_without_a_database_every_message_leaves_once(
    temporal_server: TemporalServer, tmp_path: Path, reliability: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    await suffered(
        Outage("crashes and is away for ten minutes", 600), temporal_server, tmp_path, reliability, monkeypatch
    )
