"""The program itself: which plan counts, since when its rules speak, and whether it is closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from ledger import audit, journeys, plans, tables
from ledger.journeys import JourneyRow
from plan.model import Frozen


class ProgramRow(Frozen):
    """`launched`: rule → since when it speaks, for those that came after the first plan (`plan.launching`)."""

    version: str
    launched: Mapping[str, AwareDatetime] = Field(default_factory=dict)
    closed_at: AwareDatetime | None = None
    reopened_at: AwareDatetime | None = None  # when the last closure ended


TABLE = tables.plan_pointer
COLUMNS = [TABLE.c[name] for name in ProgramRow.model_fields]
OF_JOURNEY: Final = sa.select(*COLUMNS, *journeys.TABLE.c).where(
    TABLE.c.program == journeys.TABLE.c.program, journeys.TABLE.c.id == sa.bindparam("journey")
)
ONE: Final = sa.select(*COLUMNS).where(TABLE.c.program == sa.bindparam("name"))


def program(connection: Connection, name: str) -> ProgramRow | None:
    """None: nothing was ever published for it."""
    row = connection.execute(ONE, {"name": name}).mappings().first()
    return None if row is None else ProgramRow.model_validate(dict(row))


def of_journey(connection: Connection, journey_id: str) -> tuple[ProgramRow, JourneyRow] | None:
    """A journey and its program, read together; None: there is no such journey, or no plan for it."""
    found = connection.execute(OF_JOURNEY, {"journey": journey_id}).first()
    if found is None:
        return None
    here, there = found[: len(COLUMNS)], found[len(COLUMNS) :]
    program = ProgramRow.model_validate(dict(zip(ProgramRow.model_fields, here, strict=True)))
    return program, JourneyRow.model_validate(dict(zip(journeys.TABLE.c.keys(), there, strict=True)))


def launch(connection: Connection, name: str, launched: Mapping[str, datetime]) -> None:
    """Records since when the rules of the current plan speak."""
    values = {rule: since.isoformat() for rule, since in launched.items()}
    connection.execute(sa.update(TABLE).where(TABLE.c.program == name).values(launched=values))


def close(connection: Connection, name: str, by: str, why: str | None, now: datetime) -> bool:
    """From the commit on nothing leaves but what goes on all the same. False: it is closed already, or unknown."""
    plans.hold(connection, name)
    update = sa.update(TABLE).where(TABLE.c.program == name, TABLE.c.closed_at.is_(None))
    if not connection.execute(update.values(closed_at=now)).rowcount:
        return False
    audit.record(connection, by, "program_closed", name, {"why": why}, now)
    return True


def reopen(connection: Connection, name: str, by: str, why: str | None, now: datetime) -> bool:
    """False: it is not closed, or unknown."""
    update = sa.update(TABLE).where(TABLE.c.program == name, TABLE.c.closed_at.is_not(None))
    if not connection.execute(update.values(closed_at=None, reopened_at=now)).rowcount:
        return False
    audit.record(connection, by, "program_reopened", name, {"why": why}, now)
    return True
