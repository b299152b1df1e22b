"""Inserting what another may have inserted already, in one statement."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_unless_present(connection: Connection, table: Table, **values: Any) -> bool:
    """True: the row is new. False: a row with one of its unique keys was there, and nothing was written."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    # Asked back, since SQLAlchemy keeps no count of inserted rows for PostgreSQL.
    query = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(query).first() is not None
