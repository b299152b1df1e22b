"""Who did what by command. Never an address, a name or a free text: those stay where they belong."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from pydantic import AwareDatetime, JsonValue
from sqlalchemy import Connection

from ledger import tables
from ledger.identifiers import uuid7
from plan.model import Frozen


class AuditRow(Frozen):
    """`by`: the member of staff, the application or the part of Waypost; `subject`: the id of what it was done to."""

    id: str
    at: AwareDatetime
    by: str
    action: str
    subject: str
    detail: Mapping[str, JsonValue]


def record(
    connection: Connection, by: str, action: str, subject: str, detail: Mapping[str, JsonValue], now: datetime
) -> None:
    """One line, in the transaction of what it tells."""
    connection.execute(
        sa.insert(tables.audit).values(id=uuid7(), at=now, by=by, action=action, subject=subject, detail=detail)
    )


def last(connection: Connection, subject: str) -> AuditRow | None:
    """The latest line about a subject."""
    table = tables.audit
    query = sa.select(table).where(table.c.subject == subject).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else AuditRow(**row)


def entries(
    connection: Connection, subject: str | None = None, after: str | None = None, limit: int = 500
) -> Sequence[AuditRow]:
    """In order of time, those behind the id `after`."""
    table = tables.audit
    query = sa.select(table).order_by(table.c.id).limit(limit)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    if after is not None:
        query = query.where(table.c.id > after)
    return [AuditRow(**row) for row in connection.execute(query).mappings()]
