"""A ledger with a row in every table is migrated from each schema that there was, and keeps every value."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import LedgerFault, journeys, mail_tables, messages, open_ledger, schema, sending, webhook_posts
from ledger.schema import SCHEMA_RANGE, migrate, upgrade
from tests.postgres import Postgres

# SQLite's expression of an index is not reflected, and not asked about here.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")

NOW: Final = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)
INSTANT: Final = "2026-10-05T14:30:00.000000Z"  # as SQLite keeps it
EARLIER: Final = [f"{number:04}" for number in range(1, SCHEMA_RANGE[1])]
FIXED: Final[dict[str, Any]] = {  # what may not be anything
    "state": "queued",
    "one": 1,
    "cause": "staff",
    "purpose": "view",
    "verdict": "accepted",
    "told": {"credits": {"earned": 3}},
    "roles": {},
    "attributes": {},
    "data": {},
    "fields": {"applicant.name": "Ada ‹Lovelace›"},
    "holidays": {},
}
GONE: Final = {("provider_event", "post_id"), ("provider_event", "provider_message_id")}  # in other columns now
IN: Final[dict[tuple[str, str], Any]] = {("channel", "state"): "up", ("message", "purpose"): "reminder"}


def begun(url: str, revision: str) -> None:
    """A ledger of that schema."""
    with closing(open_ledger(url, references=False)) as ledger, ledger.write() as connection:
        upgrade(connection, revision)


def filled(connection: Connection) -> dict[str, dict[str, Any]]:
    """A row in every table, related as the schema wants it; by table, as the database gives it back."""
    tables = sa.MetaData()
    tables.reflect(connection)
    rows: dict[str, dict[str, Any]] = {}
    for table in tables.sorted_tables:
        if table.name == "alembic_version":
            continue
        row = {column.name: _value(table, column, rows) for column in table.columns}
        connection.execute(sa.insert(table).values(**row))
        rows[table.name] = dict(connection.execute(sa.select(table)).mappings().one())
    return rows


def _value(table: sa.Table, column: sa.Column[Any], rows: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        return rows[key.column.table.name][key.column.name]
    if (table.name, column.name) in IN:
        return IN[table.name, column.name]
    if column.name in FIXED:
        return FIXED[column.name]
    match column.type:
        case sa.Boolean():
            return False
        case sa.Integer():
            return 1
        case sa.DateTime():
            return NOW
        case sa.JSON():
            return []
        case sa.LargeBinary():
            return b"\x00packed"
        case sa.String(length=27):
            return INSTANT
    return f"{table.name}.{column.name}"


@pytest.mark.parametrize("revision", EARLIER)
def test_every_row_keeps_every_value(empty_url: str, revision: str) -> None:
    begun(empty_url, revision)
    with closing(open_ledger(empty_url)) as ledger:
        with ledger.write() as connection:
            before = filled(connection)
        assert migrate(empty_url)
        with ledger.read() as connection:
            tables = sa.MetaData()
            tables.reflect(connection)
            for name, row in before.items():
                after = connection.execute(sa.select(tables.tables[name])).mappings().one()
                kept = {column: value for column, value in row.items() if (name, column) not in GONE}
                assert {column: after[column] for column in kept} == kept, name
        assert not migrate(empty_url)


def test_what_was_sent_before_messages_had_a_source_is_the_plan_s_and_e_mail(empty_url: str) -> None:
    begun(empty_url, "0002")
    with closing(open_ledger(empty_url)) as ledger:
        with ledger.write() as connection:
            before = filled(connection)
        migrate(empty_url)
        with ledger.read() as connection:
            row = messages.row(connection, before["message"]["id"])
            assert row is not None
            journey = journeys.journey(connection, row.journey_id or "")
            assert journey is not None
            assert (row.program, row.source, row.channel, row.doubled) == (journey.program, "plan", "email", False)
            [attempt] = sending.attempts(connection, row.id)
            assert attempt.evidence == "none"


def test_reports_of_before_have_counted_and_keep_the_providers_word_for_the_hand_over(empty_url: str) -> None:
    begun(empty_url, "0006")
    with closing(open_ledger(empty_url)) as ledger:
        with ledger.write() as connection:
            before = filled(connection)
        migrate(empty_url)
        with ledger.read() as connection:
            assert webhook_posts.uncounted(connection) == ()
            [event] = connection.execute(sa.select(mail_tables.provider_event)).mappings()
    assert before["provider_event"]["provider_message_id"] == "provider_event.provider_message_id"
    assert event["hand_over_id"] == "provider_event"  # as of "sg-1.recvd-7" it is "sg-1"


def test_a_row_that_would_refer_to_nothing_stops_the_migration_of_an_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    (tmp_path / "ledger.db").touch()
    begun(url, "0002")
    with closing(open_ledger(url, references=False)) as ledger:
        with ledger.write() as connection:
            filled(connection)
            connection.execute(sa.text("DELETE FROM journey"))
        with pytest.raises(LedgerFault):
            migrate(url)
        with ledger.read() as connection:
            assert schema.schema_problem(connection) == (
                f"the ledger's schema is 2 and this Waypost needs {SCHEMA_RANGE[0]}; run waypost migrate"
            )


def test_a_step_may_take_as_long_as_a_large_ledger_needs(postgres: Postgres) -> None:
    """Every other statement is given ten seconds; here a thousandth of one, which no step keeps to."""
    with closing(open_ledger(postgres.create("limits"), references=False)) as ledger, ledger.write() as connection:
        connection.execute(sa.text("SET LOCAL statement_timeout = 1"))
        upgrade(connection, "head")
        assert schema.schema_problem(connection) is None
