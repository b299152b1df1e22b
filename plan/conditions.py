"""Conditions in CEL, the Common Expression Language: checked when a plan is read, evaluated when it is decided.

The one module that knows the library. An evaluation that fails returns a value that Python takes for true, so a
condition holds only if the result's type is BOOL and its value is True (plan.md 20). Every number is a double: a plan
writes `credits.earned >= 30`, and CEL compares no double with an integer.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from functools import lru_cache
from typing import Final, NamedTuple

from cel_expr_python import cel  # type: ignore[import-untyped]  # it ships a stub, but no py.typed
from pydantic import JsonValue

from plan.calendar import at_local
from plan.clocks import day_of
from plan.model import Plan
from plan.problem import instead

LONGEST: Final = 1000  # characters; the longest condition of the programs we know has 90
TYPES: Final = {
    "number": "double",
    "money": "double",
    "boolean": "bool",
    "date": "timestamp",
    "choice": "string",
    "id": "string",
    "person": "string",
}  # a text is nobody's condition
_CEL: Final = {
    "double": cel.Type.DOUBLE,
    "bool": cel.Type.BOOL,
    "timestamp": cel.Type.TIMESTAMP,
    "string": cel.Type.STRING,
}
_TOKEN: Final = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|([A-Za-z_][\w.]*)|(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"""
)
MESSAGES: Final = ("sent", "delivered", "failed")
_MESSAGE: Final = re.compile(rf"(?<![\w.])({'|'.join(MESSAGES)})\.([A-Za-z_]\w*)")
_WORD: Final = re.compile(r"[\w.]+")
_PLACE: Final = re.compile(r"<input>:(\d+):(\d+): (.*)")
_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']*)'")


class Answer(NamedTuple):
    """Whether it holds; `error` if it could not be told, `read` the declared values that it looked at."""

    holds: bool
    error: str | None
    read: str


def names(plan: Plan, *, of_now: bool) -> dict[str, str]:
    """What a condition may speak of, with CEL's type: told fields by name, `person.NAME`.

    A condition of now also `stage`, `now`, and `allows.WORD`: whether a clock that allows it runs.
    """
    declared = {**plan.told, **{f"person.{name}": spec for name, spec in plan.person.items()}}
    found = {name: TYPES[spec.type] for name, spec in declared.items() if spec.type in TYPES}
    if not of_now:
        return found
    allowed = (f"allows.{word}" for word in allowances(plan))
    return found | {"stage": "string", "now": "timestamp"} | dict.fromkeys(allowed, "bool")


def allowances(plan: Plan) -> tuple[str, ...]:
    """What the plan's deadlines say may still be done in them, in the program's own words."""
    words = (word for process in plan.processes.values() for d in process.deadlines.values() for word in d.allows)
    return tuple(dict.fromkeys(words))


def message_names(plan: Plan) -> dict[str, str]:
    """What a condition of now may also speak of: `sent.RULE`, `delivered.RULE`, `failed.RULE` of this journey.

    A notification with a dash in its name is out of reach: CEL takes it for a subtraction.
    """
    spoken = [name for name in plan.rules if name.isidentifier()]
    return {f"{what}.{name}": "bool" for name in spoken for what in MESSAGES}


def messages_of(text: str) -> tuple[tuple[str, str], ...]:
    """The messages that a condition speaks of: what became of them, and the notification."""
    return tuple(dict.fromkeys((found[1], found[2]) for found in _MESSAGE.finditer(text)))


def holds(condition: str, plan: Plan, told: Mapping[str, JsonValue], person: Mapping[str, JsonValue]) -> bool:
    """Whether a condition over facts alone is true; `person` are the applicant's attributes."""
    values = {**told, **{f"person.{name}": value for name, value in person.items()}}
    return evaluate(condition, names(plan, of_now=False), values, plan.timezone).holds


