"""A post is SendGrid's, or it is not; nothing that anybody sends raises."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from mail.sendgrid_signature import SIGNATURE, TIMESTAMP, NotSigned, PublicKey, Signed, check, read_key
from tests.mail.sendgrid.signing import Signer

NOW: Final = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)
AT: Final = int(NOW.timestamp())
BODY: Final = b'[{"event":"delivered","email":"a\xc3\xa9@example.org"},\r\n{"event":"open"}]\r\n'
SIGNER: Final = Signer()


def key(signer: Signer = SIGNER) -> PublicKey:
    found = read_key(signer.public_key)
    assert found is not None
    return found


def checked(body: bytes = BODY, at: int | str = AT, *, signer: Signer = SIGNER, now: datetime = NOW) -> object:
    headers = signer.headers(body, at)
    return check(body, headers[SIGNATURE].encode(), headers[TIMESTAMP].encode(), [key()], now)


def sentence(answer: object) -> str:
    assert isinstance(answer, NotSigned)
    return answer.sentence


def test_a_post_of_sendgrid_says_when_it_was_signed() -> None:
    assert checked() == Signed(NOW, timedelta(0))


def test_the_package_of_sendgrid_finds_our_signatures_good_too() -> None:
    headers = SIGNER.headers(BODY, AT)
    webhook = EventWebhook(SIGNER.public_key)
    assert webhook.verify_signature(BODY.decode(), headers[SIGNATURE], headers[TIMESTAMP])
    assert not webhook.verify_signature(BODY.decode(), headers[SIGNATURE], str(AT + 1))


def test_the_signature_is_of_the_bytes_as_they_came() -> None:
    headers = SIGNER.headers(BODY, AT)
    written_again = json.dumps(json.loads(BODY)).encode()
    answer = check(written_again, headers[SIGNATURE].encode(), headers[TIMESTAMP].encode(), [key()], NOW)
    assert sentence(answer) == "the signature does not fit body, time and key"


def test_bytes_that_are_no_text_are_signed_like_any() -> None:
    assert isinstance(checked(b"\xff\xfe\x00[]"), Signed)


def test_while_the_key_is_changed_both_hold() -> None:
    old, new = Signer(), Signer()
    for signer in (old, new):
        headers = signer.headers(BODY, AT)
        both = [key(old), key(new)]
        assert isinstance(check(BODY, headers[SIGNATURE].encode(), headers[TIMESTAMP].encode(), both, NOW), Signed)


def test_a_stranger_s_signature_fits_nothing() -> None:
    assert sentence(checked(signer=Signer())) == "the signature does not fit body, time and key"


def test_without_a_key_nobody_is_believed() -> None:
    headers = SIGNER.headers(BODY, AT)
    answer = check(BODY, headers[SIGNATURE].encode(), headers[TIMESTAMP].encode(), [], NOW)
    assert "mail.sendgrid_webhook_keys" in sentence(answer)


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (timedelta(hours=24, minutes=59), None),
        (timedelta(hours=25, seconds=1), "signed more than 25 hours ago"),
        (timedelta(minutes=-4), None),
        (timedelta(minutes=-5, seconds=-1), "signed in the future"),
    ],
)
def test_a_post_may_come_a_day_late_and_a_little_early(skew: timedelta, said: str | None) -> None:
    answer = checked(now=NOW + skew)
    if said is None:
        assert answer == Signed(NOW, skew)
    else:
        assert said in sentence(answer)


@pytest.mark.parametrize("at", ["", "x", "-1", "1.5", "１７", "999999999999", "١٢"])
def test_a_time_that_is_no_number_is_not_signed(at: str) -> None:
    headers = SIGNER.headers(BODY, at)
    answer = check(BODY, headers[SIGNATURE].encode(), at.encode(), [key()], NOW)
    assert sentence(answer) == "the time of the signature is no number of seconds"


def test_without_its_headers_a_post_is_not_signed() -> None:
    headers = SIGNER.headers(BODY, AT)
    for signature, at in ((None, str(AT).encode()), (headers[SIGNATURE].encode(), None), (None, None)):
        assert "carries no signature" in sentence(check(BODY, signature, at, [key()], NOW))


@given(st.binary(max_size=120) | st.binary(max_size=120).map(base64.b64encode), st.binary(max_size=12))
def test_whatever_stands_in_the_headers_is_not_signed_and_nothing_more(signature: bytes, at: bytes) -> None:
    assert isinstance(check(BODY, signature, at, [key()], NOW), NotSigned)
    assert isinstance(check(BODY, signature, str(AT).encode(), [key()], NOW), NotSigned)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda each: base64.b64encode(each).decode()))
def test_whatever_is_given_as_a_key_is_none(text: str) -> None:
    assert read_key(text) is None


def test_keys_of_other_kinds_are_none() -> None:
    for other in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        der = other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert read_key(base64.b64encode(der).decode()) is None


def test_a_key_may_be_given_with_the_lines_of_pem() -> None:
    lines = [SIGNER.public_key[n : n + 64] for n in range(0, len(SIGNER.public_key), 64)]
    pem = "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
    assert read_key(pem) is not None
