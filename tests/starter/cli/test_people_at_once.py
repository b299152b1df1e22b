"""Two commands about one person at the same moment: on PostgreSQL the second waits, and undoes nothing of the first."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from ledger import Ledger, people
from ledger.people import PersonRow
from starter.cli.commands import command
from starter.cli.exit import status_of

ADA: Final = PersonRow(id="ada", email="ada@example.org", name="Ada")
BEN: Final = PersonRow(id="ben", email="ben@example.org")
NOW: Final = datetime(2026, 9, 1, tzinfo=UTC)
WAITING: Final = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
PATIENCE: Final = 30.0

pytestmark = pytest.mark.parametrize("ledger", ["postgresql"], indirect=True)  # SQLite has one writer at a time


@pytest.fixture
def folder(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose engine is away, with Ada and Ben in its ledger."""
    monkeypatch.setenv("WAYPOST_LEDGER_URL", ledger.url.render_as_string(hide_password=False))
    (tmp_path / "waypost.toml").write_text('[temporal]\naddress = "127.0.0.1:9"\n')
    with ledger.write() as connection:
        people.set_person(connection, ADA, "test", NOW)
        people.set_person(connection, BEN, "test", NOW)
    return tmp_path


@contextmanager
def while_another_writes(ledger: Ledger, other: PersonRow, folder: Path, *arguments: str) -> Iterator[Future[int]]:
    """The command's status, once it has run into another that made `other` of a person and commits after that."""
    with ThreadPoolExecutor(1) as pool:
        with ledger.write() as connection:
            people.set_person(connection, other, "another", NOW)
            running = pool.submit(status_of, lambda: command([*arguments, "--dir", str(folder)]))
            wait_for_a_waiter(ledger)
        yield running


def wait_for_a_waiter(ledger: Ledger) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with ledger.read() as connection:
            if connection.execute(WAITING).scalar_one():
                return
        time.sleep(0.05)
    pytest.fail("the command waits for nobody")


def known(ledger: Ledger, person: str) -> PersonRow:
    with ledger.read() as connection:
        row = people.person(connection, person)
    assert row is not None
    return row


@pytest.mark.parametrize("change", [{"deceased": True}, {"on_hold": True}, {"attributes": {"member": True}}])
@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (("person", "set", "ada", "--name", "Ada Lovelace"), {"name": "Ada Lovelace"}),
        (("person", "set", "ada", "--consent", "supervisor"), {"consents": ("supervisor",)}),
        (("person", "merge", "ada", "--undo"), {}),
    ],
)
def test_a_change_keeps_what_was_said_of_the_person_meanwhile(
    ledger: Ledger, folder: Path, arguments: tuple[str, ...], made: dict[str, object], change: dict[str, object]
) -> None:
    with while_another_writes(ledger, ADA.model_copy(update=change), folder, *arguments) as status:
        assert status.result(PATIENCE) == 0
    after = known(ledger, "ada")
    assert after == ADA.model_copy(update={**change, **made, "revision": after.revision})


def test_a_hold_keeps_an_address_that_was_corrected_meanwhile(ledger: Ledger, folder: Path) -> None:
    moved = ADA.model_copy(update={"email": "new@example.org"})
    with while_another_writes(ledger, moved, folder, "person", "hold", "ada") as status:
        assert status.result(PATIENCE) == 0
    after = known(ledger, "ada")
    assert (after.email, after.on_hold) == ("new@example.org", True)


def test_two_merges_at_once_make_no_circle(ledger: Ledger, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    merged = ADA.model_copy(update={"merged_into": "ben"})
    with while_another_writes(ledger, merged, folder, "person", "merge", "ben", "--into", "ada") as status:
        assert status.result(PATIENCE) == 1
    assert capsys.readouterr().err == "ada was merged into ben\n"
    assert known(ledger, "ben").merged_into is None


def test_nobody_who_died_meanwhile_is_merged_into_somebody_of_whom_that_is_not_known(
    ledger: Ledger, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    died = ADA.model_copy(update={"deceased": True})
    with while_another_writes(ledger, died, folder, "person", "merge", "ada", "--into", "ben") as status:
        assert status.result(PATIENCE) == 1
    assert capsys.readouterr().err.startswith("ada died, and ben does not say so")
    assert known(ledger, "ada") == died.model_copy(update={"revision": 2})


def test_whoever_was_merged_meanwhile_is_named_by_whom_they_are(
    ledger: Ledger, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merged = ADA.model_copy(update={"merged_into": "ben"})
    with while_another_writes(ledger, merged, folder, "person", "set", "ada", "--name", "A") as status:
        assert status.result(PATIENCE) == 1
    assert capsys.readouterr().err == "ada was merged into ben: name ben\n"


def test_of_two_who_add_one_person_at_once_the_second_is_told(
    ledger: Ledger, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = PersonRow(id="cy", email="cy@example.org", name="Cy", on_hold=True)
    with while_another_writes(ledger, first, folder, "person", "set", "cy", "--email", "c@example.org") as status:
        assert status.result(PATIENCE) == 1
    assert capsys.readouterr().err == "cy was added by somebody else at this moment; say the same again\n"
    assert known(ledger, "cy") == first.model_copy(update={"revision": 1})
