"""SendGrid's words become ours, and nothing that a post holds is lost or raises."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.sendgrid_events import Event, Post, read
from tests.mail.sendgrid.reports import FIELDS, account_changed, async_bounce, body, copy, report

AT: Final = 1_790_000_000
NOW: Final = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)


def read_one(event: Mapping[str, Any]) -> Event:
    [found] = read(body([event]), NOW).events
    return found


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("processed", "processed"),
        ("deferred", "deferred"),
        ("delivered", "delivered"),
        ("bounce", "bounced"),
        ("blocked", "blocked"),
        ("dropped", "dropped"),
        ("open", "opened"),
        ("machine_open", "opened"),
        ("click", "clicked"),
        ("spamreport", "complained"),
        ("unsubscribe", "unsubscribed"),
        ("group_unsubscribe", "group_unsubscribed"),
        ("group_resubscribe", "group_resubscribed"),
    ],
)
def test_every_kind_has_a_word_of_ours_and_keeps_its_own(kind: str, ours: str) -> None:
    event = read_one(report(kind, AT, "m-1", 2, name="sg-1"))
    assert event.kind == ours
    assert event.provider_kind == FIELDS.get(kind, {}).get("event", kind)
    assert (event.message_id, event.attempt) == ("m-1", 2)
    assert event.at == datetime.fromtimestamp(AT, UTC)
    assert event.hand_over_id == "sg-1"


def test_the_account_s_own_events_say_what_changed() -> None:
    event = read_one(account_changed(AT))
    assert (event.kind, event.reason, event.address) == ("account_changed", "compliance_suspend", None)


def test_what_was_said_is_kept_word_for_word() -> None:
    bounced = read_one(report("bounce", AT, "m-1", 1, name="sg-1"))
    assert (bounced.status, bounced.reason) == ("5.1.1", FIELDS["bounce"]["reason"])
    assert bounced.raw["bounce_classification"] == "Invalid Address"
    clicked = read_one(report("click", AT, "m-1", 1, name="sg-1"))
    assert clicked.url == "https://portal.example.org/applications/1"
    delivered = read_one(report("delivered", AT, "m-1", 1, name="sg-1"))
    assert delivered.response == FIELDS["delivered"]["response"]


def test_an_image_loaded_by_a_machine_is_told_from_one_loaded_for_a_person() -> None:
    assert read_one(report("machine_open", AT, "m-1", 1)).machine
    assert not read_one(report("open", AT, "m-1", 1)).machine


@pytest.mark.parametrize(
    ("type_", "classification", "status", "kind", "failure"),
    [
        ("bounce", "Invalid Address", "5.1.1", "bounced", "invalid_address"),
        ("bounce", "Mailbox Unavailable", "5.2.2", "bounced", "mailbox_unavailable"),
        ("bounce", "Content", "5.7.1", "bounced", "content"),
        ("bounce", "Unclassified", "5.1.10", "bounced", "invalid_address"),
        ("bounce", None, "5.2.1", "bounced", "mailbox_unavailable"),
        ("bounce", None, None, "bounced", "unclassified"),
        (None, None, None, "bounced", "unclassified"),
        ("blocked", "Reputation", "5.7.1", "blocked", "reputation"),
        ("blocked", "Frequency or Volume Too High", "4.7.0", "blocked", "frequency"),
        ("blocked", "Technical Failure", None, "blocked", "technical"),
        ("blocked", "Invalid Address", "5.1.1", "blocked", "invalid_address"),
        ("blocked", "Lunar Phase", None, "blocked", "Lunar Phase"),
        ("expired", None, None, "blocked", "expired"),
    ],
)
def test_the_type_says_whether_it_bounced_and_only_then_the_classification_why(
    type_: str | None, classification: str | None, status: str | None, kind: str, failure: str
) -> None:
    event = read_one(
        report("bounce", AT, "m-1", 1, type=type_, bounce_classification=classification, status=status, reason="no")
    )
    assert (event.kind, event.failure) == (kind, failure)


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("Bounced Address", "bounced_address"),
        ("Unsubscribed Address", "unsubscribed_address"),
        ("Spam Reporting Address", "spam_reporting_address"),
        ("Invalid", "invalid"),
        ("Invalid SMTPAPI header", "invalid_header"),
        ("Spam Content (if Spam Checker app enabled)", "spam_content"),
        ("Recipient List over Package Quota", "over_quota"),
        ("Some new reason of theirs", "Some new reason of theirs"),
        (None, "unclassified"),
    ],
)
def test_the_reason_of_a_drop_has_a_class_or_stays_theirs(reason: str | None, failure: str) -> None:
    assert read_one(report("dropped", AT, "m-1", 1, reason=reason)).failure == failure


def test_a_kind_that_nobody_knows_is_kept_raw() -> None:
    event = read_one({"event": "teleported", "timestamp": AT, "where": ["there"]})
    assert (event.kind, event.provider_kind, event.raw["where"]) == ("unknown", "teleported", ["there"])


def test_two_unknown_things_are_two_even_in_one_second() -> None:
    one, two = read(body([{"event": "teleported", "to": "a"}, {"event": "teleported", "to": "b"}]), NOW).events
    assert one.content != two.content
    again = read_one(copy({"event": "teleported", "to": "a"}, new_id=True))
    assert again.content == one.content


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_a_copy_under_another_id_has_the_same_content_and_another_second_has_not(kind: str) -> None:
    original = report(kind, AT, "m-1", 1)
    assert read_one(copy(original, new_id=True)).content == read_one(original).content
    assert read_one({**original, "timestamp": AT + 1}).content != read_one(original).content
    assert read_one({**original, "att": "2"}).content != read_one(original).content


@pytest.mark.parametrize("kind", ["processed", "dropped", "bounce"])
def test_what_became_of_two_readers_of_one_message_in_one_second_is_two_events(kind: str) -> None:
    ada, grace = (report(kind, AT, "m-1", 1, email=email) for email in ("ada@example.org", "grace@example.org"))
    assert read_one(ada).content != read_one(grace).content
    assert read_one({**ada, "email": "Ada@Example.org"}).content == read_one(ada).content


def test_a_bounce_that_comes_later_names_nothing_but_its_address() -> None:
    event = read_one(async_bounce(AT, "Ada@Example.org"))
    assert (event.message_id, event.attempt, event.hand_over_id) == (None, None, None)
    assert event.address == "ada@example.org"


def test_an_event_without_a_time_happened_when_its_post_was_signed() -> None:
    for wrong in (None, "", "soon", -5, 10**30, 1e300, [AT], True):
        assert read_one({"event": "open", "timestamp": wrong}).at == NOW


@pytest.mark.parametrize(
    ("content", "events", "unreadable"),
    [
        (b"", 0, 1),
        (b"null", 0, 1),
        (b'"text"', 0, 1),
        (b"[]", 0, 0),
        (b'{"event":"open"}', 0, 1),
        (b'[{"event":"open"}, 5, null, ["x"], {"event":"click"}]', 2, 3),
        (b'\xef\xbb\xbf[{"event":"open"}]', 1, 0),
        (b'[{"event":"open","email":"\xff\xfe@example.org"}]', 1, 0),
        (b'[{"event":"open"},\r\n{"event":"cl,\r\n{"event":"delivered"}]\r\n', 2, 1),
        (b'[{"event":"open"},\r\n{"event":' + b"[" * 100_000 + b',\r\n{"event":"delivered"}]', 2, 1),
        (b'[{"event":"open","n":' + b"9" * 5000 + b"}]", 1, 0),
    ],
)
def test_one_that_cannot_be_read_leaves_the_others(content: bytes, events: int, unreadable: int) -> None:
    post = read(content, NOW)
    assert (len(post.events), post.unreadable) == (events, unreadable)


def test_what_no_database_stores_is_replaced() -> None:
    content = rb'[{"event":"bounce","reason":"a\u0000b\ud800c","x":1e999,"y":NaN,"\u0000":-12345678901234567890}]'
    [event] = read(content, NOW).events
    assert event.reason == "a\ufffdb\ufffdc"
    assert event.raw["x"] == "1e999"
    assert event.raw["y"] == "NaN"
    assert event.raw["\ufffd"] == "-12345678901234567890"
    json.dumps(event.raw, ensure_ascii=False, allow_nan=False).encode()


ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES: Final = st.sampled_from(
    ["event", "type", "timestamp", "email", "mid", "att", "sg_event_id", "sg_message_id", "reason", "status", "url",
     "response", "sg_machine_open", "bounce_classification", "other"]
)  # fmt: skip
KINDS: Final = st.sampled_from([*FIELDS, "account_status_change", "weird"])


@given(st.lists(st.dictionaries(NAMES, ANYTHING | KINDS, max_size=8) | ANYTHING, max_size=4))
def test_whatever_stands_in_a_post_is_read_without_raising_and_can_be_stored(things: list[Any]) -> None:
    post = read(json.dumps(things).encode(), NOW)
    assert len(post.events) + post.unreadable == len(things)
    for event in post.events:
        for text in (event.reason, event.status, event.url, event.address, event.event_id, event.provider_kind):
            assert "\x00" not in (text or "")
            (text or "").encode()
        json.dumps(event.raw, ensure_ascii=False, allow_nan=False).encode()


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\ued8\r\n0123456789.eE-', max_size=60).map(str.encode))
def test_whatever_bytes_come_are_read_without_raising(content: bytes) -> None:
    assert isinstance(read(content, NOW), Post)
