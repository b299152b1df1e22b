"""A message of a journey's plan judged as if it had not been sent: whether it is worth sending, and what it says."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import journeys
from ledger.case import Case, case
from ledger.message_rows import MessageRow
from plan.agenda import Agenda, Occurrence
from plan.decide import decide
from plan.facts import Sent
from plan.model import Plan
from plan.renaming import under_new_names


class Anew(NamedTuple):
    """`occurrence` is what deciding would make of the message now; its key is as the plan spells it today."""

    case: Case
    agenda: Agenda
    occurrence: Occurrence


def anew(conn: Connection, plan: Plan, row: MessageRow, clock: datetime) -> Anew | None:
    """None: the row is of no journey, or of a process that the plan has no more."""
    journey = journeys.journey(conn, row.journey_id) if row.journey_id else None
    if journey is None or journey.process not in plan.processes:
        return None
    known = case(conn, journey, plan, clock)
    unsent = Sent(key=original(row.key), state="open", plan_version=row.plan_version)
    others = [sent for sent in known.sent if sent.key != unsent.key]
    agenda = decide(plan, known.journey, known.facts, known.people, [*others, unsent], clock)
    [named] = under_new_names(plan, [unsent])
    return Anew(known, agenda, next(planned for planned in agenda.occurrences if planned.key == named.key))


def original(key: str) -> str:
    """The key of the message that a copy sent by hand is of: without its `+n`."""
    head, plus, _ = key.rpartition("+")
    return head if plus else key


def as_it_was(row: MessageRow, judged: Occurrence) -> Occurrence:
    """The occurrence with everything that it was first sent for, also where deciding calls for it no more."""
    fields: Mapping[str, JsonValue] = row.fields
    clock_at = fields.get("clock_at")
    items = fields.get("items")
    return judged.model_copy(
        update={
            "to": row.to,
            "person_id": row.person_id,
            "item": row.item,
            "items": tuple(items) if isinstance(items, list) else (),
            "fact_id": fields.get("fact"),
            "clock": fields.get("clock"),
            "clock_at": datetime.fromisoformat(clock_at) if isinstance(clock_at, str) else None,
        }
    )
