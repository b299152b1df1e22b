"""The database crashes or freezes while messages are under way and comes back: the ledger equals the oracle."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from ledger import open_ledger
from starter.client import Waypost
from starter.waking import tell_waiting, wake_program
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid
from tests.postgres import Switched, switched
from tests.reliability import Record, Row
from tests.starter.api.serving import serving
from tests.starter.house import House, new_house
from tests.survival.oracle import accepted, count_states, enroll_all, in_the_window
from tests.temporal_server import TemporalServer

MESSAGES: Final = 200
UNDER_WAY: Final = 60  # accepted when it goes away
BY_THEMSELVES: Final = 60  # seconds after it is back; retries are up to ten minutes apart
WOKEN: Final = 120  # seconds after all of them are told to look again, as publishing a plan does


class Outage(NamedTuple):
    words: str
    seconds: int
    frozen: bool = False


async def suffered(
    outage: Outage, server: TemporalServer, folder: Path, reliability: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under two real workers, which nobody restarts; whoever still rests after a minute is woken."""
    (folder / "sendgrid").mkdir()
    with switched("fsync=off") as database, FakeSendGrid(folder / "sendgrid") as fake:
        monkeypatch.setenv("WAYPOST_LEDGER_URL", database.postgres.create("waypost"))
        monkeypatch.setenv("WAYPOST_ENVIRONMENT", "production")
        monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
        house = await asyncio.to_thread(new_house, folder / "house", server)
        _mail_by(house, fake)
        with closing(open_ledger(house.settings.ledger_url)) as ledger, serving(house) as served:
            fake.webhook = f"{served.url}/webhooks/sendgrid"
            async with Waypost.open(house.settings) as waypost:
                await enroll_all(waypost, MESSAGES)
            with house.worker(), house.worker():
                await accepted(ledger, UNDER_WAY, 60)
                with _away(database, outage):
                    await asyncio.sleep(outage.seconds)  # the scenario itself
                await accepted(ledger, MESSAGES, BY_THEMSELVES)
                async with Waypost.open(house.settings) as waypost:
                    await _look_again(waypost)
                await accepted(ledger, MESSAGES, WOKEN)
            states = count_states(ledger)
            taken = Counter(heard.attempt[0] for heard in fake.heard if heard.taken)
            copies = [mid for mid, number in taken.items() if number > 1]
            unsaid = [mid for mid in copies if not in_the_window(ledger, mid)]
    lost = MESSAGES - len(taken)
    reliability(Row(f"the database {outage.words} under {MESSAGES} messages", MESSAGES, lost, len(copies)))
    assert lost == 0
    assert states == {"accepted": MESSAGES}
    assert unsaid == []


async def _look_again(waypost: Waypost) -> None:
    with waypost.ledger.write() as connection:
        wake_program(connection, "trial", "published", datetime.now(UTC))
    await tell_waiting(waypost.temporal, waypost.ledger)


@contextmanager
def _away(database: Switched, outage: Outage) -> Iterator[None]:
    if outage.frozen:
        database.freeze()
        yield
        database.thaw()
    else:
        database.stop()
        yield
        database.start()


def _mail_by(house: House, fake: FakeSendGrid) -> None:
    with (house.folder / "waypost.toml").open("a") as file:
        file.write('[mail]\ntransport = "sendgrid"\n')
        file.write(f'sendgrid_host = "{fake.url}"\nsendgrid_webhook_keys = ["{fake.signer.public_key}"]\n')
