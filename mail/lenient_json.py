"""Reads what should be a JSON array of objects, and takes whatever of it can be read and stored."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import JsonValue

UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL stores no U+0000, and no UTF-8 has lone surrogates
ESCAPED: Final = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)  # the only way for these into JSON
MARK: Final = "\ufffd"
NESTS: Final = frozenset({dict, list})
DIGITS: Final = 18  # of a number that fits 64 bits
DEEPEST: Final = 40  # levels; an event has three
NEXT_LINE: Final = re.compile(r"[\r\n]+\s*(?=\{)")


def values(body: bytes) -> tuple[Sequence[JsonValue], int]:
    """The elements that can be read, fit to be stored, and how many things cannot be.

    Numbers that no database holds come as texts. Bytes that are no UTF-8, U+0000 and lone surrogates come as U+FFFD.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError):
        found, unreadable = _line_by_line(text)
    else:
        unreadable = 0 if isinstance(found, list) else 1
    elements = found if isinstance(found, list) else []
    clean = _clean if ESCAPED.search(text) else _shallow
    return [clean(element, 0) for element in elements], unreadable


def text_of(value: JsonValue, longest: int) -> str | None:
    """The value as a text, if it is one or a number; None for an empty one and for anything else."""
    if value is None:
        return None
    if isinstance(value, str):
        return value[:longest] or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:longest]
    return None


def _line_by_line(text: str) -> tuple[list[Any], int]:
    """Objects that begin lines of their own, as SendGrid writes them, when the whole is no JSON."""
    found, unreadable, begin = [], 0, text.find("{")
    if begin < 0:
        return [], 1
    while begin >= 0:
        try:
            value, begin = _DECODER.raw_decode(text, begin)
            found.append(value)
            begin = text.find("{", begin)
        except (ValueError, RecursionError):
            unreadable += 1
            line = NEXT_LINE.search(text, begin + 1)
            begin = line.end() if line else -1
    return found, unreadable


def _clean(value: Any, depth: int) -> JsonValue:
    if isinstance(value, str):
        return UNSTORABLE.sub(MARK, value)
    if depth > DEEPEST:
        return MARK
    if isinstance(value, dict):
        return {UNSTORABLE.sub(MARK, key): _clean(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    plain: JsonValue = value
    return plain


def _shallow(value: Any, depth: int) -> JsonValue:
    """Of a text that holds nothing unstorable: only what nests is looked into, for its depth."""
    if not isinstance(value, dict):
        return _clean(value, depth)
    nested = {key: _clean(each, depth + 1) for key, each in value.items() if type(each) in NESTS}
    plain: JsonValue = value | nested if nested else value
    return plain


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS else digits


def _fraction(digits: str) -> float | str:
    number = float(digits)
    return number if abs(number) < 1e300 else digits


_DECODER: Final = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=str)
