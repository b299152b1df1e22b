"""SendGrid's posts over loopback: who is believed, what is kept, and what is answered when."""

import json
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest
import sqlalchemy as sa

from ledger import Ledger, journeys, mail_tables, messages, open_ledger, people, reports, sending, tables
from ledger.identifiers import uuid7
from ledger.journeys import JourneyRow
from ledger.message_rows import Claimed, MessageRow, NewMessage
from ledger.people import PersonRow
from mail.sendgrid_signature import SIGNATURE
from starter.cli.commands import command
from starter.cli.exit import status_of
from starter.verbatim import verbatim
from tests.mail.sendgrid.fake import FakeSendGrid
from tests.mail.sendgrid.reports import FIELDS, Report, account_changed, body, report
from tests.starter.api.serving import Served, serving
from tests.starter.house import House, new_house
from tests.temporal_server import TemporalServer
from tests.until import until_now

KEYS: Final = "WAYPOST_MAIL_SENDGRID_WEBHOOK_KEYS"


@dataclass(frozen=True)
class Scene:
    """An installation that is served, and the SendGrid that reports to it."""

    house: House
    served: Served
    fake: FakeSendGrid
    ledger: Ledger

    @property
    def kept(self) -> list[sa.RowMapping]:
        """Every event."""
        with self.ledger.read() as connection:
            return list(connection.execute(sa.select(mail_tables.provider_event)).mappings())

    @property
    def posts(self) -> list[sa.RowMapping]:
        with self.ledger.read() as connection:
            return list(connection.execute(sa.select(mail_tables.webhook_post)).mappings())


@contextmanager
def a_scene(folder: Path, server: TemporalServer) -> Iterator[Scene]:
    house = new_house(folder / "house", server)
    with (
        FakeSendGrid(folder) as fake,
        serving(house, **{KEYS: fake.signer.public_key}) as served,
        closing(open_ledger(house.settings.ledger_url)) as ledger,
    ):
        fake.webhook = f"{served.url}/webhooks/sendgrid"
        yield Scene(house, served, fake, ledger)


