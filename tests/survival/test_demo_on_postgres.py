"""The whole demonstration with its ledger in PostgreSQL: nothing in the code differs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.reliability import Record, Row


@pytest.mark.soak
def test_the_demonstration_says_the_same_on_postgres(tmp_path: Path, postgres: Postgres, reliability: Record) -> None:
    program = [sys.executable, "-c", "from starter.cli import main; main()"]
    ended = subprocess.run(
        [*program, "demo", "--dir", str(tmp_path / "demo"), "--exit", "--json"],
        env={**os.environ, "WAYPOST_LEDGER_URL": postgres.create("demonstration")},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    lost = 0 if ended.returncode == 0 else 1
    reliability(Row("the demonstration on PostgreSQL", 1, lost, 0))
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["kinds"] >= 12
