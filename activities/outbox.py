"""Makes the message rows equal to a decision: what is due is queued, what is no longer wanted is cancelled."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ledger import decisions, messages
from ledger.case import Case
from ledger.decisions import DecisionRow
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow, NewMessage
from ledger.planning import as_planned
from ledger.row_machine import MOVES
from plan.agenda import Agenda, Occurrence
from plan.model import Plan
from workflows.wire import Due

UNSENT: Final = frozenset({"queued", "claimed", "retry"})
EXPIRED: Final = frozenset({"too_late", "no_opening_left"})  # time ran out; anything else changed somebody's mind
NOT_SENT: Final = frozenset({"skipped", "held"})


def fit(
    conn: Connection, plan: Plan, case: Case, agenda: Agenda, in_flight: Collection[str], wall: datetime
) -> tuple[tuple[Due, ...], tuple[str, ...]]:
    """Writes rows and decisions; says which messages to start now, and which keys in flight must stop."""
    wanted = {occurrence.key: occurrence for occurrence in agenda.occurrences}
    unsent = [row for row in case.rows.values() if row.state in UNSENT]
    stop = tuple(row.key for row in unsent if _taken_back(conn, row, wanted.get(row.key), in_flight, wall))
    due = []
    for occurrence in agenda.due():
        row = _queued(conn, plan, case, occurrence, wall)
        if row is not None and row.key not in in_flight:
            due.append(_due(occurrence, row))
    unsendable = [occurrence for occurrence in agenda.occurrences if occurrence.outcome in NOT_SENT]
    decisions.replace(conn, case.journey.id, [_decision(occurrence) for occurrence in unsendable])
    return tuple(due), stop


def _taken_back(
    conn: Connection, row: MessageRow, occurrence: Occurrence | None, in_flight: Collection[str], wall: datetime
) -> bool:
    """Whether an attempt under way was told that its row is no longer to be sent, or not now."""
    if occurrence is not None and occurrence.outcome == "ready":
        return False
    if occurrence is None or occurrence.outcome == "skipped":
        reason = occurrence.reason if occurrence and occurrence.reason else "retracted"
        take_back = messages.expire if reason in EXPIRED else messages.cancel
        return take_back(conn, row.id, reason, wall) and row.key in in_flight
    if row.key not in in_flight:
        return False
    reason = occurrence.reason or occurrence.outcome  # held or scheduled anew: it keeps its row, the attempt loses it
    return messages.cancel(conn, row.id, reason, wall) and messages.requeue(conn, row.id, wall) is not None


def _queued(conn: Connection, plan: Plan, case: Case, occurrence: Occurrence, wall: datetime) -> MessageRow | None:
    """The open row of a due message; None when it has left meanwhile."""
    key = occurrence.key or ""
    row = case.rows.get(key)
    planned = as_planned(plan, plan.processes[case.journey.process], occurrence)
    if row is None:
        new = NewMessage(
            id=uuid7(),
            program=plan.program,
            journey_id=case.journey.id,
            key=key,
            rule=occurrence.notification,
            queued_at=wall,
            **planned,
        )
        return messages.queue(conn, new)
    if row.state in MOVES["requeue"].sources:
        return messages.requeue(conn, row.id, wall, **planned)
    if any(getattr(row, name) != value for name, value in planned.items()):
        messages.refresh(conn, row.id, **planned)
    return row


def _due(occurrence: Occurrence, row: MessageRow) -> Due:
    return Due(
        key=row.key,
        message_id=row.id,
        fence=row.fence,
        not_after=occurrence.not_after,
        summary=f"{occurrence.notification} → {occurrence.to}"[:100],
    )


def _decision(occurrence: Occurrence) -> DecisionRow:
    return DecisionRow(
        key=occurrence.key,
        notification=occurrence.notification,
        to=occurrence.to,
        person_id=occurrence.person_id,
        outcome=occurrence.outcome,
        reason=occurrence.reason,
        because=occurrence.because,
        detail=occurrence.detail,
        at=occurrence.at,
    )
