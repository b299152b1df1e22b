"""Whether something that an application reports is fit to be a fact of a journey (plan.md 4, 5).

What is refused is said in the plan's own words alone: the sentence stays in the journey's history, so nothing that the
sender wrote is repeated in it.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from plan.calendar import local_date
from plan.clocks import told_values
from plan.facts import Journey
from plan.model import OF_A_PERSON, RESERVED_EVENTS, FieldSpec, Plan, Process
from plan.names import deadlines, kinds_of, names_item
from plan.period import Period
from plan.problem import instead
from plan.roles import SYNONYMS, givers
from plan.statements import period_of, stages
from plan.values import id_fault, is_id, value_fault

AHEAD: Final = timedelta(minutes=5)  # how far an application's clock may be wrong
UNTELLABLE: Final = {
    **dict.fromkeys(sorted(OF_A_PERSON), "news of a person reach every journey at once: use `waypost person`"),
    "created": "created comes from the enrolment and cannot be told again",
    "all_answered": "all_answered follows from the answers: tell the answers",
    "journey_reopened": "journey_reopened comes from `waypost reopen`, which starts the journey again",
    "next_started": "next_started comes from Waypost itself when a journey has ended",
    "delivery_failed": "delivery_failed comes from Waypost's own deliveries and cannot be told",
}
ID: Final = FieldSpec(type="id")
TEXT: Final = FieldSpec(type="text")
RETRACTED: Final = {"id": ID}
STAGE_SET: Final = {"to": ID, "why": TEXT}
EXTENSION: Final = {"deadline": ID, "to": FieldSpec(type="date"), "by": TEXT, "why": TEXT}


def judge(
    plan: Plan,
    journey: Journey,
    type: str,  # noqa: A002 — the word of the envelope and of Fact
    at: datetime,
    heard_at: datetime,
    item: str | None,
    by: str | None,
    data: Mapping[str, JsonValue],
) -> str | None:
    """Why it must be refused, as one sentence, or None if it is fit to be a fact. `heard_at` is aware UTC."""
    process = plan.processes.get(journey.process)
    if process is None:
        return f"the plan has no process {journey.process} any more"
    return (
        _name(plan, type)
        or _time(at, heard_at)
        or _item(plan, process, type, item, data)
        or _by(plan, by)
        or _data(plan, process, type, at, item, data)
    )


def _name(plan: Plan, name: str) -> str | None:
    if name in UNTELLABLE:
        return UNTELLABLE[name]
    if name in deadlines(plan):
        return f"{name} is a deadline and passes by itself: use extension_granted to move it"
    if name in plan.events or name in RESERVED_EVENTS:
        return None
    near = instead(name, {*plan.events, *RESERVED_EVENTS} - UNTELLABLE.keys())
    return f"the plan has no event of this name{f': {near}' if near.startswith('did') else ''}"


def _time(at: datetime, heard_at: datetime) -> str | None:
    if at.utcoffset() is None:
        return "`at` has no offset: write one such as 2026-12-31T23:59:59-05:00"
    return "`at` is more than five minutes ahead" if at > heard_at + AHEAD else None


def _item(plan: Plan, process: Process, name: str, item: str | None, data: Mapping[str, JsonValue]) -> str | None:
    if item is None:
        return f"{name} is about an item: give its id as `item`" if names_item(plan, process, name) else None
    if not is_id(item):
        return id_fault("item")
    if name in {"touched", "stage_set"}:
        return None if process.items else f"process {process.name} has no items: leave `item` out"
    clock = process.deadlines.get(str(data.get("deadline"))) if name == "extension_granted" else None
    per_item = any(d.per_item and name in {*d.after, *d.until} for d in process.deadlines.values())
    if names_item(plan, process, name) or per_item or kinds_of(plan, name) or (clock is not None and clock.per_item):
        return None
    return f"{name} is not about an item: leave `item` out"


def _by(plan: Plan, by: str | None) -> str | None:
    if by is None:
        return None
    role, dot, person = by.partition(".")
    if dot and not is_id(person):
        return id_fault("the person in `by`")
    known = givers(plan) | SYNONYMS
    return None if role in known else f"`by` names no role of the plan: {instead(role, known)}"


def _data(
    plan: Plan, process: Process, name: str, at: datetime, item: str | None, data: Mapping[str, JsonValue]
) -> str | None:
    match name:
        case "told":
            return _fields(plan.told, told_values(data), "told") if data else "told tells nothing: give it a field"
        case "retracted":
            return _fields(RETRACTED, data, name, "id")
        case "stage_set":
            known = stages(process, item)
            return _fields(STAGE_SET, data, name, "to") or (
                None if data["to"] in known else f"`to` of stage_set must be a stage: {instead(str(data['to']), known)}"
            )
        case "extension_granted":
            return _fields(EXTENSION, data, name, "deadline") or _extension(plan, process, at, item, data)
    declared = plan.events.get(name)
    return _fields(declared.data if declared else {}, data, name)


def _fields(fields: Mapping[str, FieldSpec], data: Mapping[str, JsonValue], name: str, *needed: str) -> str | None:
    for field, value in data.items():
        if field not in fields:
            return f"{name} has no such field: {instead(field, fields)}" if fields else f"{name} has no data"
        fault = value_fault(fields[field], value)
        if fault is not None:
            return f"`{field}` of {name} {fault}"
    return next((f"{name} needs `{field}`" for field in needed if data.get(field) is None), None)


def _extension(
    plan: Plan, process: Process, at: datetime, item: str | None, data: Mapping[str, JsonValue]
) -> str | None:
    clock = process.deadlines.get(str(data["deadline"]))
    if clock is None:
        known = instead(str(data["deadline"]), process.deadlines)
        return f"`deadline` of extension_granted must be a deadline of {process.name}: {known}"
    if item is not None and not clock.per_item:
        return f"{clock.name} is not a clock of items: leave `item` out"
    to, by = data.get("to"), data.get("by")
    if (to is None) == (by is None):
        return "extension_granted needs either `to` with a date or `by` with a length of time"
    if to is not None and date.fromisoformat(str(to)) < local_date(at, plan.timezone):
        return "the extension ends in the past: give a later date"
    if by is not None and period_of(by) in {None, Period()}:
        return "`by` of extension_granted must be a length of time such as `30 days`"
    return None