@pytest.fixture(scope="module")
def one_scene(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_scene(tmp_path_factory.mktemp("scene"), temporal_server) as scene:
        yield scene


@pytest.fixture
def scene(one_scene: Scene) -> Iterator[Scene]:
    """For every test that does not break it; what happened in it is cleared away."""
    yield one_scene
    with one_scene.ledger.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table.name not in {"installation", "plan_version", "plan_pointer", "template"}:
                connection.execute(sa.delete(table))


def a_sent_message(ledger: Ledger, person: str = "ada") -> MessageRow:
    """Accepted by SendGrid a moment ago."""
    now, journey = datetime.now(UTC), f"journey:trial:{person}:application:1"
    message = NewMessage(
        id=uuid7(),
        program="trial",
        journey_id=journey,
        key="welcome#created>applicant",
        rule="welcome",
        purpose="announcement",
        to="applicant",
        person_id=person,
        plan_version="v1",
        queued_at=now,
    )
    row = JourneyRow(
        id=journey, program="trial", process="application", cycle="1", person_id=person, created_at=now, arrived_at=now
    )
    with ledger.write() as connection:
        people.set_person(connection, PersonRow(id=person, email=f"{person}@example.org"), "test", now)
        journeys.enroll(connection, row)
        queued = messages.queue(connection, message)
        claimed = sending.claim(connection, queued.id, 1, timedelta(minutes=1), now, now)
        assert isinstance(claimed, Claimed)
        assert sending.to_wire(
            connection,
            queued.id,
            1,
            1,
            address=f"{person}@example.org",
            subject="Welcome",
            plan_version="v1",
            template_version=None,
            transport="sendgrid",
            evidence="events",
            clock=now,
            now=now,
        )
        assert sending.accepted(connection, queued.id, 1, "sg-1", now, now)
        found = messages.row(connection, queued.id)
    assert found is not None
    return found


def now() -> int:
    return int(time.time())


def test_every_kind_of_event_is_kept_once_and_every_field_of_it_can_be_asked_for(scene: Scene) -> None:
    row = a_sent_message(scene.ledger)
    events = [report(kind, now() + n, row.id, 1, "ada@example.org", "sg-1") for n, kind in enumerate(sorted(FIELDS))]
    events += [account_changed(now()), {"event": "teleported", "timestamp": now(), "sg_event_id": "odd"}]
    assert scene.fake.post(events) == 200
    found = {each["event_id"]: each for each in scene.kept}
    assert len(found) == len(events)
    for event in events:
        each = found[event["sg_event_id"]]
        assert each["provider_kind"] == event["event"]
        assert each["at"] == datetime.fromtimestamp(event["timestamp"], UTC)
        assert each["id"].startswith(f"{scene.posts[0]['id']}.")
        for ours, theirs in (("reason", "reason"), ("status", "status"), ("response", "response"), ("url", "url")):
            assert event["event"] == "account_status_change" or each[ours] == event.get(theirs)
    assert {each["kind"] for each in found.values()} == {
        "processed", "deferred", "delivered", "bounced", "blocked", "dropped", "opened", "clicked", "complained",
        "unsubscribed", "group_unsubscribed", "group_resubscribed", "account_changed", "unknown",
    }  # fmt: skip
    assert sum(each["machine"] for each in found.values()) == 1
    with scene.ledger.read() as connection:
        of_it = verbatim(connection, reports.of(connection, [row.id])[row.id])
    raw = {one.id: one.raw for one in of_it} | {each["id"]: each["raw"] for each in scene.kept if each["raw"]}
    assert {each["event_id"]: raw[each["id"]] for each in scene.kept} == {
        event["sg_event_id"]: event for event in events
    }


def test_a_post_that_comes_again_is_taken_again_and_changes_nothing(scene: Scene) -> None:
    row = a_sent_message(scene.ledger)
    events = [report("delivered", now(), row.id, 1)]
    assert scene.fake.post(events) == 200
    assert scene.fake.post(events, at=now() + 1) == 200
    assert scene.fake.post([*events, *events]) == 200
    assert len(scene.kept) == 1
    assert [each["events"] for each in scene.posts] == [1, 2]


def test_a_stranger_is_refused_and_nothing_is_written(scene: Scene) -> None:
    content = body([report("delivered", now())])
    good = scene.fake.signer.headers(content, now())
    for headers, said in (
        ({}, "carries no signature"),
        ({**good, SIGNATURE: "no base64!"}, "is no base64"),
        (scene.fake.signer.headers(content + b" ", now()), "does not fit"),
        (scene.fake.signer.headers(content, now() - 26 * 3600), "more than 25 hours ago"),
    ):
        answer = httpx.post(scene.fake.webhook or "", content=content, headers=headers, trust_env=False)
        assert answer.status_code == 403
        assert said in answer.json()["detail"]
    assert (scene.kept, scene.posts) == ([], [])


def test_a_stranger_is_refused_without_asking_the_ledger(scene: Scene) -> None:
    with scene.ledger.write():  # a post that is believed would wait
        answer = httpx.post(scene.fake.webhook or "", content=b"[]", timeout=5, trust_env=False)
    assert answer.status_code == 403


def test_a_post_of_a_day_ago_is_still_good(scene: Scene) -> None:
    assert scene.fake.post([report("delivered", now())], at=now() - 24 * 3600) == 200
    assert len(scene.kept) == 1


def test_no_key_set_means_that_nobody_is_believed(scene: Scene) -> None:
    with serving(scene.house) as served:
        content = body([report("delivered", now())])
        headers = scene.fake.signer.headers(content, now())
        answer = httpx.post(f"{served.url}/webhooks/sendgrid", content=content, headers=headers, trust_env=False)
    assert answer.status_code == 403
    assert "mail.sendgrid_webhook_keys" in answer.json()["detail"]


def test_a_key_that_is_none_is_one_sentence_and_nothing_is_served(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(KEYS, "nonsense")
    capsys.readouterr()
    assert status_of(lambda: command(["serve", "--dir", str(scene.house.folder), "--port", "0"])) == 1
    assert capsys.readouterr().err.startswith("mail.sendgrid_webhook_keys holds something that is no public key")


@pytest.mark.parametrize(
    ("content", "events", "unreadable"),
    [
        (b"[]", 0, 0),
        (b"{}", 0, 1),
        (b"not json at all \xff\x00", 0, 1),
        (b'[{"event":"delivered","email":"a\\u0000\\ud800b","timestamp":1e400}, 7, null]', 1, 2),
        (b'[{"event":{"a":1},"email":[],"mid":9,"att":"x","sg_event_id":{},"url":5}]', 1, 0),
    ],
)
def test_a_signed_post_of_anything_is_kept_and_answered_for(
    scene: Scene, content: bytes, events: int, unreadable: int
) -> None:
    assert scene.fake.post([], content=content) == 200
    [post] = scene.posts
    assert (post["events"], post["unreadable"]) == (events, unreadable)
    assert zlib.decompress(post["packed"]) == content
    assert len(scene.kept) == events


def test_a_batch_of_768_kilobytes_is_taken(scene: Scene) -> None:
    rows = [a_sent_message(scene.ledger, f"p-{n}") for n in range(20)]
    events: list[Report] = []
    while len(body(events)) < 766_000:
        row = rows[len(events) % len(rows)]
        email = f"{row.person_id}@example.org"
        events += [report("open", now() + len(events) + n, row.id, 1, email, "sg-1") for n in range(50)]
    assert scene.fake.post(events) == 200
    assert len(scene.kept) == len(events)


def test_more_than_four_megabytes_are_refused(scene: Scene) -> None:
    answer = httpx.post(scene.fake.webhook or "", content=b"[" + b" " * 4_000_000, trust_env=False)
    assert answer.status_code == 413
    chunks = (b" " * 100_000 for _ in range(45))
    with suppress(httpx.TransportError):  # it may hang up while we are still talking
        assert httpx.post(scene.fake.webhook or "", content=chunks, trust_env=False).status_code == 413
    assert scene.posts == []


def test_while_the_ledger_is_away_sendgrid_is_asked_to_post_again(scene: Scene) -> None:
    row = a_sent_message(scene.ledger)
    before = len(scene.fake.statuses)
    with scene.ledger.write():
        scene.fake.report(report("delivered", now(), row.id, 1))
        until_now(lambda: len(scene.fake.statuses) > before)  # when its patience with the lock is over
    until_now(lambda: scene.fake.statuses[-1] == 200)
    assert scene.fake.statuses[before] == 503
    assert len(scene.kept) == 1


def test_a_journey_hears_of_a_bounce_soon_after_the_post(scene: Scene) -> None:
    row = a_sent_message(scene.ledger)
    assert scene.fake.post([report("bounce", now(), row.id, 1)]) == 200

    def told() -> bool:
        with scene.ledger.read() as connection:
            query = "SELECT count(*), count(told_at) FROM wake_up WHERE cause = 'delivery_failed'"
            return tuple(connection.execute(sa.text(query)).one()) == (1, 1)

    until_now(told)


def test_the_log_holds_neither_addresses_nor_what_was_said(scene: Scene) -> None:
    row = a_sent_message(scene.ledger)
    scene.fake.post([report("bounce", now(), row.id, 1, reason="550 secret words")])
    httpx.post(scene.fake.webhook or "", content=json.dumps([{"email": "ada@example.org"}]), trust_env=False)
    assert "POST /webhooks/sendgrid 200" in scene.served.said
    assert "example.org" not in scene.served.said
    assert "secret" not in scene.served.said


def test_a_body_that_breaks_off_is_not_taken_and_harms_nobody(scene: Scene) -> None:
    host, port = scene.served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /webhooks/sendgrid HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n[{")
    assert scene.fake.post([report("delivered", now())]) == 200
    assert len(scene.kept) == 1


def test_get_is_no_way_to_report(scene: Scene) -> None:
    assert httpx.get(scene.fake.webhook or "", trust_env=False).status_code == 405
