from datetime import UTC, datetime
from pathlib import Path

import pytest

from starter.connection import EngineAway, connect, destination
from starter.refusal import Refused
from starter.running import Running, write
from starter.settings import load_settings
from tests.temporal_server import TemporalServer, free_ports


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE", "TEMPORAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))


def _dev(folder: Path, address: str) -> None:
    write(
        folder,
        Running(since=datetime(2026, 1, 1, tzinfo=UTC), temporal=address, http_api="", web_ui="", namespace="default"),
    )


def test_the_settings_come_first_then_the_dev_of_the_folder_then_temporals_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "cloud:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "ours")
    assert destination(load_settings(tmp_path)) == {"target_host": "cloud:7233", "namespace": "ours"}
    _dev(tmp_path, "127.0.0.1:1234")
    assert destination(load_settings(tmp_path)) == {"target_host": "127.0.0.1:1234", "namespace": "default"}
    (tmp_path / "waypost.toml").write_text('[temporal]\naddress = "here:7233"\n')
    assert destination(load_settings(tmp_path)) == {"target_host": "here:7233", "namespace": "ours"}


async def test_an_engine_that_answers_is_connected_to(temporal_server: TemporalServer, tmp_path: Path) -> None:
    _dev(tmp_path, temporal_server.address)
    client = await connect(load_settings(tmp_path), identity="a test")
    assert (client.namespace, client.identity) == ("default", "a test")


async def test_where_nothing_answers_the_next_step_is_named(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    _dev(tmp_path, f"127.0.0.1:{port}")
    with pytest.raises(
        EngineAway, match=f"nothing answers at 127.0.0.1:{port}; start it by: waypost dev --dir {tmp_path}"
    ):
        await connect(load_settings(tmp_path))


async def test_a_profile_of_temporals_configuration_that_is_missing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_PROFILE", "absent")
    with pytest.raises(Refused, match=r"^Temporal's environment configuration is wrong: .*absent"):
        await connect(load_settings(tmp_path))
