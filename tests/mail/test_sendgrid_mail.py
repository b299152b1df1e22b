import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from mail.message import Mailbox
from mail.sendgrid_mail import SendGrid
from mail.transport import Accepted, ChannelRefused, FateUnknown, HandOver, NotTaken, Refused, Transport
from tests.mail.letters import ROSA, letter
from tests.mail.sendgrid_stand_in import (
    ACCEPT,
    ACCEPT_THEN_500,
    ACCEPT_THEN_CLOSE,
    ACCEPT_THEN_HANG,
    ACCEPT_THEN_RESET,
    ACCEPT_THEN_TRICKLE,
    ACCEPT_WITH_ENDLESS_BODY,
    Reply,
    SendGridStandIn,
    limited,
    refusal,
)

KEY = "SG.test-key-that-opens-nothing"
SHORT = timedelta(seconds=0.6)  # for what never ends; all else has the time of a busy machine


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[SendGridStandIn]:
    with SendGridStandIn(tmp_path / "requests.jsonl") as server:
        yield server


@pytest.fixture
def sendgrid(stand_in: SendGridStandIn) -> Iterator[SendGrid]:
    with SendGrid(KEY, host=stand_in.url) as transport:
        yield transport


@pytest.fixture
def hasty(stand_in: SendGridStandIn) -> Iterator[SendGrid]:
    with SendGrid(KEY, host=stand_in.url, connect=SHORT, total=SHORT) as transport:
        yield transport


def sentence(end: HandOver) -> str:
    return end.provider_id if isinstance(end, Accepted) else end.sentence


def test_an_accepted_message_arrives_with_everything_it_holds(stand_in: SendGridStandIn, sendgrid: SendGrid) -> None:
    transport: Transport = sendgrid
    assert transport.hand_over(letter(), 3) == Accepted(provider_id="sg-1")
    assert transport.evidence == "events"
    (heard,) = stand_in.heard
    assert (heard.path, heard.authorization) == ("/v3/mail/send", f"Bearer {KEY}")
    assert heard.body == {
        "from": {"email": "certification@example.org", "name": "CWE Certification"},
        "reply_to": {"email": "help@example.org"},
        "personalizations": [{"to": [{"email": ROSA.email, "name": ROSA.name}]}],
        "subject": letter().subject,
        "content": [
            {"type": "text/plain", "value": "Hello Rosa\n"},
            {"type": "text/html", "value": "<p>Hello Rosa</p>"},
        ],
        "headers": {**letter().headers, "Message-ID": letter().message_id_header},
        "custom_args": {"mid": letter().id, "att": "3"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }


def test_several_readers_are_one_personalization_and_no_name_holds_what_sendgrid_refuses(
    stand_in: SendGridStandIn, sendgrid: SendGrid
) -> None:
    desk = Mailbox(email="desk@example.org")
    sendgrid.hand_over(letter(to=(Mailbox(name="Aldana, Rosa; Dr.", email=ROSA.email), desk)), 1)
    assert stand_in.heard[0].body["personalizations"] == [
        {"to": [{"email": ROSA.email, "name": "Aldana Rosa Dr."}, {"email": "desk@example.org"}]}
    ]


def test_a_mandatory_message_passes_by_the_unsubscribed_and_nobody_who_complained(
    stand_in: SendGridStandIn, sendgrid: SendGrid
) -> None:
    sendgrid.hand_over(letter(bypass_unsubscribe=True), 1)
    assert stand_in.heard[0].body["mail_settings"] == {"bypass_unsubscribe_management": {"enable": True}}


def test_the_headers_of_one_click_reach_sendgrid(stand_in: SendGridStandIn, sendgrid: SendGrid) -> None:
    headers = {"List-Unsubscribe": "<https://a.example/u/b>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    sendgrid.hand_over(letter(headers=headers), 1)
    assert headers.items() <= stand_in.heard[0].body["headers"].items()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (ACCEPT, Accepted),
        (Reply(200), Refused),
        (refusal(400, "Does not contain a valid address.", "personalizations.0.to.0.email"), Refused),
        (refusal(406), Refused),
        (refusal(413, "The message is too large."), Refused),
        (refusal(451), Refused),
        (refusal(401, "The provided authorization grant is invalid"), ChannelRefused),
        (refusal(403, "The from address does not match a verified Sender Identity."), ChannelRefused),
        (Reply(404), ChannelRefused),
        (Reply(302, {"Location": "https://elsewhere.example/"}), ChannelRefused),
        (limited(1), NotTaken),
        (Reply(503), NotTaken),
        (ACCEPT_THEN_500, FateUnknown),
        (Reply(502), FateUnknown),
        (Reply(504), FateUnknown),
        (ACCEPT_THEN_RESET, FateUnknown),
        (ACCEPT_THEN_CLOSE, FateUnknown),
    ],
)
def test_every_end_of_a_request_is_sorted_and_the_next_message_goes_out_as_ever(
    stand_in: SendGridStandIn, sendgrid: SendGrid, reply: Reply, kind: type
) -> None:
    stand_in.answer(reply)
    assert type(sendgrid.hand_over(letter(), 1)) is kind
    assert isinstance(sendgrid.hand_over(letter(), 2), Accepted)
    assert [heard.attempt[1] for heard in stand_in.heard] == ["1", "2"]


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        (ACCEPT_THEN_HANG, FateUnknown(sentence="SendGrid did not answer in time")),
        (ACCEPT_THEN_TRICKLE, FateUnknown(sentence="SendGrid did not answer in time")),
        (ACCEPT_WITH_ENDLESS_BODY, Accepted(provider_id="sg-1")),  # the status was there, and it is the verdict
    ],
)
def test_an_answer_that_never_ends_is_given_up_at_the_limit_of_the_whole_request(
    stand_in: SendGridStandIn, hasty: SendGrid, reply: Reply, end: HandOver
) -> None:
    stand_in.answer(reply)
    begin = time.monotonic()
    assert hasty.hand_over(letter(), 1) == end
    assert SHORT.total_seconds() * 0.9 < time.monotonic() - begin < 10
    assert len(stand_in.heard) == 1


