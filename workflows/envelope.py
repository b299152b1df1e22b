"""Reads what anybody sent as a signal or update into an event, or says why it is none. Never raises.

The envelope is one json/plain object {"v": 1, "id"?, "at"? (RFC 3339 with offset), "item"?, "by"?, "data"?}, at most
16 KB, all of it optional, also the whole payload.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NoReturn

from pydantic import JsonValue
from temporalio.common import RawValue

from workflows.wire import Event, Rejected

MAX_BYTES: Final = 16 * 1024
MAX_DEPTH: Final = 8  # json's own limit depends on the caller's stack, so it could differ between a run and its replay
MAX_INTEGER: Final = 2**53  # what every JSON reader keeps exactly (RFC 8259, 6)
NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,63}")
ID: Final = re.compile(r"[A-Za-z0-9.-][A-Za-z0-9._-]{0,63}")  # a leading underscore is kept for arrivals without an id
BY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9._-]{1,64})?")
INSTANT: Final = re.compile(  # RFC 3339, 5.6; stricter than fromisoformat, which reads more in every version of Python
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
FIELDS: Final = frozenset({"v", "id", "at", "item", "by", "data"})
STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # without an end to the last byte: else it is quadratic


class _WrongError(ValueError):
    """The sentence that staff will read."""


def arrival(name: str, payloads: Sequence[RawValue], n: int, now: datetime) -> Event | Rejected:
    """The event of arrival number `n`, heard at `now`, or what can be shown of something that is none."""
    raw = b"".join(value.payload.data for value in payloads)
    digest = sha256(raw).hexdigest()[:12]
    try:
        fields = _envelope(payloads)
        return Event(
            n=n,
            type=_name(name),
            id=_text(fields, "id", ID),
            at=_instant(fields),
            heard_at=now,
            item=_text(fields, "item", ID),
            by=_text(fields, "by", BY),
            data=_data(fields),
            size=len(raw),
            hash=digest,
        )
    except _WrongError as wrong:
        shown = name[:64].encode("unicode_escape").decode("ascii")[:64]
        return Rejected(n=n, name=shown, size=len(raw), hash=digest, reason=str(wrong), at=now)


def refused(event: Event, reason: str) -> Rejected:
    """What is shown of an event that the plan does not allow."""
    return Rejected(n=event.n, name=event.type, size=event.size, hash=event.hash, reason=reason, at=event.heard_at)


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise _WrongError("the name is not one of small letters, digits and underscores, at most 64")
    return name


def _envelope(payloads: Sequence[RawValue]) -> dict[str, JsonValue]:
    if not payloads:
        return {}
    if len(payloads) > 1:
        raise _WrongError(f"{len(payloads)} payloads; send one JSON object")
    payload = payloads[0].payload
    encoding = payload.metadata.get("encoding", b"").decode("ascii", "replace")
    if encoding == "binary/null":
        return {}
    if encoding != "json/plain":
        raise _WrongError("the payload is not json/plain")
    if len(payload.data) > MAX_BYTES:
        raise _WrongError(f"{len(payload.data)} bytes; at most {MAX_BYTES}")
    value = _parse(payload.data)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _WrongError("the payload is not a JSON object")
    if unknown := sorted(set(value) - FIELDS):
        known = ", ".join(sorted(FIELDS))
        raise _WrongError(f"{len(unknown)} unknown field(s) beside {known}; what the event says belongs under data")
    if value.get("v", 1) != 1 or isinstance(value.get("v", 1), bool):
        raise _WrongError("v is not 1")
    return value


def _parse(data: bytes) -> JsonValue:
    """JSON as every reader reads it: no NaN, infinity, overflow, doubled key, lone surrogate or U+0000."""
    if _depth(data) > MAX_DEPTH:
        raise _WrongError(f"nested deeper than {MAX_DEPTH}")
    try:
        value: JsonValue = json.loads(
            data.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_float,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate would wedge the workflow task
    except _WrongError:
        raise
    except ValueError:
        raise _WrongError("the payload is not valid JSON in UTF-8") from None
    if any("\0" in text for text in _texts(value)):
        raise _WrongError("U+0000 is not text")  # PostgreSQL stores none
    return value


def _depth(data: bytes) -> int:
    depth = deepest = 0
    for byte in STRING.sub(b"", data):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _no_constant(_text: str) -> NoReturn:
    raise _WrongError("NaN and infinities are not JSON")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _WrongError("a number is too large")
    return value


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise _WrongError("an integer is beyond 2^53; send it as text")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _WrongError("a key is given twice")
    return result


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _text(fields: dict[str, JsonValue], name: str, form: re.Pattern[str]) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _WrongError(f"{name} is not 1 to 64 letters, digits or ._-")
    return value


def _instant(fields: dict[str, JsonValue]) -> datetime | None:
    value = fields.get("at")
    if value is None:
        return None
    try:
        if isinstance(value, str) and INSTANT.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # refused below, like an instant without offset
    raise _WrongError("at is not an RFC 3339 instant with its offset, such as 2026-12-01T09:00:00-05:00")


def _data(fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    value = fields.get("data")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _WrongError("data is not a JSON object")
    return value
