"""Sentences for failures that no test can bring about on a real database; the others are in test_engine.py."""

import sqlite3
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import exc

from ledger.away import LedgerAway, LedgerFault, one_sentence

WAIT = timedelta(seconds=2)
SECRET = "INSERT INTO person ... ada@example.org"


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(SECRET)
    error.sqlite_errorcode = code
    return error


def heard(error: exc.SQLAlchemyError) -> Exception:
    with pytest.raises((LedgerAway, LedgerFault)) as raised, one_sentence(WAIT):
        raise error
    assert "ada" not in str(raised.value)
    assert raised.value.__cause__ is None
    return raised.value


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (sqlite3.SQLITE_BUSY, "the ledger is busy: no lock came free within 2 s"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "the ledger is busy: no lock came free within 2 s"),
        (sqlite3.SQLITE_FULL, "the ledger's disk is full"),
        (sqlite3.SQLITE_IOERR_READ, "the ledger's disk does not answer"),
        (sqlite3.SQLITE_CORRUPT, "the ledger's file is damaged"),
    ],
)
def test_a_failure_of_sqlite_that_may_pass_is_away(code: int, sentence: str) -> None:
    away = heard(exc.OperationalError(SECRET, {"email": "ada"}, sqlite_error(code)))
    assert (type(away), str(away)) == (LedgerAway, sentence)


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (psycopg.errors.DeadlockDetected, "the ledger is busy: no lock came free within 2 s"),
        (psycopg.errors.DiskFull, "the ledger's disk is full"),
        (psycopg.errors.TooManyConnections, "the ledger's server takes no more connections"),
        (psycopg.errors.CannotConnectNow, "the ledger's server is starting or stopping"),
        (psycopg.errors.AdminShutdown, "the ledger cannot be reached"),
        (psycopg.OperationalError, "the ledger cannot be reached"),
    ],
)
def test_a_failure_of_postgresql_that_may_pass_is_away(cause: type[psycopg.Error], sentence: str) -> None:
    away = heard(exc.OperationalError(SECRET, {"email": "ada"}, cause(SECRET)))
    assert (type(away), str(away)) == (LedgerAway, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            'connection failed: FATAL:  password authentication failed for user "ada"',
            "the ledger's server refused the user or password",
        ),
        ("connection timeout expired for ada", "the ledger did not answer within 2 s"),
    ],
)
def test_a_connection_that_was_not_made_says_why(words: str, sentence: str) -> None:
    away = heard(exc.OperationalError(None, None, psycopg.OperationalError(words)))
    assert (type(away), str(away)) == (LedgerAway, sentence)


@pytest.mark.parametrize(
    "error",
    [
        exc.ProgrammingError(SECRET, {"email": "ada"}, psycopg.errors.UndefinedTable(SECRET)),
        exc.OperationalError(SECRET, {"email": "ada"}, sqlite_error(sqlite3.SQLITE_ERROR)),
        exc.StatementError("ada", SECRET, {"email": "ada"}, LookupError("ada")),
        exc.NoResultFound("ada"),
    ],
)
def test_a_mistake_of_ours_is_a_fault_and_repeats_nothing(error: exc.SQLAlchemyError) -> None:
    assert isinstance(heard(error), LedgerFault)
