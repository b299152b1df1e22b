"""The ledger's schema: brought up to date on command only, and checked by everyone who uses it."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from ledger.away import LedgerAway, LedgerFault
from ledger.engine import Ledger, open_ledger

SCHEMA_RANGE: Final = (7, 7)  # the schemas that this build works with, both included
LOCK: Final = 0x776179706F7374  # PostgreSQL's advisory lock of migrations: "waypost"


class SchemaTooNew(Exception):
    """A later Waypost has migrated this ledger: this one must not touch it."""


def migrate(url: str) -> bool:
    """Makes the ledger's schema the newest that this build knows; False: it was. All of it happens, or nothing.

    An SQLite file that is not there is made, readable by its owner alone; its folder must be there. Whoever migrates
    beside us waits, or makes us wait: at most ten seconds for a lock, and no limit to a step. Raises LedgerAway,
    SchemaTooNew.
    """
    ledger = open_ledger(url, references=False)
    try:
        _make_file(ledger)
        with ledger.write() as connection:  # on SQLite this is the lock
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            number = _number(connection)
            if number is not None and number > SCHEMA_RANGE[1]:
                raise SchemaTooNew(_too_new(number))
            if number == SCHEMA_RANGE[1]:
                return False
            upgrade(connection, "head")
            return True
    finally:
        ledger.close()


def upgrade(connection: Connection, revision: str) -> None:
    """The steps up to `revision`, in the transaction of `connection`, which holds the lock of migrations."""
    if connection.dialect.name == "postgresql":  # a million messages are rewritten in half a minute
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    _check_references(connection)


def schema_problem(connection: Connection) -> str | None:
    """Why this build cannot work with this ledger, in one sentence; None: it can."""
    number = _number(connection)
    if number is None:
        return "the ledger has no tables yet; run waypost migrate"
    if number < SCHEMA_RANGE[0]:
        return f"the ledger's schema is {number} and this Waypost needs {SCHEMA_RANGE[0]}; run waypost migrate"
    return _too_new(number) if number > SCHEMA_RANGE[1] else None


def _too_new(number: int) -> str:
    return f"the ledger's schema is {number} and this Waypost knows {SCHEMA_RANGE[1]} at most; use a later Waypost"


def _number(connection: Connection) -> int | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    number = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if number is None else int(number)


def _check_references(connection: Connection) -> None:
    """SQLite rebuilds tables with its references unchecked, so they are checked before the commit."""
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise LedgerFault(
            f"after this migration {len(broken)} row(s) would refer to nothing; the ledger stays as it was"
        )


def _make_file(ledger: Ledger) -> None:
    if ledger.url.get_backend_name() != "sqlite":
        return
    try:
        Path(str(ledger.url.database)).touch(mode=0o600)
    except OSError as error:
        raise LedgerAway(f"the ledger's file cannot be made: {error.strerror}") from None
