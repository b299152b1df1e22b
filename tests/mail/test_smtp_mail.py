import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from mail.message import Mailbox, to_bytes
from mail.smtp_mail import Smtp
from mail.transport import Accepted, ChannelRefused, FateUnknown, NotTaken, Refused, Transport
from tests.mail.letters import DESK, ROSA, letter
from tests.mail.smtp_script import ACCEPT, Place, Told
from tests.mail.smtp_stand_in import SmtpStandIn

SHORT: Final = timedelta(seconds=0.4)  # for what never ends; all else has the time of a busy machine
LONGER_THAN_ANY_BUFFER: Final = f"{'x' * 70}\n" * 100_000
SENT: Final = Accepted(provider_id="Ok: queued as Q1")


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[SmtpStandIn]:
    with SmtpStandIn(tmp_path / "messages.jsonl") as server:
        yield server


@pytest.fixture
def smtp(stand_in: SmtpStandIn) -> Iterator[Smtp]:
    with Smtp("127.0.0.1", stand_in.port) as transport:
        yield transport


@pytest.fixture
def hasty(stand_in: SmtpStandIn) -> Iterator[Smtp]:
    with Smtp("127.0.0.1", stand_in.port, until_the_dot=SHORT, total=SHORT * 2) as transport:
        yield transport


