"""The plan language as JSON Schema (2020-12), for editors: derived from the tables that the loader reads with.

Every scalar is text, as in `plan.document`; what names refer to, and what only `plan check` can know, is not in it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

from plan.coverage import CHECKLIST
from plan.model import EvenIf, Purpose
from plan.read_dates import CALENDAR
from plan.read_fees import STEP
from plan.read_fields import EVENT, SPEC, TYPES
from plan.read_plan import PLAN, REQUIRED, SENDER, WINDOW
from plan.read_process import AFTER, ARROW, AUDIT, DEADLINE, ITEM, NEXT, PROCESS
from plan.read_rules import RULE
from plan.reading import FIELD, NAME, PART_OF_ID, Keys

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"enum": ["true", "false", True, False]}  # editors read what YAML's own rules make of it
CLOCK: Final[Schema] = {"type": "string", "pattern": "^([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$"}
LENGTH: Final[Schema] = {"type": "string", "description": "such as `90 days`, `1 year` or `PT4H`"}
COUNT: Final[Schema] = {"type": ["string", "integer"]}
SCALAR: Final[Schema] = {"type": ["string", "integer", "number", "boolean"]}


def schema() -> Schema:
    """The schema of a whole plan file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Waypost plan",
        **_table(PLAN, _plan(), REQUIRED),
        "$defs": {
            "process": _table(PROCESS, _process(), ("start", "stages")),
            "deadline": {"anyOf": [TEXT, _table(DEADLINE, _deadline(), ())]},
            "item": _table(ITEM, {"stages": _named(_stage(), NAME)}, ("start", "stages")),
            "notification": _table(RULE, _rule(), ("purpose", "to")),
            "field": {"anyOf": [{"enum": list(TYPES)}, _words(), _table(SPEC, _spec(), ())]},
        },
    }


def _plan() -> Schema:
    field = {"$ref": "#/$defs/field"}
    step = _table(STEP, {}, ("amount",))
    event = {"anyOf": [{"type": "null"}, _table(EVENT, {"data": _named(field, FIELD)}, ())]}
    return {
        "sender": _table(SENDER, {}, ("name", "email")),
        "send_window": _table(WINDOW, _window(), ()),
        "calendar": _table(CALENDAR, {"closed": _words()}, ()),
        "fees": _named({"type": "array", "items": step}, FIELD),
        "links": _named(TEXT, NAME),
        "staff": _named(_words(), NAME),
        "schedules": _named(_words(), NAME),
        "person": _named(field, FIELD),
        "told": _named({"anyOf": [field, _named(field, FIELD)]}, FIELD),
        "events": _named(event, NAME),
        "processes": _named({"$ref": "#/$defs/process"}, PART_OF_ID),
        "notifications": _named({"$ref": "#/$defs/notification"}, NAME),
        "coverage": {"type": "object", "propertyNames": {"enum": list(CHECKLIST)}, "additionalProperties": TEXT},
    }


def _window() -> Schema:
    return {"days": _words(), "from": CLOCK, "until": CLOCK, "spread": LENGTH, "zone": {"enum": ["plan", "person"]}}


def _process() -> Schema:
    tells = {"type": "object", "additionalProperties": TEXT}
    following = {"anyOf": [TEXT, _table(NEXT, {"keep": _words(), "tells": tells, "after": LENGTH}, ("process",))]}
    return {
        "stages": _named(_stage(), NAME),
        "anywhere": _stage(),
        "deadlines": _named({"$ref": "#/$defs/deadline"}, NAME),
        "items": _named({"$ref": "#/$defs/item"}, NAME),
        "linger": LENGTH,
        "credits": {"enum": ["told", "sum"]},
        "audit": _table(AUDIT, {}, ("share", "on", "seed")),
        "next": _named(following, NAME),
    }


def _deadline() -> Schema:
    return {
        "after": {"anyOf": [_words(), _table(AFTER, {}, ("sent",))]},
        "at": CLOCK,
        "then": _words(),
        "if_closed": {"enum": ["stay", "next", "previous"]},
        "per": {"const": "item"},
        **{key: _words() for key in ("until", "pauses", "allows")},
        **dict.fromkeys(("plus", "every", "settle"), LENGTH),
    }


def _stage() -> Schema:
    arrow = {"anyOf": [TEXT, _table(ARROW, {}, ("to",))]}
    return {"anyOf": [{"type": "null"}, _named(arrow, NAME)]}


def _spec() -> Schema:
    return {"type": {"enum": list(TYPES)}, "choices": _words(), "shown": _words()}


def _rule() -> Schema:
    in_spite_of = {"enum": list(get_args(EvenIf))}
    return {
        "purpose": {"enum": list(get_args(Purpose))},
        "covers": {"enum": list(CHECKLIST)},
        "state": {"enum": ["live", "test", "draft", "off"]},
        "when_unknown": {"enum": ["resend", "review"]},
        "even_if": {"anyOf": [in_spite_of, {"type": "array", "items": in_spite_of}]},
        "at": CLOCK,
        **{key: _words() for key in ("offsets", "while", "stages", "in", "within", "elapsed", "corrects", "was")},
        **dict.fromkeys(("idle", "every", "lateness", "digest"), LENGTH),
        **dict.fromkeys(("optional", "urgent", "backfill"), FLAG),
        **dict.fromkeys(("repeat", "limit"), COUNT),
    }


def _table(keys: Keys, known: Mapping[str, Schema], required: Iterable[str]) -> Schema:
    """A construct with exactly the keys that the loader knows; those without a schema of their own are text."""
    if unknown := known.keys() - keys.known:
        raise KeyError(f"{keys.what} has no {', '.join(sorted(unknown))}")
    return {
        "type": "object",
        "description": keys.what,
        "properties": {key: known.get(key, SCALAR) for key in sorted(keys.known)},
        "required": list(required),
        "additionalProperties": False,
    }


def _named(value: Schema, pattern: Any) -> Schema:
    """Values under names that the plan chooses."""
    names = {"pattern": f"^{pattern.pattern}$"}
    return {"type": "object", "propertyNames": names, "additionalProperties": value}


def _words() -> Schema:
    """One word, or a list of words."""
    return {"anyOf": [SCALAR, {"type": "array", "items": SCALAR}]}
