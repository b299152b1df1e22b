from pathlib import Path
from shutil import copytree

import pytest

from ledger import journeys, messages, plans, sending, wake_ups
from ledger.message_rows import Claimed
from starter.client import Waypost
from starter.plans import WrongPlan, current_plan, publish, read_plan, shipped
from starter.refusal import Refused
from tests.ledger import given
from tests.starter.house import PLAN
from tests.starter.people import new_journey


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The plan of this room, to be changed."""
    copytree(PLAN.parent, tmp_path / "trial")
    return tmp_path / "trial" / "plan.yaml"


def _on_the_wire(waypost: Waypost, journey: str, rule: str) -> None:
    new = given.new_message(f"{rule}#created>applicant", journey)
    with waypost.ledger.write() as connection:
        version = plans.current_version(connection, new.program) or ""
        told = {"rule": rule, "person_id": journey.split(":")[2], "plan_version": version}
        row = messages.queue(connection, new.model_copy(update=told))
        claimed = sending.claim(connection, row.id, row.fence, given.LIVE, given.CLOCK, given.NOW)
        assert isinstance(claimed, Claimed)
        assert given.to_wire(connection, claimed.row, version)


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_plan_is_read_with_the_templates_beside_it() -> None:
    files = read_plan(PLAN)
    assert (files.plan.program, list(files.templates)) == ("trial", ["welcome.en"])


def test_every_problem_of_plan_and_templates_is_named_with_file_and_line(copied: Path) -> None:
    _edit(copied, "in_progress: {submitted: in_review}", "in_progress: {submitted: in_reveiw}")
    _edit(copied.parent / "templates" / "welcome.en.html", "[[applicant.name]]", "[[applicant.nmae]]")
    (copied.parent / "templates" / "receipt.en.html").write_text("no front matter")
    with pytest.raises(WrongPlan) as error:
        read_plan(copied)
    problems = error.value.problems
    assert any(problem.startswith(f"{copied}:") and "in_reveiw" in problem for problem in problems)
    assert any("welcome.en.html:" in problem and "applicant.nmae" in problem for problem in problems)
    assert any("receipt.en.html:1:" in problem for problem in problems)


def test_a_missing_template_is_a_problem(copied: Path) -> None:
    (copied.parent / "templates" / "welcome.en.html").unlink()
    with pytest.raises(WrongPlan, match="welcome"):
        read_plan(copied)


def test_a_file_that_is_not_there_or_not_text_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"absent\.yaml cannot be read: no such file or directory"):
        read_plan(tmp_path / "absent.yaml")
    (tmp_path / "plan.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(WrongPlan, match=r"plan\.yaml:1: this is not UTF-8 text: save the file as UTF-8"):
        read_plan(tmp_path / "plan.yaml")


def test_of_a_file_without_an_end_no_more_is_read_than_shows_it() -> None:
    with pytest.raises(WrongPlan, match="/dev/zero:1: the file is larger than 800 KB"):
        read_plan(Path("/dev/zero"))


async def test_publishing_writes_a_wake_up_for_each_open_journey_and_again_nothing(idle: Waypost, copied: Path) -> None:
    open_one, ended = await new_journey(idle), await new_journey(idle)
    with idle.ledger.write() as connection:
        journeys.end(connection, ended, (await idle.temporal.get_workflow_handle(ended).describe()).start_time)
    _edit(copied, "Trial Program", "Trial Programme")
    published = publish(idle.ledger, read_plan(copied), "test")
    with idle.ledger.read() as connection:
        woken = {row.journey_id for row in wake_ups.pending(connection, 10_000)}
        assert plans.current_version(connection, "trial") == published.version
        assert current_plan(connection, "trial").title == "Trial Programme"
    assert published.changed
    assert open_one in woken
    assert ended not in woken
    again = publish(idle.ledger, read_plan(copied), "test")
    assert (again.changed, again.woken) == (False, 0)


def test_what_vanishes_from_the_plan_before_is_a_problem(copied: Path, tmp_path: Path) -> None:
    copytree(copied.parent, tmp_path / "old")
    _edit(copied, "  welcome:", "  hello:")
    (copied.parent / "templates" / "welcome.en.html").rename(copied.parent / "templates" / "hello.en.html")
    assert read_plan(copied).plan.rules.keys() == {"hello"}
    with pytest.raises(WrongPlan, match=r"plan\.yaml:1: `welcome` is gone"):
        read_plan(copied, tmp_path / "old" / "plan.yaml")
    _edit(copied, "hello: {", "hello: {was: welcome, ")
    assert read_plan(copied, tmp_path / "old" / "plan.yaml").plan.rules["hello"].was == ("welcome",)


async def test_34_a_notification_that_has_sent_does_not_vanish_in_publishing(idle: Waypost, copied: Path) -> None:
    publish(idle.ledger, read_plan(PLAN), "test")
    journey = await new_journey(idle)
    _edit(copied, "  welcome:", "  hello:")
    (copied.parent / "templates" / "welcome.en.html").rename(copied.parent / "templates" / "hello.en.html")
    _on_the_wire(idle, journey, "welcome")
    with pytest.raises(Refused, match="`welcome` is gone, so that what it said could be said again"):
        publish(idle.ledger, read_plan(copied), "test")
    _edit(copied, "hello: {", "hello: {was: welcome, ")
    assert publish(idle.ledger, read_plan(copied), "test").changed
    publish(idle.ledger, read_plan(PLAN), "test")


def test_every_shipped_plan_is_fit_to_be_published() -> None:
    assert {read_plan(file).plan.program for file in shipped()} >= {"quickstart"}
