"""The script of a demonstration, as written by hand: people, what happens to them, what they must get and when."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from plan.calendar import add, subtract
from plan.period import Period
from starter.refusal import Refused

DAY: Final = re.compile(r"([a-z]+)((?: [+-] [0-9]+ (?:day|week|month|year)s?)*)")
SHIFT: Final = re.compile(r"([+-]) ([0-9]+ [a-z]+)")


class Part(BaseModel):
    """Strict, so that a slip of the pen is an error and no silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Somebody(Part):
    """A person of the directory."""

    name: str
    email: str


class Step(Part):
    """At noon of `when` an event is told; without one, time just passes."""

    when: str
    tell: str | None = None
    item: str | None = None
    data: Mapping[str, JsonValue] = Field(default_factory=dict)


class Passage(Part):
    """One journey."""

    process: str
    created: str | None = None
    told: Mapping[str, JsonValue] = Field(default_factory=dict)
    story: tuple[Step, ...]


class Expected(Part):
    """One message; `to` a person or an address, by default the applicant."""

    when: str
    notification: str
    to: str | None = None


class Script(Part):
    """The whole of it; journeys and expectations by the applicant's id."""

    program: str
    people: Mapping[str, Somebody]
    journeys: Mapping[str, Passage]
    expected: Mapping[str, tuple[Expected, ...]]


def read_script(file: Path) -> Script:
    """Raises Refused with the first thing that is wrong."""
    try:
        return Script.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise Refused(f"{file} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from None


def day(text: str, known: Mapping[str, date]) -> date:
    """The date that `created + 1 year - 7 days` names; `known` are the words that it may begin with. Raises Refused."""
    match = DAY.fullmatch(text)
    if match is None or match[1] not in known:
        raise Refused(f"{text!r} is not a day such as {next(iter(known))} + 30 days")
    found = known[match[1]]
    for sign, period in SHIFT.findall(match[2]):
        found = (add if sign == "+" else subtract)(found, Period.parse(period))
    return found


def with_dates(value: JsonValue, known: Mapping[str, date]) -> JsonValue:
    """The value with every text that is a day, as above, written as its date."""
    if isinstance(value, Mapping):
        return {name: with_dates(part, known) for name, part in value.items()}
    if isinstance(value, str) and (match := DAY.fullmatch(value)) and match[1] in known and match[2]:
        return day(value, known).isoformat()
    return value
