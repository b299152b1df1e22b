"""Two thousand messages through SendGrid while a worker is killed every second: the ledger equals the oracle."""

import asyncio
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from ledger import open_ledger
from starter.client import Waypost
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid
from tests.mail.sendgrid_stand_in import ACCEPT_THEN_RESET
from tests.postgres import Postgres
from tests.reliability import Record, Row
from tests.starter.api.serving import serving
from tests.starter.house import new_house
from tests.survival.herd import Herd, herd
from tests.survival.oracle import accepted, count_states, enroll_all, in_the_window
from tests.survival.worker import Orders
from tests.temporal_server import TemporalServer

MESSAGES: Final = 2000
WORKERS: Final = 4
NEARLY_ALL: Final = 1900
PATIENCE: Final = 600  # seconds for what the last kills have left: the engine gives a lost attempt a minute
STILL_KILLED: Final = 60  # seconds after the last enrolment
RESETS: Final = 40  # messages that are taken, and the connection breaks before the answer


@pytest.mark.soak
@pytest.mark.timeout(1400)
async def test_a_kill_every_second_loses_nothing_and_no_copy_is_silent(
    temporal_server: TemporalServer,
    postgres: Postgres,
    tmp_path: Path,
    reliability: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAYPOST_LEDGER_URL", postgres.create("killed"))  # as befits several workers
    house = await asyncio.to_thread(new_house, tmp_path / "house", temporal_server)
    (tmp_path / "sendgrid").mkdir()
    with FakeSendGrid(tmp_path / "sendgrid") as fake, closing(open_ledger(house.settings.ledger_url)) as ledger:
        fake.answer(*[ACCEPT_THEN_RESET] * RESETS)
        keys = {"WAYPOST_MAIL_SENDGRID_WEBHOOK_KEYS": fake.signer.public_key}
        orders = Orders(
            address=temporal_server.address,
            namespace=house.namespace,
            ledger=house.settings.ledger_url,
            mail="",
            sendgrid=fake.url,
            key=API_KEY,
            lease=timedelta(seconds=10),
            patience=timedelta(seconds=5),
        )
        with serving(house, **keys) as served, herd(orders) as workers:
            fake.webhook = f"{served.url}/webhooks/sendgrid"
            workers.grow(WORKERS)
            async with Waypost.open(house.settings) as waypost:
                killing = asyncio.create_task(kill_every_second(workers))
                await enroll_all(waypost, MESSAGES)
                await accepted(ledger, NEARLY_ALL, STILL_KILLED)
                killing.cancel()
                with suppress(asyncio.CancelledError):
                    await killing  # which must not have ended before by a fault of its own
                await accepted(ledger, MESSAGES, PATIENCE)
        taken = Counter(heard.attempt[0] for heard in fake.heard if heard.taken)
        states = count_states(ledger)
        lost = MESSAGES - len(taken)
        doubled = sum(copies > 1 for copies in taken.values())
        title = f"{MESSAGES} messages, {RESETS} broken answers, a worker killed every second"
        reliability(Row(title, MESSAGES, lost, doubled))
        assert lost == 0
        assert states == {"accepted": MESSAGES}
        assert workers.killed > 30
        assert [mid for mid, copies in taken.items() if copies > 1 and not in_the_window(ledger, mid)] == []


async def kill_every_second(workers: Herd) -> None:
    while True:
        await asyncio.sleep(1)
        await asyncio.to_thread(workers.kill_one)
