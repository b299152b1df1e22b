from pathlib import Path
from shutil import copytree

import pytest

from tests.starter.conftest import Run
from tests.starter.house import PLAN, House


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    copytree(PLAN.parent, tmp_path / "trial")
    return tmp_path / "trial" / "plan.yaml"


def test_a_good_plan_is_fit_to_be_published(run: Run) -> None:
    assert run("plan", "check", str(PLAN)).out.startswith(
        f"{PLAN} is fit to be published: Trial Program, 1 notifications"
    )
    found = run("plan", "check", str(PLAN), "--json").json
    assert (found["program"], found["problems"]) == ("trial", [])


def test_every_problem_of_a_bad_plan_is_a_line_with_file_and_number(run: Run, copied: Path) -> None:
    copied.write_text(
        copied.read_text().replace("plus: 90 days", "plus: soon").replace("purpose: confirm", "porpoise: ")
    )
    ran = run("plan", "check", str(copied))
    assert (ran.status, ran.out) == (1, "")
    lines = ran.err.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{copied}:") for line in lines)
    assert run("plan", "check", str(copied), "--json").json["problems"] == lines


def test_a_bad_plan_is_not_published(run: Run, copied: Path) -> None:
    copied.write_text(copied.read_text().replace("plus: 90 days", "plus: soon"))
    ran = run("plan", "publish", str(copied))
    assert (ran.status, ran.out) == (1, "")
    assert run("plan", "publish", str(PLAN)).out.endswith("is published already\n")


def test_publishing_wakes_the_open_journeys(
    run: Run, copied: Path, idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_DIR", str(idle_house.folder))
    run("person", "set", "woken", "--email", "woken@example.org")
    run("enroll", "woken", "--program", "trial", "--process", "application")
    copied.write_text(copied.read_text().replace("Trial Program", "Another Title"))
    published = run("plan", "publish", str(copied), "--json").json
    assert published["changed"]
    assert published["woken"] >= 1
    assert run("plan", "publish", str(PLAN)).out.startswith("published trial ")


def test_what_vanishes_from_the_plan_before_is_told_in_checking(run: Run, copied: Path) -> None:
    copied.write_text(copied.read_text().replace("  welcome:", "  hello:"))
    (copied.parent / "templates" / "welcome.en.html").rename(copied.parent / "templates" / "hello.en.html")
    assert run("plan", "check", str(copied)).status == 0
    ran = run("plan", "check", str(copied), "--against", str(PLAN))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"{copied}:1: `welcome` is gone")
