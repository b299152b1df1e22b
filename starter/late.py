"""Keeps what is told to a journey that has ended: shown to staff, and what a reopened journey would begin with."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import Connection

from ledger import audit, facts
from ledger.facts import FactRow
from ledger.identifiers import uuid7
from ledger.journeys import JourneyRow
from workflows.wire import Answer


class Told(BaseModel):
    """One event. Only an `id` makes telling it twice harmless; without `at` it happened when the journey hears it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    event: str
    id: str | None = None
    at: AwareDatetime | None = None
    item: str | None = None
    by: str | None = None
    data: Mapping[str, JsonValue] = Field(default_factory=dict)


def keep_late(connection: Connection, row: JourneyRow, told: Told, now: datetime) -> Answer:
    """The verdict: late_event, or duplicate or refused for an id that the journey or its staff know already.

    Under the lock of the journey: its facts are numbered one after the other.
    """
    stage = row.stage or ""
    known = facts.by_id(connection, row.id, told.id) if told.id else None
    if known is not None and _same(known, told):
        return Answer(verdict="duplicate", stage=stage)
    if known is not None:
        return Answer(verdict="refused", stage=stage, reason=f"the id {told.id} was used for another event")
    reason = f"the journey ended on {row.ended_at:%Y-%m-%d} in stage {stage}; the event is kept for staff"
    fact = FactRow(
        journey_id=row.id,
        id=told.id or uuid7(),
        n=facts.number_of_ours(facts.facts(connection, row.id)),
        wake=0,  # no decision made it, so none voids it
        type=told.event,
        at=told.at or now,
        heard_at=now,
        item=told.item,
        by=told.by,
        data=told.data,
        content_hash="",
        verdict="late_event",
        reason=reason,
    )
    facts.add(connection, fact)
    audit.record(connection, told.by or "starter", "late_event", row.id, {"event": told.event, "id": fact.id}, now)
    return Answer(verdict="late_event", stage=stage, reason=reason)


def _same(known: FactRow, told: Told) -> bool:
    at = told.at or known.at
    by = told.by or known.by
    return (known.type, known.at, known.item, known.by, known.data) == (told.event, at, told.item, by, told.data)
