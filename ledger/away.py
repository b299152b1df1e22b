"""What callers hear when the database fails: one sentence, never a statement, a parameter, a value or an address.

SQLAlchemy's and PostgreSQL's own texts quote all of these (DETAIL: Key (email)=(…)), and Temporal stores the texts and
causes of errors: nothing of theirs may pass this module.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from sqlalchemy import exc

BUSY: Final = "the ledger is busy: no lock came free within {wait} s"
SLOW: Final = "the ledger did not answer within {wait} s"
CROWDED: Final = "the ledger is busy: no connection came free within {wait} s"
FULL: Final = "the ledger's disk is full"
LOST: Final = "the ledger cannot be reached"

# https://www.sqlite.org/rescode.html, primary codes
SQLITE: Final = {
    5: BUSY,  # SQLITE_BUSY
    6: BUSY,  # SQLITE_LOCKED
    10: "the ledger's disk does not answer",  # SQLITE_IOERR
    11: "the ledger's file is damaged",  # SQLITE_CORRUPT
    13: FULL,  # SQLITE_FULL
    14: "the ledger's file is missing or may not be opened",  # SQLITE_CANTOPEN
    26: "the ledger's file is no SQLite database",  # SQLITE_NOTADB
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRES: Final = {
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
    "53100": FULL,  # disk_full
    "53300": "the ledger's server takes no more connections",  # too_many_connections
    "55P03": BUSY,  # lock_not_available
    "57014": SLOW,  # query_canceled: statement_timeout
    "57P03": "the ledger's server is starting or stopping",  # cannot_connect_now
}
# libpq gives a failed connection no code, only its English words.
CONNECTING: Final = {
    "password authentication failed": "the ledger's server refused the user or password",
    "no password supplied": "the ledger's server wants a password",
    "does not exist": "the ledger's server does not know this database or user",
    "Connection refused": "nothing answers where the ledger's server should be",
    "No such file or directory": "nothing answers where the ledger's server should be",
    "timeout": SLOW,
}


class LedgerAway(Exception):
    """The ledger cannot be used now; what was not committed did not happen. Trying again later is right."""


class LedgerFault(Exception):
    """The database refused a statement for good: a fault of the program or of the schema, never of the moment."""


@contextmanager
def one_sentence(wait: timedelta) -> Iterator[None]:
    """Turns whatever SQLAlchemy raises into LedgerAway, LedgerFault or the ValueError that a column type raised."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _sentence(error, wait) from None


def _sentence(error: exc.SQLAlchemyError, wait: timedelta) -> Exception:
    seconds = f"{wait.total_seconds():g}"
    if isinstance(error, exc.TimeoutError):  # the pool's
        return LedgerAway(CROWDED.format(wait=seconds))
    if isinstance(error, exc.DBAPIError):
        sentence = _away(error)
        return LedgerAway(sentence.format(wait=seconds)) if sentence else LedgerFault(_fault(error))
    if isinstance(error, exc.StatementError) and isinstance(error.orig, ValueError | TypeError):
        return error.orig
    return LedgerFault(f"the ledger was asked wrongly ({type(error).__name__})")


def _away(error: exc.DBAPIError) -> str | None:
    """The sentence for a failure that may pass by itself; None for a fault."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return SQLITE.get((getattr(cause, "sqlite_errorcode", None) or 1) & 0xFF)
    code = getattr(cause, "sqlstate", None)
    if code in POSTGRES:
        return POSTGRES[code]
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        words = str(cause) if code is None else ""
        return next((sentence for part, sentence in CONNECTING.items() if part in words), LOST)
    return LOST if error.connection_invalidated else None


def _fault(error: exc.DBAPIError) -> str:
    """Names the kind of failure and the constraint; SQLite's and PostgreSQL's names hold no values."""
    cause = error.orig
    diagnosis = getattr(cause, "diag", None)
    where = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "table_name", None)
    kind = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or type(cause).__name__
    return f"the ledger refused a statement ({kind}{f', {where}' if where else ''})"
