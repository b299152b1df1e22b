import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from mail.smtp_mail import Smtp, usual_security
from mail.transport import Accepted, ChannelRefused, FateUnknown, HandOver, NotTaken
from tests.mail.certificates import Encryption, certified
from tests.mail.letters import DESK, ROSA, letter
from tests.mail.smtp_script import Place, Told
from tests.mail.smtp_stand_in import SmtpStandIn

SHORT: Final = timedelta(seconds=1)  # for what never ends; all else has the time of a busy machine
USER: Final = ("waypost@relay.example", "pässword that opens nothing")
SENT: Final = Accepted(provider_id="Ok: queued as Q1")


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[SmtpStandIn]:
    with SmtpStandIn(tmp_path / "messages.jsonl") as server:
        yield server


def sentence(end: HandOver) -> str:
    return f"{end.provider_id} {end.remark}" if isinstance(end, Accepted) else end.sentence


@pytest.fixture
def encryption(tmp_path: Path) -> Encryption:
    return certified(tmp_path)


@pytest.fixture
def trusted(encryption: Encryption, monkeypatch: pytest.MonkeyPatch) -> Encryption:
    monkeypatch.setenv("SSL_CERT_FILE", str(encryption.authority))
    return encryption


def test_starttls_encrypts_before_anything_is_said_of_the_message(tmp_path: Path, trusted: Encryption) -> None:
    with (
        SmtpStandIn(tmp_path / "log", starttls=trusted.server) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="starttls") as smtp,
    ):
        for attempt in (1, 2):
            assert isinstance(smtp.hand_over(letter(), attempt), Accepted)
        assert [heard.encrypted for heard in stand_in.heard] == [True, True]
        assert (stand_in.connections, len(stand_in.hellos)) == (1, 2)


def test_tls_encrypts_from_the_first_byte(tmp_path: Path, trusted: Encryption) -> None:
    with (
        SmtpStandIn(tmp_path / "log", tls=trusted.server) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="tls") as smtp,
    ):
        for attempt in (1, 2):
            assert isinstance(smtp.hand_over(letter(text="many words\n" * 20_000), attempt), Accepted)
        assert [heard.encrypted for heard in stand_in.heard] == [True, True]
        assert stand_in.connections == 1


@pytest.mark.parametrize("manner", ["close", "hang"])
def test_a_silence_under_encryption_is_sorted_as_one_without(tmp_path: Path, trusted: Encryption, manner: Any) -> None:
    with (
        SmtpStandIn(tmp_path / "log", tls=trusted.server) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="tls", until_the_dot=SHORT, total=SHORT * 2) as smtp,
    ):
        stand_in.answer(Told("data", manner=manner), Told(manner=manner, taken=True))
        assert isinstance(smtp.hand_over(letter(), 1), NotTaken)
        assert isinstance(smtp.hand_over(letter(), 2), FateUnknown)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_closes_the_channel(
    tmp_path: Path, encryption: Encryption, security: Any
) -> None:
    tls, starttls = (encryption.server, None) if security == "tls" else (None, encryption.server)
    login = USER if starttls else None
    with (
        SmtpStandIn(tmp_path / "log", tls=tls, starttls=starttls, login=login) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security=security, user=USER[0], password=USER[1]) as smtp,
    ):
        end = smtp.hand_over(letter(), 1)
        assert isinstance(end, ChannelRefused)
        assert end.sentence.startswith("the SMTP server's certificate is not to be trusted: ")
        assert stand_in.heard == ()
        assert stand_in.logins == 0


def test_a_certificate_for_another_host_closes_the_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = certified(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.authority))
    with (
        SmtpStandIn(tmp_path / "log", tls=other.server) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="tls") as smtp,
    ):
        assert isinstance(smtp.hand_over(letter(), 1), ChannelRefused)
        assert stand_in.heard == ()


def test_without_starttls_on_offer_neither_password_nor_message_leaves(stand_in: SmtpStandIn) -> None:
    with Smtp("127.0.0.1", stand_in.port, security="starttls", user="u", password="p") as smtp:
        assert smtp.hand_over(letter(), 1) == ChannelRefused(sentence="the SMTP server does not offer STARTTLS")
    assert (stand_in.heard, stand_in.logins) == ((), 0)


