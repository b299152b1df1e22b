"""A migrated, empty ledger for each test, on both databases: fixtures for every room that needs one."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from ledger import Ledger, open_ledger, tables
from ledger.schema import migrate
from tests.postgres import Postgres

BOTH: Final = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that nobody opens."""
    file = tmp_path_factory.mktemp("ledger") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_ledger(postgres: Postgres) -> Iterator[Ledger]:
    """One ledger for all tests: emptying it after each takes 5 ms, a new database 70 ms and a process of its own."""
    url = postgres.create("ledger")
    migrate(url)
    with closing(open_ledger(url)) as ledger:
        yield ledger


@pytest.fixture(params=BOTH)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A migrated ledger without a row."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "ledger.db")
        with closing(open_ledger(f"sqlite:///{file}")) as opened:
            yield opened
        return
    shared: Ledger = request.getfixturevalue("postgres_ledger")
    yield shared
    with shared.write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(sa.delete(table))
