"""Two thousand messages through SendGrid while a worker is killed every second: the ledger equals the oracle."""

import asyncio
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from ledger import Ledger, mail_tables, open_ledger, people, sending
from ledger.message_rows import AttemptRow
from ledger.people import PersonRow
from starter.client import Waypost
from starter.enrolment import Enrolment, enroll
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid
from tests.mail.sendgrid_stand_in import ACCEPT_THEN_RESET
from tests.postgres import Postgres
from tests.reliability import Record, Row
from tests.starter.api.serving import serving
from tests.starter.house import new_house
from tests.survival.herd import Herd, herd
from tests.survival.worker import Orders
from tests.temporal_server import TemporalServer

MESSAGES: Final = 2000
WORKERS: Final = 4
AT_ONCE: Final = 10  # enrolments
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
                await enroll_all(waypost)
                await settled(ledger, within=STILL_KILLED)
                killing.cancel()
                await settled(ledger, within=PATIENCE, all_of_them=True)
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


async def enroll_all(waypost: Waypost) -> None:
    """Everybody is welcomed once; a welcome is a confirmation, so it is sent again when its fate stays unknown."""
    slots = asyncio.Semaphore(AT_ONCE)
    now = datetime.now(UTC)
    with waypost.ledger.write() as conn:
        for n in range(MESSAGES):
            people.set_person(conn, PersonRow(id=f"p{n}", email=f"p{n}@example.org", name="A Person"), "test", now)

    async def one(n: int) -> None:
        async with slots:
            given = Enrolment(person=f"p{n}", program="trial", process="application")
            await enroll(waypost.temporal, waypost.ledger, given)

    await asyncio.gather(*(one(n) for n in range(MESSAGES)))


async def settled(ledger: Ledger, within: float, *, all_of_them: bool = False) -> None:
    """Waits until nearly all, or all, are accepted and every report about them has come in."""
    enough = MESSAGES if all_of_them else MESSAGES * 0.95
    for _ in range(int(within)):
        if count_states(ledger)["accepted"] >= enough:
            return
        await asyncio.sleep(1)


def count_states(ledger: Ledger) -> Counter[str]:
    table = mail_tables.message
    with ledger.read() as conn:
        query = sa.select(table.c.state, sa.func.count().label("count")).group_by(table.c.state)
        return Counter({row.state: row[1] for row in conn.execute(query)})


def in_the_window(ledger: Ledger, message_id: str) -> bool:
    """Whether the copies are said, and each further one left before anybody had spoken of the one before it."""
    with ledger.read() as conn:
        tried = sending.attempts(conn, message_id)
        table = mail_tables.message
        doubled = conn.execute(sa.select(table.c.doubled).where(table.c.id == message_id)).scalar_one()
    return bool(doubled) and all(_unspoken(first, second) for first, second in pairwise(tried))


def _unspoken(first: AttemptRow, second: AttemptRow) -> bool:
    return first.evidence_at is None or first.evidence_at > second.on_wire_at
