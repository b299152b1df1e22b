"""What will not be sent, or not yet, and why: the answer to "why didn't I get it?"."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import tables
from plan.model import Frozen
from plan.outcomes import Outcome


class DecisionRow(Frozen):
    """One occurrence that has no message. `key` is None for not_triggered only; `at` is when it was planned."""

    key: str | None
    notification: str
    to: str
    person_id: str | None = None  # whom a held one waits for
    outcome: Outcome
    reason: str | None = None
    because: str | None = None
    detail: str | None = None
    at: AwareDatetime | None = None

    @property
    def slot(self) -> str:
        """What tells two decisions of one journey apart."""
        return self.key or f"{self.notification}?{self.reason or ''}>{self.to}"


TABLE: Final = tables.decision
COLUMNS: Final = [TABLE.c[name] for name in DecisionRow.model_fields]


def replace(connection: Connection, journey_id: str, rows: Sequence[DecisionRow]) -> int:
    """Makes the journey's decisions these, of equal slots the last; says how many rows it wrote or deleted.

    Rows that stay the same are not touched: most decisions repeat nearly all of the last.
    """
    before = {row.slot: row for row in decisions(connection, journey_id)}
    after = {row.slot: row for row in rows}
    gone = [slot for slot in before if slot not in after]
    if gone:
        connection.execute(sa.delete(TABLE).where(TABLE.c.journey_id == journey_id, TABLE.c.slot.in_(gone)))
    new = [row for slot, row in after.items() if slot not in before]
    if new:
        connection.execute(
            sa.insert(TABLE), [{"journey_id": journey_id, "slot": row.slot, **row.model_dump()} for row in new]
        )
    changed = [row for slot, row in after.items() if slot in before and before[slot] != row]
    for row in changed:
        update = sa.update(TABLE).where(TABLE.c.journey_id == journey_id, TABLE.c.slot == row.slot)
        connection.execute(update.values(row.model_dump()))
    return len(gone) + len(new) + len(changed)


def decisions(connection: Connection, journey_id: str) -> Sequence[DecisionRow]:
    """By the planned instant; those without one last."""
    query = sa.select(*COLUMNS).where(TABLE.c.journey_id == journey_id)
    query = query.order_by(TABLE.c.at.nulls_last(), TABLE.c.slot)
    return [DecisionRow(**row) for row in connection.execute(query).mappings()]
