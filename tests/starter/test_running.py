from datetime import UTC, datetime
from pathlib import Path

from starter.processes import ProcessMark
from starter.running import Running, running, write

STATE = Running(
    since=datetime(2026, 10, 5, 14, tzinfo=UTC),
    temporal="127.0.0.1:7233",
    http_api="http://127.0.0.1:7243",
    web_ui="http://127.0.0.1:8233",
    namespace="default",
    parts=(ProcessMark(name="worker", pid=1, birth="77"),),
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write(tmp_path, STATE)
    assert running(tmp_path) == STATE


def test_nothing_ran_where_nothing_was_written(tmp_path: Path) -> None:
    assert running(tmp_path) is None


def test_a_file_cut_short_by_a_crash_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, STATE)
    (tmp_path / "dev.json").write_text((tmp_path / "dev.json").read_text()[:40])
    assert running(tmp_path) is None
