"""From enrolment to what SendGrid reports and back into the journey: everything real but SendGrid."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from ledger import Ledger, facts, messages, open_ledger, suppressions
from starter.client import Waypost
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid, Habits
from tests.starter.api.serving import serving
from tests.starter.house import House, new_house
from tests.starter.people import new_person
from tests.temporal_server import TemporalServer
from tests.until import until

BEFORE_THE_ANSWER: Final = Habits(kinds=("processed", "bounce"), before_answer=True)


@pytest.fixture
async def house(
    temporal_server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[House, FakeSendGrid]]:
    """Served and worked for, in production, with SendGrid as the way out."""
    house = await asyncio.to_thread(new_house, tmp_path / "house", temporal_server)
    with FakeSendGrid(tmp_path) as fake:
        for name, value in (
            ("SENDGRID_API_KEY", API_KEY),
            ("WAYPOST_ENVIRONMENT", "production"),
            ("WAYPOST_MAIL_TRANSPORT", "sendgrid"),
            ("WAYPOST_MAIL_SENDGRID_HOST", fake.url),
            ("WAYPOST_MAIL_SENDGRID_WEBHOOK_KEYS", fake.signer.public_key),
        ):
            monkeypatch.setenv(name, value)
        with serving(house) as served, house.worker():
            fake.webhook = f"{served.url}/webhooks/sendgrid"
            yield house, fake


async def test_a_bounce_that_comes_before_the_answer_to_the_send_is_heard_by_its_journey(
    house: tuple[House, FakeSendGrid],
) -> None:
    installation, fake = house
    fake.habits = BEFORE_THE_ANSWER
    async with Waypost.open(installation.settings) as waypost:
        person = new_person(waypost)
        journey = (await waypost.enroll(person, "trial", "application")).journey
        with closing(open_ledger(installation.settings.ledger_url)) as ledger:
            await until(lambda: _heard(ledger, journey) == ["delivery_failed"])
            [row] = _rows(ledger, journey)
            with ledger.read() as connection:
                [standing] = suppressions.active(connection, [row.address or ""]).values()
    assert (row.state, row.delivery, row.failure) == ("accepted", "bounced", "invalid_address")
    assert [(one.cause, one.message_id) for one in standing] == [("bounced", row.id)]
    assert len(fake.heard) == 1
    assert fake.statuses == (200,)


def _heard(ledger: Ledger, journey: str) -> list[str]:
    with ledger.read() as connection:
        return [fact.type for fact in facts.facts(connection, journey) if fact.type != "created"]


def _rows(ledger: Ledger, journey: str) -> list[messages.MessageRow]:
    with ledger.read() as connection:
        return list(messages.rows(connection, journey))
