from datetime import timedelta

import pytest

from starter import client
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.until import until_now


@pytest.fixture(scope="session")
def numbers() -> list[int]:
    return []


@pytest.fixture
def person(run: Run, numbers: list[int]) -> str:
    """Somebody whose welcome has been sent."""
    numbers.append(1)
    person = f"s-{len(numbers)}"
    assert run("person", "set", person, "--email", f"{person}@example.org", "--name", "Ada").status == 0
    assert run("enroll", person, "--program", "trial", "--process", "application").status == 0
    until_now(lambda: [m["state"] for m in run("messages", "--person", person, "--json").json] == ["accepted"])
    return person


def test_a_message_says_when_to_whom_and_why(run: Run, person: str) -> None:
    (message,) = run("messages", "--journey", f"journey:trial:{person}:application:1", "--json").json
    assert (message["notification"], message["to"], message["purpose"]) == ("welcome", "applicant", "confirmation")
    assert (message["outcome"], message["reason"], message["state"]) == ("sent", None, "accepted")
    assert message["key"] == "welcome#created>applicant"
    assert message["local"].endswith(("-05:00", "-04:00"))
    assert message["queued_at"] <= message["sent_at"]
    assert "welcome" in run("messages", "--person", person).out
    assert run("messages", "--person", "nobody").out == "no messages yet\n"


def test_a_journey_is_shown_with_its_stage_and_messages(run: Run, person: str) -> None:
    found = run("show", person, "--json").json
    assert (found["stage"], found["live"], found["started"]) == ("in_progress", True, True)
    assert [message["notification"] for message in found["messages"]] == ["welcome"]
    text = run("show", person).out
    assert "stage in_progress" in text
    assert "welcome" in text


def test_without_a_worker_what_the_ledger_knows_is_shown(
    run: Run, idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_WITHIN", timedelta(seconds=0.5))
    monkeypatch.setenv("WAYPOST_DIR", str(idle_house.folder))
    run("person", "set", "alone", "--email", "alone@example.org")
    run("enroll", "alone", "--program", "trial", "--process", "application")
    ran = run("show", "alone")
    assert ran.status == 0
    assert "no worker answered; this is what the ledger knows" in ran.out
    assert "not decided yet" in ran.out


def test_journeys_are_listed_by_program_stage_and_person(run: Run, person: str) -> None:
    mine = run("list", "--person", person, "--json").json
    assert [(row["journey"], row["stage"]) for row in mine] == [
        (f"journey:trial:{person}:application:1", "in_progress")
    ]
    assert person in run("list", "--program", "trial", "--stage", "in_progress", "--open").out
    assert run("list", "--program", "trial", "--stage", "nowhere").out == "no journeys\n"
