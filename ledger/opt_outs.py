"""Optional notifications that people do not want: one of a program, or all of them.

A row stays when somebody wants one again: until when it was not wanted is what deciding must know then.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import audit, mail_tables
from ledger.insert import insert_unless_present
from plan.model import Frozen

TABLE: Final = mail_tables.opt_out
ALL: Final = "*"  # every optional notification of the program
OF_PEOPLE: Final = sa.select(TABLE.c.person_id, TABLE.c.notification, TABLE.c.ended_at).where(
    TABLE.c.person_id.in_(sa.bindparam("people", expanding=True)), TABLE.c.program == sa.bindparam("program")
)


class OptOutRow(Frozen):
    """What somebody does not want, since when, and who said so; `message_id`: the message that they said it from."""

    person_id: str
    program: str
    notification: str
    since: AwareDatetime
    by: str
    message_id: str | None = None


class Wishes(NamedTuple):
    """What somebody does not want of a program, and what they want again since when; `*` is every optional one."""

    unwanted: frozenset[str] = frozenset()
    again: Mapping[str, datetime] = {}


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
    said = {"since": now, "by": by, "message_id": message_id}
    if not insert_unless_present(connection, TABLE, **key, **said):
        again = sa.update(TABLE).where(*_named(person_id, program, notification), TABLE.c.ended_at.is_not(None))
        if not connection.execute(again.values(**said, ended_at=None)).rowcount:
            return False
    audit.record(connection, by, "opted_out", person_id, {"program": program, "notification": notification}, now)
    return True


def opt_in(connection: Connection, person_id: str, program: str, notification: str, by: str, now: datetime) -> bool:
    """False: the person had not opted out of it. Audited."""
    end = sa.update(TABLE).where(*_named(person_id, program, notification), TABLE.c.ended_at.is_(None))
    if not connection.execute(end.values(ended_at=now)).rowcount:
        return False
    audit.record(connection, by, "opted_in", person_id, {"program": program, "notification": notification}, now)
    return True


def wishes(connection: Connection, people: Collection[str], program: str) -> Mapping[str, Wishes]:
    """By person; who never opted out of anything of the program is left out."""
    found: dict[str, Wishes] = {}
    for person_id, notification, ended_at in connection.execute(
        OF_PEOPLE, {"people": list(people), "program": program}
    ):
        unwanted, again = found.get(person_id, Wishes())
        if ended_at is None:
            found[person_id] = Wishes(unwanted | {notification}, again)
        else:
            found[person_id] = Wishes(unwanted, {**again, notification: ended_at})
    return found


def of_person(connection: Connection, person_id: str) -> Sequence[OptOutRow]:
    """Everything that the person does not want, in every program."""
    query = sa.select(*(TABLE.c[name] for name in OptOutRow.model_fields))
    query = query.where(TABLE.c.person_id == person_id, TABLE.c.ended_at.is_(None))
    ordered = query.order_by(TABLE.c.program, TABLE.c.notification)
    return [OptOutRow(**row) for row in connection.execute(ordered).mappings()]


def _named(person_id: str, program: str, notification: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (TABLE.c.person_id == person_id, TABLE.c.program == program, TABLE.c.notification == notification)
