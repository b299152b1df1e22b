"""The merge fields of one message: which its template may use, and what they say at the moment of sending.

Everything is text for an English reader. A field that has no value is empty, which holds the message unless its
template asks for the field first. Only what the plan shows to the recipient's role crosses over (plan.md 30).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

from pydantic import JsonValue

from plan.agenda import Agenda, ClockState, Occurrence
from plan.calendar import local_date
from plan.conditions import allowances
from plan.facts import Fact, Journey, Person
from plan.fees import Fee, fee
from plan.model import EventType, FieldSpec, Plan, Rule
from plan.names import clock_of, deadlines, item_kinds_of, names_item, processes_of
from plan.roles import THIRD_PARTIES, canonical
from plan.statements import CREATED
from plan.words import date_words, days_words, instant_words, joined, name_words, value_words

ALWAYS: Final = frozenset(
    {"applicant.first_name", "applicant.name", "program.title", "program.help", "cycle", "application.number"}
    | {"process.title", "stage", "items", "allowed"}
)
OF_A_DEADLINE: Final = frozenset({"deadline.on", "deadline.date", "days_left", "days_late"})


def catalogue(plan: Plan, rule: Rule) -> frozenset[str]:
    """The merge fields that the template of a rule may use."""
    return frozenset(
        ALWAYS
        | {f"person.{name}" for name in plan.person}
        | {f"told.{name}" for name in plan.told}
        | {f"links.{name}" for name, link in plan.links.items() if "{item}" not in link or _about_items(plan, rule)}
        | {f"allows.{word}" for word in allowances(plan)}
        | {f"clock.{name}.on" for process in processes_of(plan, rule) for name in process.deadlines}
        | {f"fees.{name}.{part}" for name in plan.fees for part in Fee.model_fields}
        | (OF_A_DEADLINE if _deadline_of(plan, rule) else frozenset())
        | {f"event.{name}" for name in _of_the_event(plan, rule)}
        | ({"item"} if _about_items(plan, rule) else frozenset())
    )


def fields(
    plan: Plan,
    journey: Journey,
    facts: Sequence[Fact],
    agenda: Agenda,
    occurrence: Occurrence,
    person: Person | None,
    now: datetime,
    texts: Mapping[str, str],
    name: str | None,
) -> dict[str, str]:
    """Every field of the rule's catalogue as text, true at `now` (the journey's clock).

    `person` and `name` are the applicant's, whoever the message goes to; `texts` are the ledger's, by id. Days are
    counted between local dates of the plan's zone, never in hours. KeyError when the plan has no such rule any more.
    """
    rule = plan.rules[occurrence.notification]
    known = catalogue(plan, rule)
    fact = next((f for f in facts if f.id == occurrence.fact_id), None)
    happened_at = journey.created_at if rule.on == CREATED else fact.at if fact else None
    found = {
        **_of_the_journey(plan, journey, agenda, name),
        **{f"person.{n}": value_words(s, person.attributes.get(n) if person else None) for n, s in plan.person.items()},
        **{f"told.{n}": value_words(s, agenda.told.get(n)) for n, s in plan.told.items()},
        **{f"links.{n}": _link(link, journey, occurrence.item or "") for n, link in plan.links.items()},
        **{f"clock.{n}.on": _clock_words(plan, agenda, n, occurrence.item) for n in sorted(deadlines(plan))},
        **_of_the_deadline(plan, agenda, occurrence, now),
        **_fees(plan, agenda, person, now),
        **{f"allows.{word}": "yes" if word in agenda.allowed else "" for word in allowances(plan)},
        "allowed": joined([name_words(word) for word in agenda.allowed]),
        "items": joined(_named(plan, agenda, occurrence, _items(plan, rule, agenda, occurrence))),
        "item": occurrence.item or "",
        "event.on": instant_words(happened_at, plan.timezone) if happened_at else "",
        **{f"event.{n}": _said(s, fact, n, texts) for n, s in _shown(plan, rule).items()},
    }
    return {field: found[field] for field in sorted(known)}


def _of_the_journey(plan: Plan, journey: Journey, agenda: Agenda, name: str | None) -> dict[str, str]:
    whole = " ".join((name or "").split())
    return {
        "applicant.first_name": whole.partition(" ")[0],
        "applicant.name": whole,
        "program.title": plan.title,
        "program.help": plan.sender.reply_to or plan.sender.email,
        "cycle": journey.cycle,
        "application.number": f"{journey.person_id}-{journey.cycle}",
        "process.title": name_words(journey.process),
        "stage": name_words(agenda.stage),
    }


def _of_the_deadline(plan: Plan, agenda: Agenda, occurrence: Occurrence, now: datetime) -> dict[str, str]:
    """What is said of the deadline that the message counts from, moved since it was planned or not."""
    clock = _clock(agenda, occurrence.clock or "", occurrence.item)
    at = clock.at if clock is not None and clock.at is not None else occurrence.clock_at
    if at is None:
        return dict.fromkeys(OF_A_DEADLINE, "")
    day = local_date(at, plan.timezone)
    days = abs((day - local_date(now, plan.timezone)).days)
    return {
        "deadline.on": instant_words(at, plan.timezone),
        "deadline.date": date_words(day),
        "days_left": days_words(days) if now <= at else "",
        "days_late": days_words(days) if now > at else "",
    }


def _fees(plan: Plan, agenda: Agenda, person: Person | None, now: datetime) -> dict[str, str]:
    known = {f"person.{name}": value for name, value in person.attributes.items()} if person is not None else {}
    return {
        f"fees.{name}.{part}": text
        for name, steps in plan.fees.items()
        for part, text in fee(plan, steps, agenda.clocks, {**agenda.told, **known}, now).model_dump().items()
    }


def _clock(agenda: Agenda, name: str, item: str | None) -> ClockState | None:
    """The item's clock; for a message about no item the one that ends first of those that run."""
    clocks = [clock for clock in agenda.clocks if clock.name == name]
    own = [clock for clock in clocks if clock.item in {None, item}]
    running = [clock for clock in clocks if clock.at is not None and not clock.passed and clock.ended_by is None]
    first = sorted(running, key=lambda clock: str(clock.at)) if item is None else []
    return next(iter(own + first), None)


