"""The program itself: which plan counts, since when its rules speak, and whether it is closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from ledger import audit, plans, tables
from plan.model import Frozen


class ProgramRow(Frozen):
    """`launched`: rule → since when it speaks, for those that came after the first plan (`plan.launching`)."""

    version: str
    launched: Mapping[str, AwareDatetime] = Field(default_factory=dict)
    closed_at: AwareDatetime | None = None
    reopened_at: AwareDatetime | None = None  # when the last closure ended


TABLE = tables.plan_pointer
COLUMNS = [TABLE.c[name] for name in ProgramRow.model_fields]
ONE: Final = sa.select(*COLUMNS).where(TABLE.c.program == sa.bindparam("name"))


def program(connection: Connection, name: str) -> ProgramRow | None:
    """None: nothing was ever published for it."""
    row = connection.execute(ONE, {"name": name}).mappings().first()
    return None if row is None else ProgramRow.model_validate(dict(row))


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
