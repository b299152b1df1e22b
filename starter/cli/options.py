"""Options that several commands share, and how what people type becomes values."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from plan.calendar import at_local
from plan.model import FieldSpec
from starter.refusal import Refused

Folder = Annotated[
    Path | None,
    typer.Option("--dir", metavar="DIR", help="Folder of the installation. \\[default: WAYPOST_DIR or ./.waypost]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with the field names of docs/cli.md.")]
By = Annotated[str | None, typer.Option(metavar="ROLE", help="Who reports it: a role, or role.person.")]
Staff = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, as the log shall name them.")]
Program = Annotated[str | None, typer.Option(help="Program, when PERSON is given.")]
Process = Annotated[str | None, typer.Option(help="Process, when PERSON is given.")]
Cycle = Annotated[str | None, typer.Option(help="Cycle, when PERSON is given.")]
JourneyName = Annotated[str, typer.Argument(metavar="JOURNEY", help="Workflow id, or PERSON where one journey fits.")]


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """`k=v` texts by name. Raises Refused."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise Refused(f"{option} {text[:60]!r} is not written name=value")
        if name in found:
            raise Refused(f"{option} gives {name} twice")
        found[name] = value
    return found


def typed(given: Mapping[str, str], fields: Mapping[str, FieldSpec]) -> dict[str, JsonValue]:
    """Texts as the plan types them, dotted names nested. What fits no type stays text, for the plan to refuse."""
    values: dict[str, JsonValue] = {}
    for name, text in given.items():
        value = _value(text, fields[name].type if name in fields else "text")
        group, dot, inner = name.partition(".")
        if not dot:
            values[name] = value
            continue
        nested = values.setdefault(group, {})
        if not isinstance(nested, dict):
            raise Refused(f"{group} is given both as a value and as a group of values")
        nested[inner] = value
    return values


def data(given: Sequence[str], fields: Mapping[str, FieldSpec]) -> dict[str, JsonValue]:
    """One JSON object, or any number of `k=v`. Raises Refused."""
    if len(given) != 1 or not given[0].lstrip().startswith("{"):
        return typed(pairs(given, "--data"), fields)
    try:
        value = json.loads(given[0])
    except ValueError as error:
        raise Refused(f"--data is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Refused("--data is not a JSON object")
    return value


def instant(text: str | None, option: str, zone: str) -> datetime | None:
    """An aware instant; without an offset it is local to the program. Raises Refused."""
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
        return value if value.tzinfo else at_local(value.date(), value.time(), zone)
    except ValueError:
        raise Refused(
            f"{option} {text[:40]!r} is not an instant such as 2026-10-05T10:00 or 2026-10-05T14:00Z"
        ) from None


def _value(text: str, kind: str) -> JsonValue:
    try:
        if kind == "number":
            return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return text
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text
