import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from workflows.envelope import MAX_BYTES, MAX_INTEGER, arrival, refused
from workflows.wire import Event, Rejected

NOW: Final = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
NOT_JSON: Final = "the payload is not valid JSON in UTF-8"
NO_INSTANT: Final = "at is not an RFC 3339 instant with its offset, such as 2026-12-01T09:00:00-05:00"
NO_ID: Final = "is not 1 to 64 letters, digits or ._-"


def payload(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def heard(data: bytes | dict[str, Any], name: str = "submitted") -> Event | Rejected:
    sent = data if isinstance(data, bytes) else json.dumps(data).encode()
    return arrival(name, [payload(sent)], 7, NOW)


def reason(data: bytes | dict[str, Any], name: str = "submitted") -> str:
    result = heard(data, name)
    assert isinstance(result, Rejected), result
    return result.reason


def event(data: bytes | dict[str, Any]) -> Event:
    result = heard(data)
    assert isinstance(result, Event), result
    return result


def test_every_field_of_an_envelope_is_read() -> None:
    sent = {
        "v": 1,
        "id": "e-1",
        "at": "2026-11-30T23:59:59.5-05:00",
        "item": "course.7",
        "by": "staff.a_b-9",
        "data": {"n": 1},
    }

    assert event(sent).model_dump(exclude={"size", "hash"}) == {
        "n": 7,
        "type": "submitted",
        "id": "e-1",
        "at": datetime(2026, 12, 1, 4, 59, 59, 500_000, tzinfo=UTC),
        "heard_at": NOW,
        "item": "course.7",
        "by": "staff.a_b-9",
        "data": {"n": 1},
    }


@pytest.mark.parametrize(
    "payloads",
    [
        [],
        [payload(b"{}")],
        [payload(b"null")],
        [payload(b"", b"binary/null")],
        [payload(b'{"v":1,"id":null,"at":null,"item":null,"by":null,"data":null}')],
    ],
)
def test_everything_is_optional(payloads: Sequence[RawValue]) -> None:
    bare = arrival("submitted", payloads, 7, NOW)

    assert isinstance(bare, Event)
    assert bare.model_dump(exclude={"size", "hash"}, exclude_defaults=True) == {
        "n": 7,
        "type": "submitted",
        "heard_at": NOW,
    }


def test_size_and_hash_identify_what_was_sent_without_saying_it() -> None:
    rejected = heard(b'{"name":"Jane"}')

    assert isinstance(rejected, Rejected)
    assert (rejected.size, rejected.hash) == (15, "667dd6e9674e")
    assert "Jane" not in rejected.model_dump_json()
    assert '"name"' not in rejected.reason


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", NOT_JSON),
        (b"{", NOT_JSON),
        (b"\xff\xfe", NOT_JSON),
        (b"\xef\xbb\xbf{}", NOT_JSON),
        (b"{}{}", NOT_JSON),
        (b'"\\ud800"', NOT_JSON),
        (b'{"data":{"\\udfff":1}}', NOT_JSON),
        (b'{"data":{"x":"\\u0000"}}', "U+0000 is not text"),
        (b'{"data":{"a\\u0000b":1}}', "U+0000 is not text"),
        (b'{"data":{"x":[[{"y":["\\u0000"]}]]}}', "U+0000 is not text"),
        (b'{"id":"a\\u0000"}', "U+0000 is not text"),
        (b'{"data":{"x":NaN}}', "NaN and infinities are not JSON"),
        (b'{"data":{"x":-Infinity}}', "NaN and infinities are not JSON"),
        (b'{"data":{"x":1e999}}', "a number is too large"),
        (b'{"data":{"x":-1e999}}', "a number is too large"),
        (b'{"data":{"x":9007199254740993}}', "an integer is beyond 2^53; send it as text"),
        (b'{"data":{"x":-9007199254740993}}', "an integer is beyond 2^53; send it as text"),
        (b'{"data":{"x":1' + b"0" * 10_000 + b"}}", "an integer is beyond 2^53; send it as text"),
        (b'{"data":' + b"[" * 20 + b"]" * 20 + b"}", "nested deeper than 8"),
        (b"[" * 16_000, "nested deeper than 8"),
        (b'{"data":{"x":1,"x":2}}', "a key is given twice"),
        (b'{"id":"a","id":"a"}', "a key is given twice"),
        (b"[]", "the payload is not a JSON object"),
        (b"7", "the payload is not a JSON object"),
        (b'"submitted"', "the payload is not a JSON object"),
        (b'{"v":2}', "v is not 1"),
        (b'{"v":true}', "v is not 1"),
        (b'{"v":"1"}', "v is not 1"),
        (b'{"data":[1]}', "data is not a JSON object"),
        (b'{"data":"x"}', "data is not a JSON object"),
        (
            b'{"name":"Jane"}',
            "1 unknown field(s) beside at, by, data, id, item, v; what the event says belongs under data",
        ),
        (b'{"data":{"x":"' + b"y" * MAX_BYTES + b'"}}', f"{MAX_BYTES + 17} bytes; at most {MAX_BYTES}"),
    ],
)
def test_whatever_is_not_an_envelope_is_refused_with_the_reason(data: bytes, why: str) -> None:
    assert reason(data) == why


