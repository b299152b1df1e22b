import os
import subprocess
import sys

import pytest

from ledger import LedgerAway, LedgerFault
from starter.cli.exit import status_of
from starter.refusal import Refused


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (Refused("no such journey"), 1, "no such journey\n"),
        (Refused("it said \x1b]0;x\x07\x9b2J\ttwice\nover"), 1, "it said \ufffd]0;x\ufffd\ufffd2J\ttwice\nover\n"),
        (LedgerAway("the ledger's disk is full"), 1, "the ledger's disk is full\n"),
        (LedgerFault("a statement"), 1, "a statement; this is a fault of Waypost\n"),
        (KeyError("x"), 1, "Waypost failed with KeyError: 'x'; this is a fault of Waypost\n"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
        (SystemExit(2), 2, ""),
    ],
)
def test_every_end_has_its_status_and_one_sentence(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def story() -> int:
        raise error

    assert status_of(story) == status
    assert capsys.readouterr().err == said


def test_leaving_flushes_and_runs_nothing_of_the_interpreters_end() -> None:
    code = (
        "import atexit, sys; atexit.register(print, 'the end'); "
        "from starter.cli.exit import leave_after; sys.stdout.write('said'); leave_after(lambda: 3)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "said", "")
