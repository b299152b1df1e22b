"""Facts that a journey has judged, each with the wake that judged it, so that deciding again can replace them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime, Field, JsonValue
from sqlalchemy import Connection

from ledger import tables
from ledger.journeys import JourneyRow
from plan.facts import Verdict
from plan.model import Frozen


class FactRow(Frozen):
    """One fact. `n` counts arrivals of the journey upwards from 1, and downwards what it did not hear from anybody.

    No two facts of a journey have the same. Wake 0: judged by the enrolment.
    """

    journey_id: str
    id: str
    n: int
    wake: int
    type: str
    at: AwareDatetime
    heard_at: AwareDatetime
    item: str | None = None
    by: str | None = None
    data: Mapping[str, JsonValue] = Field(default_factory=dict)
    content_hash: str
    verdict: Verdict = "accepted"
    reason: str | None = None


TABLE: Final = tables.fact
OF_JOURNEY: Final = sa.select(TABLE).where(TABLE.c.journey_id == sa.bindparam("journey")).order_by(TABLE.c.n)
FIRST_OF_OURS: Final = -2  # 0 and -1 are the enrolment's
TOLD_AT_ENROLMENT: Final = "told-at-enrolment"


def begin(connection: Connection, row: JourneyRow, data: Mapping[str, JsonValue] | None = None) -> FactRow | None:
    """Writes the facts that a journey begins with; the told one, if it was told anything.

    They are of wake 0, so that no later decision voids them, and numbered before the first arrival.
    """
    created = FactRow(
        journey_id=row.id,
        id="created",
        n=-1,
        wake=0,
        type="created",
        at=row.created_at,
        heard_at=max(row.arrived_at, row.created_at),
        data=data or {},
        content_hash="created",
    )
    add(connection, created)
    if not row.told:
        return None
    told = created.model_copy(update={"id": TOLD_AT_ENROLMENT, "n": 0, "type": "told", "data": row.told})
    add(connection, told)
    return told


def void_from(connection: Connection, journey_id: str, wake: int) -> int:
    """Deletes what this wake or a later one judged, of any run, and says how many; what enrolled stays."""
    voided = sa.delete(TABLE).where(TABLE.c.journey_id == journey_id, TABLE.c.wake >= wake, TABLE.c.wake > 0)
    return connection.execute(voided).rowcount


def facts(connection: Connection, journey_id: str) -> Sequence[FactRow]:
    """All that count: those of our own first, then what arrived in its order."""
    return [FactRow(**row) for row in connection.execute(OF_JOURNEY, {"journey": journey_id}).mappings()]


def settle(connection: Connection, journey_id: str) -> None:
    """From here on no decision voids what was judged so far: a new run counts its wakes from one."""
    connection.execute(sa.update(TABLE).where(TABLE.c.journey_id == journey_id).values(wake=0))


def number_of_ours(known: Iterable[FactRow]) -> int:
    """For one more fact that is no arrival: downwards, where no run ever counts, however often it is opened again."""
    return min([FIRST_OF_OURS, *(fact.n - 1 for fact in known)])


def by_id(connection: Connection, journey_id: str, fact_id: str) -> FactRow | None:
    query = sa.select(TABLE).where(TABLE.c.journey_id == journey_id, TABLE.c.id == fact_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else FactRow(**row)


def add(connection: Connection, row: FactRow) -> None:
    """A second fact with its id or its `n` in this journey is a LedgerFault: look with `by_id` first."""
    connection.execute(sa.insert(TABLE).values(row.model_dump()))


def set_verdicts(connection: Connection, journey_id: str, verdicts: Mapping[str, tuple[str, str | None]]) -> int:
    """Judges facts anew, fact id → (verdict, reason), and says how many changed; only those are written."""
    query = sa.select(TABLE.c.id, TABLE.c.verdict, TABLE.c.reason).where(TABLE.c.journey_id == journey_id)
    kept = {row.id: (row.verdict, row.reason) for row in connection.execute(query)}
    changed = {fact_id: new for fact_id, new in verdicts.items() if kept.get(fact_id, new) != new}
    for fact_id, (verdict, reason) in changed.items():
        update = sa.update(TABLE).where(TABLE.c.journey_id == journey_id, TABLE.c.id == fact_id)
        connection.execute(update.values(verdict=verdict, reason=reason))
    return len(changed)
