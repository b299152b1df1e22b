"""A message of a journey's plan judged as if it had not been sent: whether it is worth sending, and what it says."""

from datetime import datetime
from typing import Final, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import journeys
from ledger.case import Case, case
from ledger.message_rows import MessageRow, original
from plan.agenda import Agenda, Occurrence
from plan.decide import decide
from plan.facts import Sent
from plan.model import Plan
from plan.renaming import under_new_names

ONLY_WAITING: Final = frozenset({"quiet_hours", "settling", "clock_paused"})
FINAL: Final = frozenset({"deceased", "duplicate_journey"})


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


class Objection(NamedTuple):
    """Why a message should not be sent again. `for_good`: nor later; `final`: not even when staff insist."""

    reason: str
    detail: str
    for_good: bool
    final: bool


def objection(plan: Plan, judged: Anew) -> Objection | None:
    """What stands against a copy. It leaves at once, so that what only waits for its hour is worth sending."""
    occurrence = judged.occurrence
    reason = occurrence.reason or occurrence.outcome
    detail = occurrence.detail or reason
    if occurrence.outcome == "skipped" and (reason in FINAL or occurrence.notification in plan.rules):
        return Objection(reason, detail, for_good=True, final=reason in FINAL)
    if occurrence.notification not in plan.rules:
        gone = f"the plan has no notification {occurrence.notification} any more"
        return Objection("template_error", gone, for_good=False, final=True)
    if occurrence.outcome == "held" and reason not in ONLY_WAITING:
        return Objection(reason, detail, for_good=False, final=False)
    return None


def as_it_was(row: MessageRow, judged: Occurrence) -> Occurrence:
    """The occurrence with everything that it was first sent for, also where deciding calls for it no more."""
    items, clock_at = row.fields.get("items"), _text(row.fields.get("clock_at"))
    return judged._replace(
        to=row.to,
        person_id=row.person_id,
        item=row.item,
        items=tuple(map(str, items)) if isinstance(items, list) else (),
        fact_id=_text(row.fields.get("fact")),
        clock=_text(row.fields.get("clock")),
        clock_at=datetime.fromisoformat(clock_at) if clock_at is not None else None,
    )


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
