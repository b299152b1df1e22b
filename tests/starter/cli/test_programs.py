"""`waypost program close|reopen`, and what publishing a changed plan launches, on the running house."""

from pathlib import Path
from shutil import copytree

import pytest

from tests.starter.cli.test_people import person
from tests.starter.conftest import Run
from tests.starter.house import PLAN
from tests.until import until_now

__all__ = ["person"]


@pytest.fixture
def program(run: Run, tmp_path: Path, person: str) -> Path:
    """A program of this test's own, published; its name is `own-PERSON`."""
    copytree(PLAN.parent, tmp_path / "own")
    file = tmp_path / "own" / "plan.yaml"
    file.write_text(PLAN.read_text().replace("program: trial", f"program: own-{person}"))
    assert run("plan", "publish", str(file)).status == 0
    return file


def test_31_a_closed_program_says_nothing_and_takes_nobody_in_until_it_opens_again(
    run: Run, program: Path, person: str
) -> None:
    name = f"own-{person}"
    for one in (person, f"{person}-b"):
        run("person", "set", one, "--email", f"{one}@example.org", "--name", "Ada")
    run("person", "hold", person)
    run("enroll", person, "--program", name, "--process", "application")
    until_now(lambda: run("show", person, "--json").json["decisions"] != [])
    done = run("program", "close", name, "--why", "bodies_merged", "--json").json
    assert done == {"program": name, "closed": True, "changed": True, "woken": 1}

    def reason() -> str | None:
        [decision] = run("show", person, "--json").json["decisions"]
        return str(decision["reason"])

    until_now(lambda: reason() == "program_closed")
    assert run("program", "close", name).out == f"nothing to do: {name} is closed\n"
    refused = run("enroll", f"{person}-b", "--program", name, "--process", "application")
    assert (refused.status, "is closed since" in refused.err) == (1, True)
    frozen = run("plan", "publish", str(program))
    assert (frozen.status, f"waypost program reopen {name}" in frozen.err) == (1, True)
    run("person", "release", person)
    assert run("program", "reopen", name).out == f"{name} is open again\n"
    until_now(lambda: [m["outcome"] for m in run("messages", "--person", person, "--json").json] == ["sent"])


def test_an_unknown_program_is_one_sentence(run: Run) -> None:
    ran = run("program", "close", "nowhere")
    assert (ran.status, ran.err.startswith("there is no program 'nowhere'")) == (1, True)


def test_21_what_a_later_plan_says_first_floods_nobody(run: Run, program: Path, person: str) -> None:
    run("person", "set", person, "--email", f"{person}@example.org", "--name", "Ada")
    run("enroll", person, "--program", f"own-{person}", "--process", "application")
    until_now(lambda: len(run("messages", "--person", person, "--json").json) == 1)
    hello = "  hello: {purpose: announcement, to: applicant, on: created, template: welcome}\n"
    program.write_text(program.read_text() + hello)
    assert run("plan", "publish", str(program)).status == 0
    until_now(lambda: run("show", person, "--json").json["decisions"] != [])
    [decision] = run("show", person, "--json").json["decisions"]
    found = (decision["notification"], decision["outcome"], decision["reason"], decision["because"])
    assert found == ("hello", "skipped", "already_past", "plan_changed")
    assert len(run("messages", "--person", person, "--json").json) == 1
