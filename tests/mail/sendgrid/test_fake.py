"""The fake is as faithful as its descriptions: asked by the real client, reporting to a real listener."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from mail.sendgrid_mail import SendGrid
from mail.sendgrid_signature import SIGNATURE, TIMESTAMP, Signed, check, read_key
from mail.transport import Accepted, ChannelRefused, NotTaken
from tests.mail.letters import letter
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid, Habits
from tests.mail.sendgrid.reports import MOST_BYTES, body, posts, report
from tests.mail.sendgrid_stand_in import ACCEPT_THEN_500
from tests.until import until_now


@dataclass
class Listener:
    """A webhook that keeps every post and answers as told, then 200."""

    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, content in self.got for event in json.loads(content)]


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(heard.answers.pop(0) if heard.answers else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    heard.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fake(tmp_path: Path, listener: Listener) -> Iterator[FakeSendGrid]:
    with FakeSendGrid(tmp_path, listener.url) as server:
        yield server


@pytest.fixture
def sendgrid(fake: FakeSendGrid) -> Iterator[SendGrid]:
    with SendGrid(API_KEY, fake.url) as client:
        yield client


def test_what_it_takes_it_reports_with_the_message_s_ids_and_a_good_signature(
    fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener
) -> None:
    email = letter()
    answer = sendgrid.hand_over(email, 2)
    assert isinstance(answer, Accepted)
    until_now(lambda: len(fake.acknowledged) == 2)
    assert [(event["event"], event["mid"], event["att"]) for event in listener.events] == [
        ("processed", email.id, "2"),
        ("delivered", email.id, "2"),
    ]
    assert listener.events[0]["sg_message_id"].split(".")[0] == answer.provider_id
    headers, content = listener.got[0]
    key = read_key(fake.signer.public_key)
    assert key is not None
    now = datetime.now(UTC)
    found = check(content, headers[SIGNATURE].encode(), headers[TIMESTAMP].encode(), [key], now)
    assert isinstance(found, Signed)


def test_a_wrong_key_and_too_many_requests_are_answered_as_sendgrid_does(fake: FakeSendGrid) -> None:
    with SendGrid("SG.another", fake.url) as stranger:
        assert isinstance(stranger.hand_over(letter(), 1), ChannelRefused)
    fake.allow(1)
    with SendGrid(API_KEY, fake.url) as client:
        assert isinstance(client.hand_over(letter(), 1), Accepted)
        limited = client.hand_over(letter(), 1)
    assert isinstance(limited, NotTaken)
    assert limited.retry_after is not None
    assert [heard.taken for heard in fake.heard] == [False, True, False]


def test_a_message_without_a_reader_is_a_400(fake: FakeSendGrid) -> None:
    answer = httpx.post(
        f"{fake.url}/v3/mail/send", json={}, headers={"Authorization": f"Bearer {API_KEY}"}, trust_env=False
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "personalizations"


def test_what_was_taken_without_a_good_answer_is_reported_all_the_same(
    fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener
) -> None:
    fake.answer(ACCEPT_THEN_500)
    sendgrid.hand_over(letter(), 1)
    until_now(lambda: len(fake.acknowledged) == 2)
    assert len(listener.events) == 2


def test_a_post_that_is_refused_comes_again(fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener) -> None:
    listener.answers = [503, 403]
    sendgrid.hand_over(letter(), 1)
    until_now(lambda: len(fake.acknowledged) == 2)
    assert fake.statuses == (503, 403, 200)


@pytest.mark.parametrize(
    ("habits", "ids", "different"),
    [
        (Habits(copies=3), 6, 2),
        (Habits(copies=3, new_ids=True), 6, 6),
        (Habits(copies=2, shuffled=True), 4, 2),
    ],
)
def test_events_may_come_more_than_once(
    fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener, habits: Habits, ids: int, different: int
) -> None:
    fake.habits = habits
    sendgrid.hand_over(letter(), 1)
    until_now(lambda: len(listener.events) == ids)
    assert len({event["sg_event_id"] for event in listener.events}) == different
    assert len(fake.made) == 2


def test_events_may_come_late_or_never_or_before_the_answer(
    fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener
) -> None:
    fake.habits = Habits(lost=True)
    sendgrid.hand_over(letter(), 1)
    fake.habits = Habits(before_answer=True)
    sendgrid.hand_over(letter(), 1)
    assert len(listener.events) == 2
    fake.habits = Habits(held=True)
    sendgrid.hand_over(letter(), 1)
    assert len(listener.events) == 2
    fake.release()
    until_now(lambda: len(listener.events) == 4)
    assert len(fake.made) == 6


def test_a_bounce_may_name_nothing_but_the_address(fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener) -> None:
    fake.habits = Habits(kinds=("processed", "bounce"), without_ids=frozenset({"bounce"}))
    sendgrid.hand_over(letter(), 1)
    until_now(lambda: len(listener.events) == 2)
    assert "mid" in listener.events[0]
    assert not {"mid", "att", "sg_message_id", "smtp-id"} & listener.events[1].keys()


def test_a_post_has_lines_of_its_own_kind_and_at_most_768_kilobytes() -> None:
    events = [report("processed", 1, f"m-{n}", 1, pad="x" * 900) for n in range(1000)]
    batches = posts(events)
    assert sum(len(batch) for batch in batches) == 1000
    assert all(len(body(batch)) <= MOST_BYTES + 2 for batch in batches)
    assert len(body(batches[0])) > MOST_BYTES - 2000
    assert b"},\r\n{" in body(batches[0])


def test_mail_to_a_listed_address_is_taken_and_dropped(
    fake: FakeSendGrid, sendgrid: SendGrid, listener: Listener
) -> None:
    [reader] = letter().to
    fake.lists.add("bounces", reader.email, int(time.time()))
    assert isinstance(sendgrid.hand_over(letter(), 1), Accepted)
    until_now(lambda: len(listener.events) == 2)
    assert (listener.events[1]["event"], listener.events[1]["reason"]) == ("dropped", "Bounced Address")


def test_the_suppression_lists_have_pages_and_addresses_can_be_taken_off(fake: FakeSendGrid) -> None:
    for n in range(5):
        fake.lists.add("bounces", f"p-{n}@example.org", 1000 + n)
    fake.lists.add("unsubscribes", "p-1@example.org", 1000)
    with httpx.Client(base_url=fake.url, trust_env=False) as client:
        page = client.get("/v3/suppression/bounces", params={"limit": 2, "offset": 2}).json()
        assert [entry["created"] for entry in page] == [1002, 1001]
        assert page[0]["status"] == "5.1.1"
        since = client.get("/v3/suppression/bounces", params={"start_time": 1003}).json()
        assert len(since) == 2
        assert len(client.get("/v3/suppression/bounces/p-1@example.org").json()) == 1
        assert client.delete("/v3/suppression/bounces/p-1%40example.org").status_code == 204
        assert client.delete("/v3/suppression/bounces/p-1@example.org").status_code == 404
        assert client.delete("/v3/suppression/unsubscribes/p-1@example.org").status_code == 404
        assert client.delete("/v3/asm/suppressions/global/p-1@example.org").status_code == 204
        assert client.get("/v3/suppression/unsubscribes").json() == []
        assert client.request("DELETE", "/v3/suppression/bounces", json={"delete_all": True}).status_code == 204
        assert client.get("/v3/suppression/bounces").json() == []
