import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import Ledger, LedgerAway, LedgerFault, audit, journeys, open_ledger, tables, texts
from ledger.engine import database_now
from ledger.identifiers import uuid7
from tests.ledger.given import JOURNEY, NOW, a_journey
from tests.ledger.writer import write
from tests.postgres import Postgres
from tests.temporal_server import free_ports

ROOT = Path(__file__).parent.parent.parent
A_MOMENT = timedelta(milliseconds=100)


def bodies(ledger: Ledger, *ids: str) -> list[str]:
    with ledger.read() as connection:
        return sorted(texts.texts(connection, ids).values())


def put_and_raise(connection: sa.Connection) -> None:
    audit.record(connection, "desk", "never", "x", {}, NOW)
    raise LookupError


def test_what_a_transaction_wrote_is_there_when_it_ends(ledger: Ledger) -> None:
    with ledger.write() as connection:
        written = texts.put(connection, "kept", NOW)
    assert bodies(ledger, written) == ["kept"]


def test_an_exception_takes_back_everything_that_its_transaction_wrote(ledger: Ledger) -> None:
    with pytest.raises(LookupError), ledger.write() as connection:
        put_and_raise(connection)
    with ledger.read() as connection:
        assert not audit.entries(connection)


def test_a_reader_sees_one_snapshot_however_much_is_written_beside_it(ledger: Ledger) -> None:
    with ledger.read() as reading:
        assert not audit.entries(reading)
        with ledger.write() as writing:
            audit.record(writing, "desk", "written", "beside", {}, NOW)
        assert not audit.entries(reading)
    with ledger.read() as reading:
        assert len(audit.entries(reading)) == 1


def test_writing_while_reading_is_an_error_and_harms_no_later_writer(ledger: Ledger) -> None:
    with pytest.raises(LedgerFault), ledger.read() as connection:
        texts.put(connection, "never", NOW)
    with ledger.write() as connection:
        written = texts.put(connection, "kept", NOW)
    assert bodies(ledger, written) == ["kept"]


@pytest.mark.timeout(20)  # waiting longer than was asked is the failure
def test_a_held_lock_makes_the_ledger_away_only_for_who_will_not_wait(ledger: Ledger) -> None:
    impatient = ledger.with_wait(A_MOMENT)
    with ledger.write() as connection:
        a_journey(connection)
    with ledger.write() as holder:
        journeys.lock(holder, JOURNEY)
        no_lock = pytest.raises(LedgerAway, match=r"^the ledger is busy: no lock came free within 0\.1 s$")
        with no_lock, impatient.write() as connection:
            journeys.lock(connection, JOURNEY)
    with impatient.write() as connection:
        assert journeys.lock(connection, JOURNEY) is not None
    impatient.close()


def test_a_lock_that_comes_free_in_time_is_no_failure(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
    held = threading.Event()

    def hold() -> None:
        with ledger.write() as connection:
            journeys.lock(connection, JOURNEY)
            held.set()
            journeys.mark_started(connection, JOURNEY, NOW)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with ledger.write() as connection:
        locked = journeys.lock(connection, JOURNEY)
    holder.join()
    assert locked is not None
    assert locked.started_at == NOW


@pytest.mark.timeout(20)
def test_using_up_one_ledgers_connections_blocks_no_other(ledger: Ledger) -> None:
    one, other = ledger.with_wait(A_MOMENT), ledger.with_wait(A_MOMENT)

    def use_up(depth: int) -> None:
        with one.read():
            use_up(depth + 1)

    with pytest.raises(LedgerAway, match=r"^the ledger is busy: no connection came free within 0\.1 s$"):
        use_up(1)
    with one.read() as connection, other.read() as beside:
        assert not audit.entries(connection)
        assert not audit.entries(beside)
    one.close()
    other.close()


def test_the_databases_clock_runs_and_can_be_asked_ahead(ledger: Ledger) -> None:
    minute = timedelta(minutes=1)
    with ledger.read() as connection:
        before = connection.execute(sa.select(database_now(connection))).scalar_one()
        ahead = connection.execute(sa.select(database_now(connection, minute))).scalar_one()
    assert before + minute <= ahead < before + 2 * minute


def test_a_refused_statement_is_told_without_its_values(ledger: Ledger) -> None:
    row = {"id": uuid7(), "digest": "ada@example.org", "body": "ada@example.org", "created_at": NOW}
    with pytest.raises(LedgerFault) as raised, ledger.write() as connection:
        connection.execute(sa.insert(tables.text), [row, row])
    assert "ada@example.org" not in str(raised.value)
    assert "INSERT" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:secret@localhost/ledger",
        "postgresql://ada:p@ss:secret@localhost/ledger",
        "ledger.db",
        "",
    ],
)
def test_an_address_that_no_ledger_has_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"^a ledger's address is sqlite:///PATH or postgresql://") as raised:
        open_ledger(url)
    assert "secret" not in str(raised.value)


