"""The process that takes SendGrid's posts, killed at its commits: no event is lost, none is kept or counts twice."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from ledger import Ledger, mail_tables, open_ledger
from ledger.schema import migrate
from starter.counting import Counted, count_all
from tests.ledger.given import NOW, a_journey
from tests.ledger.reported import sent
from tests.mail.sendgrid.fake import FakeSendGrid, Habits
from tests.mail.sendgrid.reports import Report, report
from tests.postgres import Postgres
from tests.survival.grounds import Ground
from tests.survival.nursery import Born, born
from tests.survival.webhook import DIES_AFTER, DIES_BEFORE, DIES_COUNTING, READY, Webhook
from tests.temporal_server import free_ports
from tests.until import until_now

NUMBERS: Final = count(1)
MESSAGES: Final = 12
REPORTED: Final = ["bounced"] * (MESSAGES // 3) + ["delivered"] * (MESSAGES - MESSAGES // 3)  # what the rows must say


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated ledger of this test alone."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'ledger.db'}"
        migrate(found)
        yield found
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"webhook_{next(NUMBERS)}"
    found = postgres.create(name)
    migrate(found)
    yield found
    postgres.drop(name)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with closing(open_ledger(url)) as ledger:
        yield ledger


@contextmanager
def webhook(nursery: Path, url: str, port: int, key: str, dies: str = "") -> Iterator[Born]:
    """The real application in a process of its own, which kills itself at a moment of its first post, if it is told."""
    with born(nursery, Webhook(url, port, key, dies)) as process:
        assert process.said() == READY
        yield process


def events_of(ledger: Ledger) -> list[Report]:
    """What happened to messages that were sent: each was processed, delivered and opened; every third bounced."""
    at, events = int((NOW + timedelta(hours=1)).timestamp()), []
    with ledger.write() as connection:
        a_journey(connection)
        for n in range(MESSAGES):
            row = sent(connection, f"due_reminder:P{n}D@2027-03-08>applicant")
            kinds = ("processed", "delivered", "open", *(("bounce",) if n % 3 == 0 else ()))
            events += [report(kind, at + i, row.id, row.attempt) for i, kind in enumerate(kinds)]
    return events


def kept(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        return sorted(connection.execute(sa.select(mail_tables.provider_event.c.event_id)).scalars())


def deliveries(ledger: Ledger) -> list[str | None]:
    with ledger.read() as connection:
        return sorted(connection.execute(sa.select(mail_tables.message.c.delivery)).scalars(), key=str)


@pytest.mark.parametrize("moment", [DIES_BEFORE, DIES_AFTER])
def test_killed_at_its_commit_it_is_posted_to_again_until_every_event_is_kept_once(
    ground: Ground, url: str, ledger: Ledger, moment: str
) -> None:
    [port] = free_ports(1)
    events = events_of(ledger)
    with FakeSendGrid(ground.folder, f"http://127.0.0.1:{port}/webhooks/sendgrid") as fake:
        with webhook(ground.born, url, port, fake.signer.public_key, moment) as process:
            fake.report(*events)
            assert process.killed(30)
        assert len(kept(ledger)) == (len(events) if moment == DIES_AFTER else 0)
        assert not fake.acknowledged
        with webhook(ground.born, url, port, fake.signer.public_key):
            until_now(lambda: len(fake.acknowledged) == len(events))
            until_now(lambda: deliveries(ledger) == REPORTED)
        assert fake.statuses[-1] == 200
        assert len(fake.statuses) > 1
    assert kept(ledger) == sorted(event["sg_event_id"] for event in events)


def test_killed_between_its_answer_and_what_follows_it_leaves_that_to_the_next_reconciliation(
    ground: Ground, url: str, ledger: Ledger
) -> None:
    [port] = free_ports(1)
    events = events_of(ledger)
    with FakeSendGrid(ground.folder, f"http://127.0.0.1:{port}/webhooks/sendgrid") as fake:
        with webhook(ground.born, url, port, fake.signer.public_key, DIES_COUNTING) as process:
            fake.report(*events)
            assert process.killed(30)
        assert len(fake.acknowledged) == len(events)
    assert kept(ledger) == sorted(event["sg_event_id"] for event in events)
    assert deliveries(ledger) == [None] * MESSAGES
    assert len(count_all(ledger).counted) == 1  # as a round of reconcile does
    assert deliveries(ledger) == REPORTED
    assert count_all(ledger) == Counted((), ())


def test_killed_again_and_again_under_doubled_and_shuffled_posts_it_loses_and_doubles_nothing(
    ground: Ground, url: str, ledger: Ledger
) -> None:
    [port] = free_ports(1)
    events = events_of(ledger)
    began = datetime.now(UTC)
    with FakeSendGrid(ground.folder, f"http://127.0.0.1:{port}/webhooks/sendgrid") as fake:
        fake.habits = Habits(copies=3, new_ids=True, shuffled=True)
        for moment, part in zip(
            (DIES_BEFORE, DIES_AFTER, DIES_AFTER), (events[::3], events[1::3], events[2::3]), strict=True
        ):
            with webhook(ground.born, url, port, fake.signer.public_key, moment) as process:
                fake.report(*part)
                assert process.killed(30)
        with webhook(ground.born, url, port, fake.signer.public_key):
            until_now(lambda: {event["sg_event_id"] for event in fake.made} <= fake.acknowledged)
            until_now(lambda: deliveries(ledger) == REPORTED)
    assert len(kept(ledger)) == len(events)
    with ledger.read() as connection:
        received = connection.execute(sa.select(mail_tables.provider_event.c.received_at)).scalars().all()
    assert min(received) >= began
