"""Keeps free text out of every history: it goes into the ledger, and the event carries its id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import texts
from plan.model import FieldSpec, Plan
from starter.refusal import Refused

LONGEST: Final = 20_000  # characters
WHY: Final[Mapping[str, FieldSpec]] = {"why": FieldSpec(type="text")}  # what staff give as reason, in reserved events


def declared(plan: Plan, event: str) -> Mapping[str, FieldSpec]:
    """The fields that an event of this name may carry."""
    if event == "told":
        return plan.told
    return plan.events[event].data if event in plan.events else WHY


def keep_texts(
    connection: Connection, fields: Mapping[str, FieldSpec], data: Mapping[str, JsonValue], now: datetime
) -> dict[str, JsonValue]:
    """The data with each declared text replaced by {"text_id": …}. Nested names are declared dotted."""
    return {name: _kept(connection, fields, name, value, now) for name, value in data.items()}


def _kept(
    connection: Connection, fields: Mapping[str, FieldSpec], name: str, value: JsonValue, now: datetime
) -> JsonValue:
    if isinstance(value, dict):
        return {part: _kept(connection, fields, f"{name}.{part}", inner, now) for part, inner in value.items()}
    if not isinstance(value, str) or name not in fields or fields[name].type != "text":
        return value
    if len(value) > LONGEST:
        raise Refused(f"{name} is longer than {LONGEST:,} characters")
    return {"text_id": texts.put(connection, value, now)}
