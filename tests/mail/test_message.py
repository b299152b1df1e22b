from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mail.message import Email, Mailbox, to_bytes
from tests.mail.letters import letter


def parsed(email: Email) -> EmailMessage:
    message = message_from_bytes(to_bytes(email), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_is_text_then_html_with_every_header() -> None:
    message = parsed(letter())
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["From"] == "CWE Certification <certification@example.org>"
    assert message["To"] == "Rosa Aldana <rosa.aldana@reader.example>"
    assert message["Reply-To"] == "help@example.org"
    assert message["Message-ID"] == "<0198c1e0-7b1a-7000-8000-000000000001@example.org>"
    assert message["Date"].datetime == datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
    assert message["X-Waypost-Key"] == "due_reminder:P30D@2026-12-31>applicant"
    assert message["X-Waypost-Journey"] == "journey:cwe:p-1:application:1"


def test_the_bytes_are_the_same_every_time() -> None:
    assert to_bytes(letter()) == to_bytes(letter())


def test_a_long_key_stays_readable_in_its_header() -> None:
    key = "due_reminder:P30D@2026-12-31/" + "document-" * 20 + ">applicant"
    assert f"X-Waypost-Key: {key}\r\n".encode() in to_bytes(letter(headers={"X-Waypost-Key": key}))


def test_lines_end_as_rfc_5322_wants_them_and_none_is_too_long() -> None:
    content = to_bytes(letter(html="<p>" + "long words in one line " * 200 + "é</p>"))
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert content.isascii()


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85", "\ud800"])
@pytest.mark.parametrize("field", ["subject", "sender", "to", "headers", "header name", "message_id_header", "id"])
def test_a_line_end_or_nul_in_any_header_is_refused_without_repeating_the_value(sign: str, field: str) -> None:
    bad = f"Secret{sign}Bcc: x@example.org"
    changes: dict[str, dict[str, Any]] = {
        "subject": {"subject": bad},
        "sender": {"sender": {"name": bad, "email": "a@example.org"}},
        "to": {"to": ({"email": bad},)},
        "headers": {"headers": {"X-Waypost-Key": bad}},
        "header name": {"headers": {f"X-{bad}": "a"}},
        "message_id_header": {"message_id_header": f"<a@example.org>{bad}"},
        "id": {"id": bad},
    }
    with pytest.raises(ValidationError) as refused:
        letter(**changes[field])
    if field != "header name":  # a place is named by its key
        assert "Secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    ["", "rosa", "@example.org", "rosa@", "a b@example.org", "a@b@example.org", "rosa@-x.org", ".a@example.org",
     "a..b@example.org", "rosa@example..org", "<a@example.org>", "a,b@example.org", "é@example.org", "a@exämple.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Mailbox(email=address)


def test_a_message_to_nobody_is_refused() -> None:
    with pytest.raises(ValidationError):
        letter(to=())


def test_the_whole_is_seven_bits_whatever_the_language() -> None:
    email = letter(
        subject="Zürich", text="Zürich\n", html="<p>Zürich</p>", to=(Mailbox(name="Łucja", email="a@b.example"),)
    )
    assert to_bytes(email).isascii()


def test_what_looks_like_an_encoded_word_is_not_decoded() -> None:
    looks = "=?utf-8?q?Rosa?="
    headers = message_from_bytes(to_bytes(letter(subject=looks, to=(Mailbox(name=looks, email="a@b.example"),))))
    assert decoded(headers["Subject"]) == looks
    assert decoded(headers["To"]) == f"{looks} <a@b.example>"


WORDS = st.lists(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30), min_size=1, max_size=8
).map(" ".join)


def decoded(header: str) -> str:
    """The older of the library's two readers: the newer one puts spaces between adjacent encoded words of a name."""
    return str(make_header(decode_header(header)))


@settings(max_examples=60, deadline=None)
@given(subject=WORDS, name=WORDS, body=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=100))
def test_what_was_written_is_what_is_read(subject: str, name: str, body: str) -> None:
    rosa = Mailbox(name=name, email="rosa@reader.example")
    email = letter(subject=subject, to=(rosa, Mailbox(email="desk@example.org")), text=f"{body}\n", html=f"{body}\n")
    headers = message_from_bytes(to_bytes(email), policy=compat32)
    assert decoded(headers["Subject"]) == subject
    assert [(decoded(each), address) for each, address in getaddresses([headers["To"]])] == [
        (name, "rosa@reader.example"),
        ("", "desk@example.org"),
    ]
    contents = [part.get_content().replace("\r\n", "\n") for part in parsed(email).iter_parts()]
    assert contents == [email.text, email.html]


@pytest.mark.parametrize(
    "name", ["Bcc", "Subject", "Precedence", "List-Id", "List-Unsubscribe-Posts", "list-unsubscribe", "X-", "Date"]
)
def test_no_header_but_our_own_and_the_two_of_one_click_may_be_given(name: str) -> None:
    with pytest.raises(ValidationError):
        letter(headers={name: "a"})