@pytest.mark.parametrize(
    "told", [Told("encryption", "454 later"), Told("encryption", "250-forged\r\n250 SIZE", manner="twice")]
)
def test_an_encryption_put_off_or_tampered_with_takes_nothing(tmp_path: Path, trusted: Encryption, told: Told) -> None:
    with (
        SmtpStandIn(tmp_path / "log", starttls=trusted.server) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="starttls") as smtp,
    ):
        stand_in.answer(told)
        assert isinstance(smtp.hand_over(letter(), 1), NotTaken)
        assert stand_in.heard == ()
        assert isinstance(smtp.hand_over(letter(), 2), Accepted)


def test_encryption_where_none_is_spoken_takes_nothing(stand_in: SmtpStandIn) -> None:
    with Smtp("127.0.0.1", stand_in.port, security="tls") as smtp:
        assert isinstance(smtp.hand_over(letter(), 1), NotTaken)
    assert stand_in.heard == ()


@pytest.mark.parametrize("mechanisms", [("PLAIN", "LOGIN"), ("PLAIN",), ("LOGIN",)])
def test_it_logs_in_with_what_the_server_knows(
    tmp_path: Path, trusted: Encryption, mechanisms: tuple[str, ...]
) -> None:
    with (
        SmtpStandIn(tmp_path / "log", starttls=trusted.server, login=USER, mechanisms=mechanisms) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="starttls", user=USER[0], password=USER[1]) as smtp,
    ):
        assert smtp.hand_over(letter(), 1) == SENT
        assert stand_in.heard[0].user == USER[0]


@pytest.mark.parametrize(
    ("given", "mechanisms", "said"),
    [
        ((USER[0], "wrong"), ("PLAIN",), "the SMTP server refused the user or the password (status 535 5.7.8)"),
        ((USER[0], "wrong"), ("LOGIN",), "the SMTP server refused the user or the password (status 535 5.7.8)"),
        (("", ""), ("PLAIN",), "the SMTP server refused the sender (status 530 5.7.0): “Authentication required”"),
        (USER, (), "the SMTP server does not offer a login by AUTH PLAIN or AUTH LOGIN"),
    ],
)
def test_a_login_that_fails_or_lacks_closes_the_channel(
    tmp_path: Path, trusted: Encryption, given: tuple[str, str], mechanisms: tuple[str, ...], said: str
) -> None:
    with (
        SmtpStandIn(tmp_path / "log", starttls=trusted.server, login=USER, mechanisms=mechanisms) as stand_in,
        Smtp("127.0.0.1", stand_in.port, security="starttls", user=given[0], password=given[1]) as smtp,
    ):
        assert smtp.hand_over(letter(), 1) == ChannelRefused(sentence=said)
        assert stand_in.heard == ()


def test_no_sentence_and_no_log_holds_an_address_a_name_or_the_password(
    tmp_path: Path, trusted: Encryption, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telling = f"{ROSA.name} <{ROSA.email}> of certification@example.org may not, says {USER[0]} with {USER[1]}"
    places: tuple[Place, ...] = ("greeting", "hello", "encryption", "login", "sender", "recipient", "data", "message")
    told = [Told(place, f"{code} 5.7.1 {telling}") for place in places for code in ("450", "550")]
    told.append(Told(reply=f"250 2.0.0 {telling}", taken=True))
    told.append(Told(taken=True, readers={ROSA.email: f"550 5.1.1 {telling}"}))
    with SmtpStandIn(tmp_path / "log", starttls=trusted.server, login=USER) as stand_in:
        said = []
        for each in told:
            stand_in.answer(each)
            with Smtp("127.0.0.1", stand_in.port, security="starttls", user=USER[0], password=USER[1]) as smtp:
                said.append(sentence(smtp.hand_over(letter(to=(ROSA, *DESK)), 1)))
    assert all(f"status {each.reply[:3]}" in sentence for each, sentence in zip(told[:-2], said, strict=False))
    assert "refused for 1 of 4 recipients" in said[-1]
    for secret in (ROSA.email, "Rosa", "certification@example.org", "desk@", USER[0], "pässword"):
        assert secret not in "\n".join(said)
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("host", "port", "chosen"),
    [
        ("mail.example.org", 587, "starttls"),
        ("mail.example.org", 25, "starttls"),
        ("mail.example.org", 465, "tls"),
        ("127.0.0.1", 465, "tls"),
        ("127.0.0.1", 587, "starttls"),
        ("127.0.0.1", 25, "none"),
        ("::1", 1025, "none"),
        ("localhost", 1025, "none"),
    ],
)
def test_only_this_machine_is_spoken_to_without_encryption_unless_somebody_says_so(
    host: str, port: int, chosen: str
) -> None:
    assert usual_security(host, port) == chosen
