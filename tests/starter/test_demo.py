import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from starter.cli.commands import command
from starter.cli.exit import status_of
from starter.demo import Message, differences
from starter.folder import DEMONSTRATION, empty

WELCOME = Message("ana", "ana", "welcome", date(2027, 1, 4))
NOTICE = Message("ben", "desk@example.org", "desk_past_due_notice", date(2027, 1, 5))


def test_what_is_missing_or_too_much_is_named_once_for_each_copy() -> None:
    assert differences(Counter([WELCOME, NOTICE]), Counter([NOTICE, WELCOME])) == []
    assert differences(Counter([WELCOME, WELCOME]), Counter([WELCOME, NOTICE])) == [
        "missing 2027-01-04 ana welcome",
        "not expected 2027-01-05 ben desk_past_due_notice to desk@example.org",
    ]


def test_a_folder_of_anything_else_is_never_emptied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ledger.db").write_text("precious")
    assert status_of(lambda: command(["demo", "--dir", str(tmp_path)])) == 1
    assert "holds something else than a demonstration; name another folder by --dir" in capsys.readouterr().err
    assert (tmp_path / "ledger.db").read_text() == "precious"


def test_the_folder_of_an_earlier_demonstration_is_emptied(tmp_path: Path) -> None:
    empty(tmp_path)
    assert (tmp_path / DEMONSTRATION).exists()
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "old.eml").write_text("")
    (tmp_path / "ledger.db").write_text("")
    empty(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [DEMONSTRATION]


def test_three_people_get_exactly_what_the_script_says(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from starter.cli import main; main()"]
    ended = subprocess.run(
        [*program, "demo", "--dir", str(tmp_path / "demo"), "--exit", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=115,
    )
    assert ended.returncode == 0, ended.stderr
    passed = json.loads(ended.stdout)
    assert passed["kinds"] >= 12
    assert passed["messages"] == len(list((tmp_path / "demo" / "mail").glob("*.eml")))
    assert "Traceback" not in ended.stderr
    engine = b"".join(file.read_bytes() for file in sorted((tmp_path / "demo").glob("temporal.db*")))
    assert b"document_insufficient" in engine  # the words of histories can be found in it
    for secret in ("Ana Torres", "Torres", "Okafor", "@example.org", "second page", "Parental leave"):
        assert secret.encode() not in engine, secret
