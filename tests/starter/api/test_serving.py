"""`waypost serve` as a process: when it answers, when it refuses to, and how it ends."""

import signal
import socket
import sqlite3

import httpx
import pytest

from starter.cli.commands import command
from starter.cli.exit import status_of
from tests.starter.api.serving import Served, serving
from tests.starter.house import House, new_house
from tests.temporal_server import TemporalServer


@pytest.fixture
def own(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> House:
    """An installation to be broken."""
    return new_house(tmp_path_factory.mktemp("own"), temporal_server)


def test_a_balancer_is_told_that_it_is_ready(served: Served) -> None:
    answer = httpx.get(f"{served.url}/health", trust_env=False)
    assert (answer.status_code, answer.json()) == (200, {"detail": "ready"})


def test_every_answer_forbids_what_a_browser_could_do_with_it(served: Served) -> None:
    for path in ("/health", "/no-such-page"):
        headers = httpx.get(f"{served.url}{path}", trust_env=False).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert "server" not in headers


def test_the_log_names_routes_and_never_paths_or_queries(served: Served) -> None:
    httpx.get(f"{served.url}/health?token=s3cret", trust_env=False)
    httpx.get(f"{served.url}/view/s3cret", trust_env=False)
    assert "GET /health 200" in served.said
    assert "GET (no route) 404" in served.said
    assert "s3cret" not in served.said


def test_neither_a_schema_nor_an_explorer_is_served(served: Served) -> None:
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert httpx.get(f"{served.url}{path}", trust_env=False).status_code == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_gently(own: House, number: signal.Signals) -> None:
    with serving(own) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        assert client.get("/health").is_success  # the connection rests, and does not hold the end up
        served.process.send_signal(number)
        assert served.process.wait(10) == 0
    assert "Traceback" not in served.said


def test_a_ledger_of_another_schema_is_no_longer_healthy(own: House) -> None:
    with serving(own) as served:
        with sqlite3.connect(own.folder / "ledger.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
        answer = httpx.get(f"{served.url}/health", trust_env=False)
        assert answer.status_code == 503
        assert "use a later Waypost" in answer.json()["detail"]


def test_a_ledger_that_is_away_is_said_so_with_when_to_ask_again(own: House) -> None:
    with serving(own) as served:
        for file in own.folder.glob("ledger.db*"):
            file.rename(own.folder / f"{file.name}.elsewhere")
        answer = httpx.get(f"{served.url}/health", trust_env=False)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert answer.json() == {"detail": "the ledger's file is missing or may not be opened; try again later"}


def test_a_ledger_of_another_installation_is_not_served(own: House, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(own.folder / "ledger.db") as connection:
        connection.execute("UPDATE installation SET id = 'another'")
    connection.close()
    capsys.readouterr()
    assert status_of(lambda: command(["serve", "--dir", str(own.folder), "--port", "0"])) == 1
    assert "this ledger is of installation another" in capsys.readouterr().err


def test_a_port_that_is_taken_is_one_sentence(own: House, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert status_of(lambda: command(["serve", "--dir", str(own.folder), "--port", str(port)])) == 1
    assert capsys.readouterr().err == (
        f"nothing can listen at 127.0.0.1 port {port}: address already in use; choose another by --port\n"
    )
