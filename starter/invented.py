"""The invented applicant of a preview: what a command line and a file of events say, as facts that the plan knows."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from plan.calendar import at_local
from plan.events import judge
from plan.facts import Fact, Journey
from plan.model import Plan
from plan.roles import APPLICANT
from starter.refusal import Refused

LARGEST: Final = 10_000  # events; a whole program's year of one applicant has some hundred


class Line(BaseModel):
    """One line of an events file. `at` without an offset is local to the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: str
    at: datetime
    id: str | None = None
    item: str | None = None
    by: str | None = None
    data: dict[str, JsonValue] = Field(default_factory=dict)


def events(plan: Plan, process: str, start: datetime, told: Mapping[str, JsonValue], file: Path | None) -> list[Fact]:
    """What was told at the start, then every line of the file. Raises Refused with the place of the first mistake."""
    if process not in plan.processes:
        raise Refused(f"{plan.program} has no process {process!r}; it has: {', '.join(sorted(plan.processes))}")
    journey = Journey(
        id="preview",
        program=plan.program,
        process=process,
        cycle="1",
        person_id=APPLICANT,
        created_at=start,
        started_at=start,
    )
    found: list[Fact] = []
    if told:
        found.append(_fact(plan, journey, Line(type="told", at=start, data=dict(told)), 0, "--told"))
    for number, text in _lines(file) if file is not None else ():
        found.append(_fact(plan, journey, _line(text, f"{file}:{number}"), number, f"{file}:{number}"))
    ids = [fact.id for fact in found]
    if doubled := next((id_ for n, id_ in enumerate(ids) if id_ in ids[:n]), None):
        raise Refused(f"{file}: the id {doubled} is given twice")
    return found


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text") from None
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > LARGEST:
        raise Refused(f"{file} has more than {LARGEST} events")
    yield from lines


def _line(text: str, place: str) -> Line:
    try:
        return Line.model_validate(json.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{place}: {where or 'the line'}: {first['msg'].lower()}") from None
    except (ValueError, RecursionError):
        raise Refused(f"{place}: this is not one JSON object") from None


def _fact(plan: Plan, journey: Journey, line: Line, order: int, place: str) -> Fact:
    at = line.at if line.at.tzinfo else at_local(line.at.date(), line.at.time(), plan.timezone)
    refusal = judge(plan, journey, line.type, at, at, line.item, line.by, line.data)
    if refusal is not None:
        raise Refused(f"{place}: {refusal}")
    id_ = line.id or f"{line.type}-{order}"
    return Fact(id=id_, type=line.type, at=at, heard_at=at, order=order, item=line.item, by=line.by, data=line.data)