@pytest.mark.parametrize("number", [MAX_INTEGER, -MAX_INTEGER, 0, 1.5, 1e300, -0.0])
def test_numbers_that_every_reader_keeps_are_kept(number: float) -> None:
    assert event({"data": {"x": number}}).data == {"x": number}


@pytest.mark.parametrize(
    "at",
    [
        "2026-12-01T09:00:00-05:00",
        "2026-12-01T14:00:00Z",
        "2026-12-01t14:00:00z",
        "2026-12-01 14:00:00+00:00",
        "2026-12-01T14:00:00.000000000Z",
    ],
)
def test_an_instant_may_be_written_in_every_way_of_the_rfc(at: str) -> None:
    assert event({"at": at}).at == NOW


@pytest.mark.parametrize(
    "at",
    [
        "2026-12-01T14:00:00",
        "2026-12-01",
        "tomorrow",
        "",
        "20261201T140000Z",
        "2026-W49-2T14:00:00Z",
        "2026-12-01T24:00:00Z",
        "2026-12-01T14:00Z",
        "2026-12-01T14:00:60Z",
        "2026-12-32T14:00:00Z",
        "2026-12-01T14:00:00,5Z",
        "2026-12-01T14:00:00+05:00:30",
        "2026-12-01T14:00:00+24:00",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "२०२६-12-01T14:00:00Z",
        1_796_133_600,
        ["2026-12-01T14:00:00Z"],
    ],
)
def test_an_instant_that_not_everybody_reads_alike_is_refused(at: object) -> None:
    assert reason({"at": at}) == NO_INSTANT


@pytest.mark.parametrize("field", ["id", "item"])
@pytest.mark.parametrize("value", ["_7", "", "a b", "jane@example.org", "x" * 65, "ä", "a\n", 7, {}, True])
def test_an_id_is_a_short_word_that_does_not_begin_with_an_underscore(field: str, value: object) -> None:
    assert reason({field: value}) == f"{field} {NO_ID}"


@pytest.mark.parametrize("value", ["staff.", ".x", "a.b c", "jane@example.org", "x" * 65, 7])
def test_by_is_a_role_or_a_person_of_a_role(value: object) -> None:
    assert reason({"by": value}) == f"by {NO_ID}"


@pytest.mark.parametrize("name", ["Submitted", "1st", "a b", "a-b", "x" * 65, "", "ä", "submitted\n"])
def test_a_name_is_small_letters_digits_and_underscores(name: str) -> None:
    assert reason(b"{}", name) == "the name is not one of small letters, digits and underscores, at most 64"


@pytest.mark.parametrize(
    ("name", "shown"), [("Größe", "Gr\\xf6\\xdfe"), ("\ud800", "\\ud800"), ("a\nb", "a\\nb"), ("X" * 70, "X" * 64)]
)
def test_the_name_of_what_is_refused_is_shown_escaped_and_cut(name: str, shown: str) -> None:
    rejected = arrival(name, [], 7, NOW)

    assert isinstance(rejected, Rejected)
    assert rejected.name == shown


def test_an_event_that_the_plan_refuses_is_shown_like_one_that_cannot_be_read() -> None:
    read = event({"item": "i-1"})

    assert refused(read, "no such item") == Rejected(
        n=7, name="submitted", size=read.size, hash=read.hash, reason="no such item", at=NOW
    )


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
ids = st.from_regex(r"[A-Za-z0-9.-][A-Za-z0-9._-]{0,63}", fullmatch=True)
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of naive values
fit_data = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9),
    st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    max_size=9,
)


def sound(result: Event | Rejected) -> None:
    """What is recorded comes back as it was, and no database chokes on it."""
    recorded = result.model_dump_json()
    assert type(result).model_validate_json(recorded.encode()) == result
    assert "\\u0000" not in recorded


@given(
    st.text(), st.lists(st.tuples(st.binary(max_size=200), st.sampled_from([b"json/plain", b"", b"\xff"])), max_size=3)
)
def test_no_bytes_raise(name: str, sent: list[tuple[bytes, bytes]]) -> None:
    sound(arrival(name, [payload(data, encoding) for data, encoding in sent], 1, NOW))


@given(values)
def test_no_json_raises(value: object) -> None:
    sound(heard(json.dumps(value).encode()))


@given(st.dictionaries(st.sampled_from(["v", "id", "at", "item", "by", "data"]), values))
def test_no_envelope_raises(value: dict[str, object]) -> None:
    sound(heard(value))


@given(st.text('{}[]"\\:,0x \n', max_size=300))
def test_nothing_that_looks_like_json_raises(text: str) -> None:
    sound(heard(text.encode()))


@given(ids, instants, ids, st.integers(-1439, 1439), fit_data)
def test_a_fit_envelope_is_an_event_that_says_the_same(
    id_: str, at: datetime, item: str, offset: int, data: dict[str, object]
) -> None:
    sign = "-" if offset < 0 else "+"
    zone = f"{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    local = (at + timedelta(minutes=offset)).replace(tzinfo=None).isoformat()

    result = event({"id": id_, "at": f"{local}{zone}", "item": item, "data": data})

    sound(result)
    assert (result.id, result.at, result.item, result.data) == (id_, at, item, data)