def fault(text: str, declared: Mapping[str, str]) -> str | None:
    """Why it is no condition, as the end of a sentence with its column; None if it is one."""
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    try:
        kind = _compiled(text, tuple((name, declared[name]) for name in asked_of(text, declared))).return_type()
    except RuntimeError as error:
        return _sentence(text, str(error), declared)
    return (
        None if kind == cel.Type.BOOL else f"it is {kind.name().lower()}, not true or false: compare it with something"
    )


def asked_of(text: str, declared: Iterable[str]) -> list[str]:
    """The declared names that a condition speaks of, whatever it asks of them: `expires_on.getFullYear()`."""
    words = {".".join(parts[:n]) for parts in map(_parts, _WORD.findall(text)) for n in range(1, len(parts) + 1)}
    return [name for name in declared if name in words]


def _parts(word: str) -> list[str]:
    return word.split(".", maxsplit=3)


def evaluate(text: str, declared: Mapping[str, str], values: Mapping[str, JsonValue | datetime], zone: str) -> Answer:
    """The condition over these values; what is not known makes it not hold, and is no error (plan.md 7)."""
    known: dict[str, object] = {}
    asked = asked_of(text, declared)
    for name in asked:
        value = _value(declared[name], values.get(name), zone)
        if value is not None:
            known[name] = value
    read = ", ".join(f"{name} {_shown(values[name]) if name in known else 'not known'}" for name in asked)
    try:
        result = _compiled(text, tuple((name, declared[name]) for name in asked)).eval(data=known)
    except RuntimeError as error:
        return Answer(False, str(error).splitlines()[0][:200], read)
    if result.type() == cel.Type.BOOL:
        return Answer(result.value() is True, None, read)
    missing = any(name not in known for name in asked)
    return Answer(False, None if missing else str(result).splitlines()[0][:200], read)


@lru_cache(2048)
def _compiled(text: str, declared: tuple[tuple[str, str], ...]) -> cel.Expression:
    return _environment(declared).compile(_doubles(text)[0])


@lru_cache(64)
def _environment(declared: tuple[tuple[str, str], ...]) -> cel.Env:
    return cel.NewEnv(variables={name: _CEL[kind] for name, kind in declared})


def _doubles(text: str) -> tuple[str, list[int]]:
    """The text with every whole number as a double, and where (in the result) two characters were added."""
    added: list[int] = []

    def double(match: re.Match[str]) -> str:
        number = match[3]
        if number is None or not number.isdecimal():
            return match[0]
        added.append(match.end() + 2 * len(added))
        return f"{number}.0"

    return _TOKEN.sub(double, text), added


def _sentence(text: str, error: str, declared: Mapping[str, str]) -> str:
    place = _PLACE.search(error)
    if place is None:
        return "it cannot be read as a condition"
    column, said = int(place[2]), place[3].replace(" (in container '')", "").replace("_", " ").strip()
    column -= 2 * sum(at < column for at in _doubles(text)[1])
    if unknown := _UNDECLARED.search(place[3]):
        near = [name for name in declared if name.startswith(f"{unknown[1]}.")]
        said = f"there is no `{unknown[1]}`: {instead(unknown[1], near or declared)}"
    return f"column {column}: {said}"


def _value(kind: str, value: JsonValue | datetime, zone: str) -> object:
    """The value as CEL wants it; None for what is not known or not of the declared type."""
    if isinstance(value, datetime):
        return value
    match kind:
        case "timestamp":
            day = day_of(value)
            return at_local(day, time(0), zone) if day is not None else None
        case "double" if not isinstance(value, bool | None):
            return _number(str(value).partition(" ")[0])
        case "bool" if value in (True, "true", False, "false"):
            return value in (True, "true")
        case "string" if isinstance(value, str):
            return value
    return None


def _number(digits: str) -> float | None:
    try:
        return float(digits)
    except ValueError:
        return None


def _shown(value: JsonValue | datetime) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)[:40]
