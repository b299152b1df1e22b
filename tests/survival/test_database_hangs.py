"""A database that is gone for a moment, and one that freezes: whoever waits for it goes on."""

from pathlib import Path

import pytest

from tests.reliability import Record
from tests.survival.outage import Outage, suffered
from tests.temporal_server import TemporalServer

OUTAGES = (
    Outage("crashes and is away for ten seconds", 10),
    Outage("answers nothing for a minute", 60, frozen=True),
)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("outage", OUTAGES, ids=[outage.words for outage in OUTAGES])
async def test_what_was_under_way_leaves_once_when_the_database_is_back(
    temporal_server: TemporalServer,
    tmp_path: Path,
    reliability: Record,
    monkeypatch: pytest.MonkeyPatch,
    outage: Outage,
) -> None:
    await suffered(outage, temporal_server, tmp_path, reliability, monkeypatch)
