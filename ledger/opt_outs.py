"""Optional notifications that people do not want: one of a program, or all of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import audit, mail_tables
from ledger.insert import insert_unless_present
from plan.model import Frozen

TABLE: Final = mail_tables.opt_out
ALL: Final = "*"  # every optional notification of the program


class OptOutRow(Frozen):
    """What somebody does not want, since when, and who said so; `message_id`: the message that they said it from."""

    person_id: str
    program: str
    notification: str
    since: AwareDatetime
    by: str
    message_id: str | None = None


def opt_out(
    connection: Connection,
    person_id: str,
    program: str,
    notification: str,
    by: str,
    now: datetime,
    message_id: str | None = None,
) -> bool:
    """False: the person had opted out of it already. Audited."""
    key = {"person_id": person_id, "program": program, "notification": notification}
    if not insert_unless_present(connection, TABLE, **key, since=now, by=by, message_id=message_id):
        return False
    audit.record(connection, by, "opted_out", person_id, {"program": program, "notification": notification}, now)
    return True


def opt_in(connection: Connection, person_id: str, program: str, notification: str, by: str, now: datetime) -> bool:
    """False: the person had not opted out of it. Audited."""
    delete = sa.delete(TABLE).where(
        TABLE.c.person_id == person_id, TABLE.c.program == program, TABLE.c.notification == notification
    )
    if not connection.execute(delete).rowcount:
        return False
    audit.record(connection, by, "opted_in", person_id, {"program": program, "notification": notification}, now)
    return True


def of_person(connection: Connection, person_id: str) -> Mapping[str, tuple[str, ...]]:
    """Program → what the person does not want of it, in order of names."""
    query = sa.select(TABLE.c.program, TABLE.c.notification).where(TABLE.c.person_id == person_id)
    found: dict[str, tuple[str, ...]] = {}
    for program, notification in connection.execute(query.order_by(TABLE.c.program, TABLE.c.notification)):
        found[program] = (*found.get(program, ()), notification)
    return found


def opted_out(connection: Connection, people: Collection[str], program: str) -> Mapping[str, frozenset[str]]:
    """Person → what they do not want of the program; who wants everything is left out."""
    query = sa.select(TABLE.c.person_id, TABLE.c.notification)
    query = query.where(TABLE.c.person_id.in_(people), TABLE.c.program == program)
    found: dict[str, frozenset[str]] = {}
    for person_id, notification in connection.execute(query):
        found[person_id] = found.get(person_id, frozenset()) | {notification}
    return found


def of_person(connection: Connection, person_id: str) -> Sequence[OptOutRow]:
    """Everything that the person does not want, in every program."""
    query = sa.select(TABLE).where(TABLE.c.person_id == person_id).order_by(TABLE.c.program, TABLE.c.notification)
    return [OptOutRow(**row) for row in connection.execute(query).mappings()]