def test_whatever_was_taken_is_never_called_not_taken(stand_in: SendGridStandIn, sendgrid: SendGrid) -> None:
    replies = (ACCEPT, ACCEPT_THEN_500, ACCEPT_THEN_RESET, ACCEPT_THEN_CLOSE, Reply(503), limited(1))
    for reply in replies:
        stand_in.answer(reply)
        end = sendgrid.hand_over(letter(), 1)
        assert isinstance(end, Accepted | FateUnknown) == stand_in.heard[-1].taken


def test_many_messages_share_one_connection(stand_in: SendGridStandIn, sendgrid: SendGrid) -> None:
    stand_in.answer(ACCEPT, refusal(400), limited(1), Reply(503))
    for attempt in range(12):
        sendgrid.hand_over(letter(), attempt)
    assert {heard.connection for heard in stand_in.heard} == {1}


def test_several_threads_send_at_once(stand_in: SendGridStandIn, sendgrid: SendGrid) -> None:
    letters = [letter(id=f"message-{number}") for number in range(8)]
    with ThreadPoolExecutor(max_workers=8) as threads:
        ends = list(threads.map(sendgrid.hand_over, letters, range(1, 9)))
    assert {heard.attempt[0] for heard in stand_in.heard} == {each.id for each in letters}
    assert {type(end) for end in ends} == {Accepted}


def test_nobody_at_the_address_is_not_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with SendGrid(KEY, host=f"http://127.0.0.1:{port}") as sendgrid:
        assert sendgrid.hand_over(letter(), 1) == NotTaken(sentence="there is no connection to SendGrid")


def test_a_failed_encryption_is_not_taken(stand_in: SendGridStandIn) -> None:
    with SendGrid(KEY, host=stand_in.url.replace("http", "https")) as sendgrid:
        assert isinstance(sendgrid.hand_over(letter(), 1), NotTaken)
    assert stand_in.heard == ()


def test_a_text_that_looks_like_an_api_key_is_refused_before_anything_leaves(
    stand_in: SendGridStandIn, sendgrid: SendGrid
) -> None:
    assert isinstance(sendgrid.hand_over(letter(text="SG.abc123.def456"), 1), Refused)
    assert stand_in.heard == ()


def test_no_sentence_and_no_log_holds_an_address_a_name_or_the_key(
    stand_in: SendGridStandIn, sendgrid: SendGrid, hasty: SendGrid, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telling = f"{ROSA.name} <{ROSA.email}> may not be written to with {KEY}"
    replies = [
        *(refusal(status, telling, ROSA.email) for status in (200, 202, 302, 400, 401, 403, 404, 413, 429, 500, 503))
    ]
    replies += [ACCEPT_THEN_RESET, ACCEPT_THEN_CLOSE]
    stand_in.answer(*replies)
    said = [sentence(sendgrid.hand_over(letter(), 1)) for _ in replies]
    stand_in.answer(ACCEPT_THEN_HANG)
    said.append(sentence(hasty.hand_over(letter(), 1)))
    assert len(said) == len(stand_in.heard)
    for secret in (ROSA.email, ROSA.name, "Rosa", "certification@example.org", "help@example.org", KEY):
        assert secret not in " ".join(said)
        assert secret not in caplog.text


@pytest.mark.parametrize("key", ["", "SG.a\r\nX: b", "SG a", "SG.é"])
def test_a_key_that_cannot_be_one_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="API key"):
        SendGrid(key)


@pytest.mark.parametrize(
    "host", ["api.sendgrid.com", "ftp://api.sendgrid.com", "https://api.sendgrid.com/v3", "https://"]
)
def test_a_host_that_cannot_be_one_is_refused_at_once(host: str) -> None:
    with pytest.raises(ValueError, match="host"):
        SendGrid(KEY, host=host)
