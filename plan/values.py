"""The types that a plan gives to data: what fits them, and how to say what does not."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from pydantic import JsonValue

from plan.model import FieldSpec, FieldType
from plan.problem import quoted

LARGEST_NUMBER: Final = 2**53  # JSON readers agree on whole numbers up to here
YEARS: Final = range(1900, 2201)  # a date outside of these is a slip, and would carry clocks out of the calendar

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})? [A-Z]{3}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def value_fault(spec: FieldSpec, value: JsonValue) -> str | None:
    """What a value of this field must be, if this one is not; a value that is not given is no fault."""
    if value is None:
        return None
    if spec.type == "choice":
        return None if value in spec.choices else f"must be one of {quoted(spec.choices)}"
    fits, must = KINDS[spec.type]
    return None if fits(value) else must


def is_id(value: JsonValue) -> bool:
    """At most 64 of letters, digits and `._-` (plan.md, Keys)."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def id_fault(what: str) -> str:
    """The sentence about a malformed id."""
    return f"{what} must be an id of at most 64 letters, digits, `.`, `_` and `-`, never a name or an e-mail address"


def _is_number(value: JsonValue) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _is_day(value: JsonValue) -> bool:
    try:
        return isinstance(value, str) and bool(_DAY.fullmatch(value)) and date.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def _is_text(value: JsonValue) -> bool:
    """Text as it comes, or as the ledger keeps it: `{"text_id": …}`."""
    return isinstance(value, str) or (
        isinstance(value, dict) and value.keys() == {"text_id"} and is_id(value["text_id"])
    )


KINDS: Final[Mapping[FieldType, tuple[Callable[[JsonValue], bool], str]]] = {
    "id": (is_id, "must be an id of at most 64 letters, digits, `.`, `_` and `-`"),
    "person": (is_id, "must be a person's id, never a name or an e-mail address"),
    "number": (_is_number, "must be a number, at most 2^53 either way"),
    "money": (lambda v: isinstance(v, str) and bool(_MONEY.fullmatch(v)), "must be money such as `210.00 USD`"),
    "date": (_is_day, "must be a date such as 2026-12-31"),
    "boolean": (lambda v: isinstance(v, bool) or v in ("true", "false"), "must be true or false"),
    "text": (_is_text, "must be a text"),
}
