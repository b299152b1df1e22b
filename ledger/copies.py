"""Messages of no journey's plan: found by their key, their reader, and what they are a copy of."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import delivery, mail_tables
from ledger.message_rows import MessageRow, original

TABLE: Final = mail_tables.message


def by_hand(connection: Connection, key: str) -> MessageRow | None:
    """The message with this key, of those that belong to no journey."""
    query = sa.select(TABLE).where(TABLE.c.key == key, TABLE.c.journey_id.is_(None))
    found = connection.execute(query).mappings().first()
    return None if found is None else MessageRow(**found)


def family(connection: Connection, row: MessageRow) -> Sequence[MessageRow]:
    """The message that this one is or is a copy of, and all its copies, oldest first."""
    key = original(row.key)
    # Neither LIKE nor IS NOT DISTINCT FROM is read by an index everywhere; "," is what follows "+".
    near = sa.and_(TABLE.c.key >= key, TABLE.c.key < f"{key},")
    of_it = TABLE.c.journey_id.is_(None) if row.journey_id is None else TABLE.c.journey_id == row.journey_id
    found = [MessageRow(**one) for one in connection.execute(sa.select(TABLE).where(of_it, near)).mappings()]
    return sorted((one for one in found if original(one.key) == key), key=lambda one: one.id)


def undelivered(connection: Connection, person_id: str) -> Sequence[MessageRow]:
    """The person's messages that did not arrive and of which no later copy may have, oldest first."""
    query = sa.select(TABLE).where(TABLE.c.person_id == person_id).order_by(TABLE.c.id)
    last: dict[tuple[str | None, str], MessageRow] = {}
    for found in connection.execute(query).mappings():
        one = MessageRow(**found)
        last[one.journey_id, original(one.key)] = one
    return [one for one in last.values() if one.state == "failed" or one.delivery in delivery.FAILED]


def under_way(connection: Connection, person_id: str) -> Sequence[MessageRow]:
    """Open messages of no journey's plan to this person, oldest first."""
    mine = sa.and_(TABLE.c.person_id == person_id, TABLE.c.source != "plan", sa.text(mail_tables.OPEN))
    query = sa.select(TABLE).where(mine).order_by(TABLE.c.id)
    return [MessageRow(**found) for found in connection.execute(query).mappings()]
