import re
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import LedgerAway, LedgerFault, mail_tables, open_ledger, tables
from ledger.schema import SCHEMA_RANGE, SchemaTooNew, migrate, schema_problem

# What each database itself says of everything in it, but for the order of columns and for alembic's own table.
QUESTIONS = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name != 'alembic_version'"],
    "postgresql": [
        """SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
           FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version'""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version'",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text != 'alembic_version'""",
    ],
}


def described(connection: Connection) -> list[list[str]]:
    """Everything that the database holds, spelled alike however it was made."""
    questions = QUESTIONS[connection.dialect.name]
    rows = [row for question in questions for row in connection.execute(sa.text(question))]
    return sorted([_spelled(value) for value in row] for row in rows)


def _spelled(value: object) -> str:
    """SQLite keeps the words of CREATE TABLE, and appends added columns; the order of its lines says nothing."""
    lines = (line.strip().strip(",)").strip() for line in re.sub(r", (?=\w+ [A-Z])", "\n", str(value)).splitlines())
    return "\n".join(sorted(line for line in lines if line))


def execute(url: str, statement: str) -> None:
    with closing(open_ledger(url)) as ledger, ledger.write() as connection:
        connection.execute(sa.text(statement))


def problem(url: str) -> str | None:
    with closing(open_ledger(url)) as ledger, ledger.read() as connection:
        return schema_problem(connection)


def test_the_steps_build_exactly_the_tables_that_the_code_uses(empty_url: str) -> None:
    migrate(empty_url)
    with closing(open_ledger(empty_url)) as ledger, ledger.write() as connection:
        migrated = described(connection)
        tables.metadata.drop_all(connection)
        assert not described(connection)
        tables.metadata.create_all(connection)
        assert described(connection) == migrated
    assert len(migrated) > len(tables.metadata.tables) > len([mail_tables.message])


def test_migrating_again_changes_nothing(empty_url: str) -> None:
    assert migrate(empty_url)
    assert not migrate(empty_url)


def test_a_migrated_ledger_is_no_problem(migrated_url: str) -> None:
    assert problem(migrated_url) is None


def test_a_database_without_tables_is_a_problem_that_names_the_command(empty_url: str) -> None:
    assert problem(empty_url) == "the ledger has no tables yet; run waypost migrate"


def test_a_schema_outside_the_range_is_a_problem_that_says_what_to_do(migrated_url: str) -> None:
    first, last = SCHEMA_RANGE
    execute(migrated_url, f"UPDATE alembic_version SET version_num = '{first - 1:04}'")
    too_old = f"the ledger's schema is {first - 1} and this Waypost needs {first}; run waypost migrate"
    assert problem(migrated_url) == too_old
    execute(migrated_url, f"UPDATE alembic_version SET version_num = '{last + 1:04}'")
    too_new = f"the ledger's schema is {last + 1} and this Waypost knows {last} at most; use a later Waypost"
    assert problem(migrated_url) == too_new
    with pytest.raises(SchemaTooNew, match=f"^{too_new}$"):
        migrate(migrated_url)


def test_a_step_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE wake_up (id TEXT)")  # in the way of one of the last tables
    with pytest.raises(LedgerFault):
        migrate(empty_url)
    with closing(open_ledger(empty_url)) as ledger, ledger.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["wake_up"]


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    migrate(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(LedgerAway, match=r"^the ledger's file cannot be made: No such file or directory$"):
        migrate(f"sqlite:///{tmp_path / 'absent' / 'ledger.db'}")