def _clock_words(plan: Plan, agenda: Agenda, name: str, item: str | None) -> str:
    clock = _clock(agenda, name, item)
    return instant_words(clock.at, plan.timezone) if clock is not None and clock.at is not None else ""


def _items(plan: Plan, rule: Rule, agenda: Agenda, occurrence: Occurrence) -> tuple[str, ...]:
    """The items that a message is about; in a message about none those that are open: a clock of theirs runs."""
    if _about_items(plan, rule) or occurrence.item is not None:
        return occurrence.items or ((occurrence.item,) if occurrence.item is not None else ())
    return tuple(_open(agenda))


def _named(plan: Plan, agenda: Agenda, occurrence: Occurrence, items: Sequence[str]) -> Sequence[str]:
    """The items as text; where one message speaks for items of several dates, each with its own."""
    clocks = {item: _clock(agenda, occurrence.clock or "", item) for item in items}
    days = {item: local_date(clock.at, plan.timezone) for item, clock in clocks.items() if clock and clock.at}
    if len(set(days.values())) < 2:
        return items
    return [f"{item} (by {date_words(days[item])})" if item in days else item for item in items]


def _open(agenda: Agenda) -> Iterator[str]:
    seen: set[str] = set()
    for clock in agenda.clocks:
        if clock.item is not None and clock.item not in seen and not clock.passed and clock.ended_by is None:
            seen.add(clock.item)
            yield clock.item


def _about_items(plan: Plan, rule: Rule) -> bool:
    if item_kinds_of(plan, rule) is not None:
        return True
    return rule.on is not None and any(names_item(plan, process, rule.on) for process in processes_of(plan, rule))


def _deadline_of(plan: Plan, rule: Rule) -> str | None:
    """The deadline that a rule counts from, watches, or whose passing sets it off."""
    return clock_of(rule) or (rule.on if rule.on in deadlines(plan) else None)


def _of_the_event(plan: Plan, rule: Rule) -> tuple[str, ...]:
    """Names of the fields of what happened; a deadline's passing has none."""
    return () if rule.on is None or rule.on in deadlines(plan) else ("on", *_shown(plan, rule))


def _shown(plan: Plan, rule: Rule) -> dict[str, FieldSpec]:
    """Fields of the rule's event that every possible reader of it may see.

    What an event of nobody in particular carries is the program's own; what somebody gave is shown as declared.
    """
    event: EventType | None = plan.events.get(rule.on or "")
    if event is None or THIRD_PARTIES.intersection(rule.to):
        return {}
    readers = {canonical(role) for role in rule.to}
    return {
        name: spec
        for name, spec in event.data.items()
        if event.by is None or readers <= {*(canonical(role) for role in spec.shown), canonical(event.by)}
    }


def _said(spec: FieldSpec, fact: Fact | None, name: str, texts: Mapping[str, str]) -> str:
    value: JsonValue = fact.data.get(name) if fact is not None else None
    if spec.type != "text":
        return value_words(spec, value)
    text_id = value.get("text_id") if isinstance(value, dict) else value
    return texts.get(text_id, "") if isinstance(text_id, str) else ""


def _link(link: str, journey: Journey, item: str) -> str:
    """The link with its ids in place, each escaped; empty when it needs an item and there is none."""
    if "{item}" in link and not item:
        return ""
    ids = {
        "program": journey.program,
        "process": journey.process,
        "cycle": journey.cycle,
        "person": journey.person_id,
        "item": item,
    }
    for placeholder, value in ids.items():
        link = link.replace(f"{{{placeholder}}}", quote(value, safe=""))
    return link
