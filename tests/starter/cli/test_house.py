from pathlib import Path

import pytest

from tests.starter.conftest import Run
from tests.starter.house import House
from tests.temporal_server import TemporalServer, free_ports


def test_migrating_again_changes_nothing(run: Run) -> None:
    assert run("migrate").out == "everything is up to date\n"
    assert run("migrate", "--json").json == {"migrated": False}


def test_a_new_folder_is_migrated_and_its_namespace_prepared(
    run: Run, temporal_server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_TEMPORAL_ADDRESS", temporal_server.address)
    assert run("migrate", "--dir", str(tmp_path / "new")).out == "the ledger is migrated; the namespace is prepared\n"
    assert run("list", "--dir", str(tmp_path / "new")).out == "no journeys\n"


def test_without_an_engine_the_ledger_is_migrated_and_the_rest_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setenv("WAYPOST_TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
    ran = run("migrate", "--dir", str(tmp_path / "new"))
    assert ran.status == 1
    assert ran.err.startswith(f"the ledger is migrated, but nothing answers at 127.0.0.1:{port}; ")
    assert run("list", "--dir", str(tmp_path / "new")).out == "no journeys\n"


def test_with_the_engine_away_a_person_is_changed_and_journeys_hear_of_it_later(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("person", "set", "h-1", "--email", "h-1@example.org", "--name", "Ada")
    run("enroll", "h-1", "--program", "trial", "--process", "application")
    (port,) = free_ports(1)
    monkeypatch.setenv("WAYPOST_TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
    ran = run("person", "set", "h-1", "--name", "Grace")
    assert ran.status == 0
    assert "the engine is away, they hear of it from the next command" in ran.out
    assert run("show", "h-1").status == 0
    assert run("tell", "h-1", "submitted").err.startswith(f"nothing answers at 127.0.0.1:{port}; ")
