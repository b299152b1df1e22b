import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.starter.conftest import Run
from tests.starter.house import House

COMMANDS = [
    "dev",
    "demo",
    "worker",
    "migrate",
    "enroll",
    "tell",
    "extend",
    "show",
    "list",
    "messages",
    "person set",
    "person show",
    "person merge",
    "program close",
    "program reopen",
    "plan check",
    "plan publish",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_teaches_by_an_example(run: Run, name: str) -> None:
    ran = run(*name.split(), "--help")
    assert ran.status == 0
    assert f"Example: waypost {name} " in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frob"], "No such command 'frob'; see: waypost --help"),
        (["enroll"], "Missing argument 'PERSON'; see: waypost enroll --help"),
        (["show", "p-1", "--frob"], "No such option: --frob; see: waypost show --help"),
        (["dev", "--ui-port", "0"], "Invalid value for '--ui-port'"),
    ],
)
def test_wrong_usage_is_status_2_and_one_sentence(run: Run, arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    ran = run()
    assert ran.status == 2
    assert "Runs the communications of a certification program" in ran.out


def test_a_folder_where_nothing_is_set_up_names_the_next_step(run: Run, tmp_path: Path) -> None:
    for arguments in (["list"], ["show", "p-1"], ["person", "show", "p-1"], ["messages"]):
        ran = run(*arguments, "--dir", str(tmp_path / "none"))
        assert ran.status == 1
        assert ran.err == f"nothing is set up in {tmp_path}/none yet; run: waypost dev, or waypost migrate\n"


def test_every_command_but_help_takes_a_folder_and_json(run: Run) -> None:
    for name in COMMANDS:
        shown = run(*name.split(), "--help").out
        assert ("--dir" in shown) == (name != "plan check")
        assert ("--json" in shown) == (name != "worker")


def test_as_processes_commands_end_with_their_own_status_and_no_traceback(house: House) -> None:
    program = [sys.executable, "-c", "from starter.cli import main; main()"]
    environment = {**os.environ, "WAYPOST_DIR": str(house.folder)}
    for arguments, status in ((["list"], 0), (["show", "nobody"], 1), (["frob"], 2)):
        ended = subprocess.run([*program, *arguments], capture_output=True, text=True, check=False, env=environment)
        assert ended.returncode == status
        assert "Traceback" not in ended.stderr
