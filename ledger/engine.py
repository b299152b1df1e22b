"""Opens the ledger: one transaction at a time, on SQLite or PostgreSQL, with time-outs on everything that can wait."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from ledger.away import LedgerAway, LedgerFault, one_sentence
from ledger.columns import Instant

__all__ = ["Ledger", "LedgerAway", "LedgerFault", "database_now", "open_ledger"]

WAIT: Final = timedelta(seconds=10)
CONNECTIONS: Final = 8
NO_LEDGER: Final = (
    "a ledger's address is sqlite:///PATH or postgresql://USER@HOST/DATABASE, with %40 for an @ in a password"
)
JOURNAL_BYTES: Final = 64 * 1024 * 1024  # SQLite's write-ahead log is cut back to this after a checkpoint


class Ledger:
    """The ledger's database. Safe for threads; every process, and every `with_wait`, has connections of its own."""

    def __init__(self, url: sa.URL, wait: timedelta, *, references: bool = True) -> None:
        self.url = url
        self.wait = wait
        self._engine = _engine(url, wait, references=references)
        if url.get_backend_name() == "sqlite":
            self._writing = self._engine.execution_options(begin="BEGIN IMMEDIATE")
            self._reading = self._engine.execution_options(begin="BEGIN")
        else:
            self._writing = self._engine.execution_options(isolation_level="READ COMMITTED")
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end, rolled back by any exception. Raises LedgerAway, LedgerFault."""
        with one_sentence(self.wait), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot of everything; writing in it is an error. Raises LedgerAway, LedgerFault."""
        with one_sentence(self.wait), self._reading.begin() as connection:
            yield connection

    def with_wait(self, wait: timedelta) -> "Ledger":
        """The same database with other time-outs, sharing no connection and no queue; to be closed by itself."""
        return Ledger(self.url, wait)

    def close(self) -> None:
        """Gives back every connection; the ledger opens new ones when it is used again."""
        self._engine.dispose()


def open_ledger(url: str, *, wait: timedelta = WAIT, references: bool = True) -> Ledger:
    """The ledger at `sqlite:///PATH` or `postgresql://…`, not yet connected. ValueError: anything else.

    `wait` bounds the wait for a free connection, for connecting and for each lock, and on PostgreSQL each statement.
    Without `references` SQLite does not check foreign keys: for a migration that rebuilds a table, and nothing else.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):  # a port that is none is repeated, and may be half of a password with an @
        raise ValueError(NO_LEDGER) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return Ledger(parsed.set(drivername="sqlite"), wait, references=references)
        case "postgresql":
            try:
                return Ledger(parsed.set(drivername="postgresql+psycopg"), wait)
            except ModuleNotFoundError:
                raise ValueError("a ledger on PostgreSQL needs psycopg: install waypost[postgres]") from None
        case _:
            raise ValueError(NO_LEDGER)


def database_now(connection: Connection, ahead: timedelta = timedelta(0)) -> sa.ColumnElement[datetime]:
    """The database's own clock at the time of the statement, plus `ahead`; leases are compared with nothing else."""
    return clock_of(connection.dialect.name, ahead)


def clock_of(dialect: str, ahead: timedelta = timedelta(0)) -> sa.ColumnElement[datetime]:
    """The same for a statement that is built once for all connections to such a database."""
    if dialect == "sqlite":
        seconds = f"{ahead.total_seconds():+.3f} seconds"
        return sa.func.strftime("%Y-%m-%dT%H:%M:%f000Z", "now", seconds, type_=Instant)
    return sa.type_coerce(sa.func.clock_timestamp() + sa.literal(ahead, sa.Interval), Instant)


def _engine(url: sa.URL, wait: timedelta, *, references: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        engine = sa.create_engine(url, creator=lambda: _sqlite(file, wait, references=references), **_pool(wait))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    milliseconds = round(wait.total_seconds() * 1000)
    arguments = {
        "connect_timeout": max(2, round(wait.total_seconds())),  # libpq: whole seconds, and less than two is unwise
        "tcp_user_timeout": milliseconds,
    }
    engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True, **_pool(wait))
    # A lock must give up before its statement does, or the server says only that the statement took too long.
    waits = {"lock": str(milliseconds * 9 // 10), "statement": str(milliseconds)}

    def limit_waits(connection: Connection) -> None:
        # Per transaction, not per session: a pooler between us and the server may give each one another session.
        connection.exec_driver_sql(
            "SELECT set_config('lock_timeout', %(lock)s, true), set_config('statement_timeout', %(statement)s, true)",
            waits,
        )

    event.listen(engine, "begin", limit_waits)
    return engine


def _pool(wait: timedelta) -> dict[str, Any]:
    return {
        "poolclass": QueuePool,
        "pool_size": CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": wait.total_seconds(),
        "hide_parameters": True,
        "json_serializer": _canonical,
    }


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sqlite(file: Path, wait: timedelta, *, references: bool) -> sqlite3.Connection:
    """A connection that begins no transaction by itself; an absent file is an error, never created by mistake."""
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=wait.total_seconds(),
        isolation_level=None,
        check_same_thread=False,
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"foreign_keys={'ON' if references else 'OFF'}",
        f"journal_size_limit={JOURNAL_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


def _begin_sqlite(connection: Connection) -> None:
    # Immediate: a transaction that turns from reading to writing half-way is refused at once when another wrote.
    begin = connection.get_execution_options()["begin"]
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if begin == 'BEGIN IMMEDIATE' else 'ON'}")
    connection.exec_driver_sql(begin)
