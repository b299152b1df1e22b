import json
import time
from datetime import timedelta

import pytest

from mail.sendgrid_answers import LONGEST_WAIT, sorted_out
from mail.transport import Accepted, ChannelRefused, FateUnknown, NotTaken, Refused
from tests.mail.letters import letter


def complaint(message: object, field: object = None) -> bytes:
    return json.dumps({"errors": [{"message": message, "field": field}]}).encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Refused) for status in (200, 400, 406, 413, 451)),
        *((status, ChannelRefused) for status in (301, 307, 401, 403, 404, 405, 415)),
        *((status, NotTaken) for status in (429, 503)),
        *((status, FateUnknown) for status in (201, 204, 500, 502, 504, 520)),
        (202, Accepted),
    ],
)
def test_every_status_has_one_meaning(status: int, kind: type) -> None:
    end = sorted_out(status, {}, b"", letter())
    assert type(end) is kind
    if not isinstance(end, Accepted | ChannelRefused) or status not in (202, 401):
        assert str(status) in end.model_dump_json() or status == 200


def test_accepted_keeps_the_provider_s_name_for_the_request() -> None:
    assert sorted_out(202, {"x-message-id": "sg-7"}, b"", letter()) == Accepted(provider_id="sg-7")


def test_a_limited_rate_waits_for_its_reset_and_a_little_more() -> None:
    end = sorted_out(429, {"x-ratelimit-reset": str(int(time.time()) + 30)}, b"", letter())
    assert isinstance(end, NotTaken)
    assert end.retry_after is not None
    assert timedelta(seconds=28) < end.retry_after < timedelta(seconds=36)


def test_two_messages_limited_at_once_do_not_come_back_at_once() -> None:
    waits = {
        sorted_out(429, {"x-ratelimit-reset": "1"}, b"", letter(id=f"message-{number}")).model_dump_json()
        for number in range(20)
    }
    assert len(waits) > 15


@pytest.mark.parametrize("reset", ["", "soon", "-5", "9" * 30, "١٢"])
def test_a_reset_that_cannot_be_read_names_no_time(reset: str) -> None:
    assert sorted_out(429, {"x-ratelimit-reset": reset}, b"", letter()) == NotTaken(
        sentence="SendGrid limits the rate (status 429)"
    )


def test_a_reset_far_away_waits_an_hour_and_one_in_the_past_hardly_at_all() -> None:
    far = sorted_out(429, {"x-ratelimit-reset": "99999999999"}, b"", letter())
    past = sorted_out(429, {"x-ratelimit-reset": "1"}, b"", letter())
    assert isinstance(far, NotTaken)
    assert isinstance(past, NotTaken)
    assert far.retry_after is not None
    assert past.retry_after is not None
    assert LONGEST_WAIT <= far.retry_after <= LONGEST_WAIT + timedelta(seconds=5)
    assert timedelta(0) <= past.retry_after <= timedelta(seconds=5)


def test_a_refusal_names_field_and_reason() -> None:
    end = sorted_out(400, {}, complaint("Does not contain a valid address.", "personalizations.0.to.0.email"), letter())
    assert end == Refused(
        sentence="SendGrid refused the message (status 400): personalizations.0.to.0.email:"
        " “Does not contain a valid address.”"
    )


@pytest.mark.parametrize(
    "words",
    [
        "The address rosa.aldana@reader.example is wrong.",
        "The address nobody@elsewhere.test is wrong.",
        "No mailbox for ALDANA",
        "unknown domain reader",
        "Dear Rosa",
        "two\nlines",
        "long " * 100,
    ],
)
def test_a_refusal_never_repeats_a_name_or_an_address(words: str) -> None:
    end = sorted_out(400, {}, complaint(words, words), letter())
    assert end == Refused(sentence="SendGrid refused the message (status 400)")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff", b"[]", b'{"errors":[]}', b'{"errors":[3]}', b"null", complaint(None), complaint({})],
)
def test_a_refusal_without_a_readable_reason_is_still_one(body: bytes) -> None:
    assert sorted_out(400, {}, body, letter()) == Refused(sentence="SendGrid refused the message (status 400)")
