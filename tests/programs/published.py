"""What a program's plan makes of one invented person: every date that the program has published, as local dates."""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from plan.agenda import Agenda
from plan.calendar import at_local, local_date
from plan.decide import decide
from plan.facts import Fact, Journey, People, Person
from plan.load import load
from plan.model import Plan

HERE = Path(__file__).parent


class Told(NamedTuple):
    """A fact of local noon."""

    type: str
    on: str
    item: str | None = None
    data: Mapping[str, JsonValue] = {}


def program(name: str) -> Plan:
    """The plan of `tests/programs/<name>.yaml`."""
    plan = load((HERE / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


def agenda(
    plan: Plan, process: str, created: str, *told: Told, as_of: str | None = None, **attributes: JsonValue
) -> Agenda:
    """The agenda at local noon of `as_of`, else of the last fact; `attributes` are the person's."""

    def noon(day: str) -> datetime:
        return at_local(date.fromisoformat(day), time(12), plan.timezone)

    created_at = noon(created)
    journey = Journey(
        id="journey",
        program=plan.program,
        process=process,
        cycle="1",
        person_id="person",
        created_at=created_at,
        started_at=created_at,
    )
    facts = [
        Fact(id=f"f{n}", type=t.type, at=noon(t.on), heard_at=noon(t.on), order=n, item=t.item, data=t.data)
        for n, t in enumerate(told)
    ]
    people = People(people={"person": Person(id="person", address_digest="a", attributes=attributes)})
    return decide(plan, journey, facts, people, (), noon(as_of or (told[-1].on if told else created)))


def clocks(plan: Plan, agenda: Agenda) -> dict[str, str]:
    """The local date of every clock by its name, an item's as `name/item`."""
    return {
        f"{c.name}/{c.item}" if c.item else c.name: local_date(c.at, plan.timezone).isoformat()
        for c in agenda.clocks
        if c.at is not None
    }


def planned(plan: Plan, agenda: Agenda, *outcomes: str) -> list[tuple[str, str]]:
    """(local date, notification) of what will come, in order of time; of other outcomes if any are given."""
    wanted = outcomes or ("ready", "scheduled")
    return [
        (local_date(o.at, plan.timezone).isoformat(), o.notification)
        for o in agenda.occurrences
        if o.outcome in wanted and o.at is not None
    ]