def test_postgresql_without_its_driver_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as on a machine without it
    with pytest.raises(ValueError, match=r"needs psycopg: install waypost\[postgres\]$"):
        open_ledger("postgresql://ada@localhost/ledger")


def why_away(url: str) -> str:
    """The sentence that using the ledger ends with."""
    with closing(open_ledger(url, wait=A_MOMENT)) as ledger, pytest.raises(LedgerAway) as raised, ledger.read():
        pass
    assert raised.value.__cause__ is None
    return str(raised.value)


def test_an_absent_file_is_away_and_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "ada@example.org.db"
    assert why_away(f"sqlite:///{file}") == "the ledger's file is missing or may not be opened"
    assert not file.exists()


def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("Dear Ada, " * 1000)
    assert why_away(f"sqlite:///{file}") == "the ledger's file is no SQLite database"


def test_a_server_that_cannot_be_used_is_away_and_its_address_stays_unsaid(postgres: Postgres, tmp_path: Path) -> None:
    nobody_there = "nothing answers where the ledger's server should be"
    assert why_away(f"postgresql://ada:secret@/ledger?host={tmp_path}") == nobody_there
    [port] = free_ports(1)
    assert why_away(f"postgresql://ada:secret@127.0.0.1:{port}/ledger") == nobody_there
    assert why_away(postgres.url("ada")) == "the ledger's server does not know this database or user"


def test_a_statement_that_takes_too_long_is_away(postgres: Postgres) -> None:
    slow = pytest.raises(LedgerAway, match=r"^the ledger did not answer within 0\.1 s$")
    with closing(open_ledger(postgres.url("postgres"), wait=A_MOMENT)) as ledger, slow, ledger.read() as connection:
        connection.execute(sa.select(sa.func.pg_sleep(60)))


EACH = 10
WRITERS = ("one", "two", "three", "four")


def counted(url: str) -> dict[str, list[object]]:
    """What each writer found before each of its writes."""
    with closing(open_ledger(url)) as ledger, ledger.read() as connection:
        return {name: [entry.detail["before"] for entry in audit.entries(connection, name)] for name in WRITERS}


def test_four_processes_that_find_no_file_make_one_and_lose_no_write(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    command = [sys.executable, "-m", "tests.ledger.writer", url]
    writers = [
        subprocess.Popen([*command, name, str(EACH)], cwd=ROOT, stderr=subprocess.PIPE, text=True) for name in WRITERS
    ]
    said = [writer.communicate(timeout=100)[1] for writer in writers]
    assert said == [""] * len(WRITERS)
    assert counted(url) == {name: list(range(EACH)) for name in WRITERS}


def test_four_that_migrate_one_database_at_once_make_the_tables_once(postgres: Postgres) -> None:
    url = postgres.create("contended")
    with ThreadPoolExecutor(len(WRITERS)) as writers:
        list(writers.map(lambda name: write(url, name, EACH), WRITERS))
    assert counted(url) == {name: list(range(EACH)) for name in WRITERS}
