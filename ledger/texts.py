"""Free text that people wrote. It stays here; journeys carry its id only."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import tables
from ledger.identifiers import uuid7
from ledger.insert import insert_unless_present


def put(connection: Connection, body: str, now: datetime) -> str:
    """The text's id. The same text has the same id, so that telling a fact again is a duplicate, not another fact.

    The id is drawn, not computed: a hash of a short text in a history could be guessed back.
    """
    digest = hashlib.sha256(body.encode()).hexdigest()
    insert_unless_present(connection, tables.text, id=uuid7(), digest=digest, body=body, created_at=now)
    return str(connection.execute(sa.select(tables.text.c.id).where(tables.text.c.digest == digest)).scalar_one())


def texts(connection: Connection, ids: Iterable[str]) -> Mapping[str, str]:
    """Texts by id; an unknown id is left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    table = tables.text.c
    query = sa.select(table.id, table.body).where(table.id.in_(wanted))
    return {row.id: row.body for row in connection.execute(query)}
