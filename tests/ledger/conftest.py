"""Databases before they are ledgers; the ledgers are in `opened`."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ledger.schema import migrate
from tests.ledger.opened import BOTH
from tests.postgres import Postgres

NUMBERS = count(1)


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test alone, without tables."""
    if request.param == "sqlite":
        file = tmp_path / "ledger.db"
        file.touch()
        yield f"sqlite:///{file}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    database = f"empty_{next(NUMBERS)}"
    yield postgres.create(database)
    postgres.drop(database)


@pytest.fixture
def migrated_url(empty_url: str) -> str:
    """The address of a migrated database of this test alone."""
    migrate(empty_url)
    return empty_url
