"""The database crashes while messages are under way and comes back: the ledger equals the oracle, and nobody helped."""

import asyncio
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from ledger import open_ledger
from starter.client import Waypost
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid
from tests.postgres import switched
from tests.reliability import Record, Row
from tests.starter.api.serving import serving
from tests.starter.house import new_house
from tests.survival.herd import herd
from tests.survival.oracle import accepted, count_states, enroll_all, in_the_window
from tests.survival.worker import Orders
from tests.temporal_server import TemporalServer

MESSAGES: Final = 200
UNDER_WAY: Final = 60  # accepted when it crashes
WORKERS: Final = 2
LAST_RETRY: Final = 900  # seconds after the outage: retries are at most ten minutes apart


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("away", "words"), [(600, "ten minutes"), (10, "ten seconds")])
async def test_what_was_under_way_leaves_once_when_the_database_is_back(
    temporal_server: TemporalServer,
    tmp_path: Path,
    reliability: Record,
    monkeypatch: pytest.MonkeyPatch,
    away: int,
    words: str,
) -> None:
    (tmp_path / "sendgrid").mkdir()
    with switched("fsync=off") as database, FakeSendGrid(tmp_path / "sendgrid") as fake:
        monkeypatch.setenv("WAYPOST_LEDGER_URL", database.postgres.create("waypost"))
        house = await asyncio.to_thread(new_house, tmp_path / "house", temporal_server)
        orders = Orders(
            address=temporal_server.address,
            namespace=house.namespace,
            ledger=house.settings.ledger_url,
            mail="",
            sendgrid=fake.url,
            key=API_KEY,
            patience=timedelta(seconds=30),
        )
        keys = {"WAYPOST_MAIL_SENDGRID_WEBHOOK_KEYS": fake.signer.public_key}
        with (
            closing(open_ledger(house.settings.ledger_url)) as ledger,
            serving(house, **keys) as served,
            herd(orders) as workers,
        ):
            fake.webhook = f"{served.url}/webhooks/sendgrid"
            async with Waypost.open(house.settings) as waypost:
                await enroll_all(waypost, MESSAGES)
            workers.grow(WORKERS)
            await accepted(ledger, UNDER_WAY, 60)
            database.stop()
            await asyncio.sleep(away)  # the scenario itself
            database.start()
            await accepted(ledger, MESSAGES, LAST_RETRY)
            states = count_states(ledger)
            taken = Counter(heard.attempt[0] for heard in fake.heard if heard.taken)
            copies = [mid for mid, number in taken.items() if number > 1]
            unsaid = [mid for mid in copies if not in_the_window(ledger, mid)]
    lost = MESSAGES - len(taken)
    title = f"{MESSAGES} messages, the database crashes under them and is away for {words}"
    reliability(Row(title, MESSAGES, lost, len(copies)))
    assert lost == 0
    assert states == {"accepted": MESSAGES}
    assert unsaid == []