def parsed(content: str) -> EmailMessage:
    message = message_from_string(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_an_accepted_message_arrives_byte_for_byte(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    transport: Transport = smtp
    assert transport.hand_over(letter(), 3) == SENT
    assert (transport.name, transport.evidence) == ("smtp", "none")
    (heard,) = stand_in.heard
    assert heard.content.encode() == to_bytes(letter())
    assert (heard.sender, heard.readers) == ("certification@example.org", [ROSA.email])
    assert heard.options == [f"SIZE={len(heard.content)}"]


def test_every_attempt_carries_the_same_bytes(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    for attempt in (1, 2):
        smtp.hand_over(letter(), attempt)
    assert len({heard.content for heard in stand_in.heard}) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_dots_and_line_ends_neither_end_a_message_nor_smuggle_in_another(
    stand_in: SmtpStandIn, smtp: Smtp, end: str
) -> None:
    lines = [".", "..two", "", ".", "MAIL FROM:<forged@example.org>", "RCPT TO:<victim@example.org>", "DATA", ".", "x"]
    assert smtp.hand_over(letter(text=end.join(lines)), 1) == SENT
    (heard,) = stand_in.heard
    body = parsed(heard.content).get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == lines


def test_names_and_subjects_of_every_script_arrive(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    reader = Mailbox(name="Łucja Nguyễn-Østergård, 山田", email=ROSA.email)
    smtp.hand_over(letter(to=(reader,), subject="Señal — 期限 ✓", text="Grüße\n", html="<p>Grüße</p>"), 1)
    message = parsed(stand_in.heard[0].content)
    assert [(to.display_name, to.addr_spec) for to in message["To"].addresses] == [(reader.name, reader.email)]
    assert message["Subject"] == "Señal — 期限 ✓"


@pytest.mark.parametrize("forged", ["Rosa\r\nBcc: victim@example.org", "Rosa\nX: y", "Rosa\r\n.\r\nMAIL FROM:<x@y.z>"])
def test_nothing_that_forges_a_header_comes_as_far_as_a_transport(forged: str) -> None:
    for changes in ({"subject": forged}, {"to": (ROSA.model_copy(update={"name": forged}).model_dump(),)}):
        with pytest.raises(ValidationError):
            letter(**changes)


def test_a_name_cannot_add_a_reader(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    smtp.hand_over(letter(to=(Mailbox(name='A" <victim@example.org>, "B', email=ROSA.email),)), 1)
    (heard,) = stand_in.heard
    assert heard.readers == [ROSA.email]
    assert [to.addr_spec for to in parsed(heard.content)["To"].addresses] == [ROSA.email]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (ACCEPT, Accepted),
        *((Told(place, "451 4.3.0 later"), NotTaken) for place in ("greeting", "hello", "sender", "recipient", "data")),
        (Told("recipient", "450 4.2.0 greylisted"), NotTaken),
        (Told("message", "452 4.3.1 no room"), NotTaken),
        *((Told(place, "421 4.3.2 closing"), NotTaken) for place in ("greeting", "sender", "recipient", "message")),
        *((Told(place, "554 5.0.0 no"), ChannelRefused) for place in ("greeting", "hello", "sender")),
        *((Told(place, "530 5.7.0 log in first"), ChannelRefused) for place in ("sender", "recipient", "message")),
        (Told("sender", "552 5.3.4 too large"), Refused),
        *((Told(place, "554 5.0.0 no"), Refused) for place in ("recipient", "data", "message")),
        (Told("recipient", "550 5.1.1 no such user"), Refused),
        (Told("recipient", "554 5.7.1 relay access denied"), ChannelRefused),
        *((Told(place, "what"), NotTaken) for place in ("greeting", "sender", "recipient", "data")),
        (Told("data", "250 taken"), NotTaken),
        *((Told(place, manner="close"), NotTaken) for place in ("greeting", "hello", "sender", "recipient", "data")),
        (Told(manner="close"), FateUnknown),
        (Told(manner="close", taken=True), FateUnknown),
        (Told(reply="what", taken=True), FateUnknown),
        (Told(reply="354 go on", taken=True), FateUnknown),
    ],
)
def test_every_end_is_sorted_and_the_next_message_goes_out_as_ever(
    stand_in: SmtpStandIn, smtp: Smtp, told: Told, kind: type
) -> None:
    stand_in.answer(told)
    end = smtp.hand_over(letter(), 1)
    assert type(end) is kind, end
    assert not told.taken or kind in {Accepted, FateUnknown}
    assert isinstance(smtp.hand_over(letter(id="next"), 2), Accepted)


def test_a_connection_that_breaks_amid_the_text_has_taken_nothing(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    stand_in.answer(Told("text", manner="close"))
    assert smtp.hand_over(letter(text=LONGER_THAN_ANY_BUFFER), 1) == NotTaken(
        sentence="the connection to the SMTP server broke; nothing was handed over"
    )
    assert stand_in.heard == ()


@pytest.mark.parametrize(
    ("reply", "kind"), [("552 5.3.4 too large", Refused), ("452 no room", NotTaken), ("250 x", NotTaken)]
)
def test_a_reply_amid_the_text_is_heard_before_the_final_dot(
    stand_in: SmtpStandIn, smtp: Smtp, reply: str, kind: type
) -> None:
    stand_in.answer(Told("text", reply))
    assert type(smtp.hand_over(letter(text=LONGER_THAN_ANY_BUFFER), 1)) is kind
    assert stand_in.heard == ()
    assert isinstance(smtp.hand_over(letter(), 2), Accepted)


@pytest.mark.parametrize("place", ["greeting", "hello", "sender", "recipient", "data"])
def test_a_server_that_is_silent_before_the_final_dot_has_taken_nothing(
    stand_in: SmtpStandIn, hasty: Smtp, place: Place
) -> None:
    stand_in.answer(Told(place, manner="hang"))
    assert hasty.hand_over(letter(), 1) == NotTaken(sentence="the SMTP server was too slow; nothing was handed over")
    assert stand_in.heard == ()


def test_a_reply_that_trickles_before_the_final_dot_has_taken_nothing(stand_in: SmtpStandIn, hasty: Smtp) -> None:
    stand_in.answer(Told("recipient", manner="trickle"))
    assert hasty.hand_over(letter(), 1) == NotTaken(sentence="the SMTP server was too slow; nothing was handed over")
    assert stand_in.heard == ()


@pytest.mark.parametrize("manner", ["hang", "trickle"])
@pytest.mark.parametrize("taken", [True, False])
def test_a_server_that_is_silent_after_the_final_dot_leaves_a_fate_unknown(
    stand_in: SmtpStandIn, hasty: Smtp, manner: Any, taken: bool
) -> None:
    stand_in.answer(Told(manner=manner, taken=taken))
    begin = time.monotonic()
    assert hasty.hand_over(letter(), 1) == FateUnknown(sentence="the SMTP server did not answer in time")
    assert SHORT.total_seconds() * 1.8 < time.monotonic() - begin < 10
    assert len(stand_in.heard) == 1


def test_refused_for_some_readers_it_reaches_the_others_and_says_so(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    stand_in.answer(Told(taken=True, readers={"office@example.org": "550 5.1.1 office@example.org has left"}))
    end = smtp.hand_over(letter(to=DESK), 1)
    assert end == Accepted(
        provider_id="Ok: queued as Q1",
        remark="refused for 1 of 3 recipients (status 550 5.1.1); the others have it",
    )
    assert stand_in.heard[0].readers == ["desk@example.org", "chair@x.example"]


def test_put_off_for_some_readers_it_reaches_nobody_yet(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    readers = {"office@example.org": "550 5.1.1 gone", "chair@x.example": "450 4.2.0 greylisted"}
    stand_in.answer(Told(readers=readers))
    assert smtp.hand_over(letter(to=DESK), 1) == NotTaken(
        sentence="the SMTP server put off the recipient (status 450 4.2.0): “greylisted”"
    )
    assert stand_in.heard == ()
    assert smtp.hand_over(letter(to=DESK), 2) == SENT


def test_a_server_that_leaves_amid_the_readers_is_quoted_with_its_reason(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    stand_in.answer(Told(readers={"desk@example.org": "421 4.3.2 closing"}))
    assert smtp.hand_over(letter(to=DESK), 1) == NotTaken(
        sentence="the SMTP server put off the recipient (status 421 4.3.2): “closing”"
    )


def test_refused_for_all_readers_it_is_refused_and_for_a_mendable_cause_the_channel_is(
    stand_in: SmtpStandIn, smtp: Smtp
) -> None:
    everybody = {mailbox.email: "550 5.1.1 gone" for mailbox in DESK}
    stand_in.answer(Told(readers=everybody), Told(readers={**everybody, "chair@x.example": "550 relay not permitted"}))
    assert isinstance(smtp.hand_over(letter(to=DESK), 1), Refused)
    assert isinstance(smtp.hand_over(letter(to=DESK), 2), ChannelRefused)
    assert stand_in.heard == ()


def test_an_address_that_stands_there_twice_is_one_reader(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    smtp.hand_over(letter(to=(*DESK, DESK[0])), 1)
    assert stand_in.heard[0].readers == [mailbox.email for mailbox in DESK]


def test_nobody_at_the_address_is_not_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with Smtp("127.0.0.1", port) as smtp:
        assert smtp.hand_over(letter(), 1) == NotTaken(sentence="there is no connection to the SMTP server")


@pytest.mark.parametrize(
    ("host", "given", "said"),
    [
        ("", {}, "host"),
        ("smtp://mail.example.org", {}, "host"),
        ("mail.example.org:587", {}, "host"),
        ("mail..example.org", {}, "host"),
        ("x" * 64, {}, "host"),
        ("mail.example.org", {"port": 0}, "port"),
        ("mail.example.org", {"user": "u"}, "both"),
        ("mail.example.org", {"password": "p"}, "both"),
        ("mail.example.org", {"user": "u", "password": "p\r\n"}, "control"),
        ("mail.example.org", {"user": "u", "password": "p", "security": "none"}, "encrypted"),
        ("mail.example.org", {"ehlo": "a b"}, "EHLO"),
        ("mail.example.org", {"ehlo": "a\r\nMAIL"}, "EHLO"),
    ],
)
def test_what_cannot_be_right_is_refused_at_once(host: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Smtp(host, **given)
