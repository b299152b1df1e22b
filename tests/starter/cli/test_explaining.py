from typing import Any

import pytest

from tests.starter.conftest import Run
from tests.starter.house import House
from tests.until import until_now


@pytest.fixture
def alone(run: Run, idle_house: House, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands for an installation that no worker serves, where `why-1` is enrolled."""
    monkeypatch.setenv("WAYPOST_DIR", str(idle_house.folder))
    assert run("person", "set", "why-1", "--email", "why-1@example.org").status == 0
    assert run("enroll", "why-1", "--program", "trial", "--process", "application").status == 0
    return run


def test_without_a_worker_why_says_that_nothing_has_begun(alone: Run) -> None:
    (answer,) = alone("why", "--person", "why-1", "--notification", "welcome", "--json").json
    assert (answer["case"], answer["standing"], answer["certainty"]) == ("due", "act", "certain")
    text = alone("why", "--person", "why-1").out
    assert "the engine has not begun this journey yet" in text
    assert "Next: If this lasts longer than a minute: is a worker running" in text


def test_the_answer_in_json_has_the_documented_fields(alone: Run) -> None:
    (answer,) = alone("why", "--person", "why-1", "--notification", "welcome", "--json").json
    assert list(answer) == [
        *("notification", "program", "zone", "journey", "message", "key", "to", "person", "case", "reason", "because"),
        *("standing", "headline", "certainty", "evidence", "next_step"),
    ]
    assert set(answer["evidence"][0]) == {"at", "clock", "sentence"}
    assert answer["zone"] == "America/New_York"


def test_who_asks_may_be_named_by_address_and_must_be_known(alone: Run) -> None:
    by_address = alone("why", "--person", "Why-1@example.org", "--json").json
    assert {answer["person"] for answer in by_address} == {"why-1"}
    unknown = alone("why", "--person", "nobody@example.org")
    assert (unknown.status, unknown.out) == (1, "")
    assert "nobody has this address now" in unknown.err
    alone("person", "set", "why-2", "--email", "why-1@example.org")
    assert "2 people have this address (why-1, why-2)" in alone("why", "--person", "why-1@example.org").err
    alone("person", "set", "why-2", "--email", "why-2@example.org")
    assert "nobody is known as nobody" in alone("why", "--person", "nobody").err


def test_somebody_for_whom_nothing_was_planned_is_told_so(alone: Run) -> None:
    alone("person", "set", "why-3", "--email", "why-3@example.org")
    assert alone("why", "--person", "why-3").out == "nothing was ever planned for why-3: no journey, no message\n"
    assert "has no journey in trial" in alone("why", "--person", "why-3", "--notification", "welcome").out


def test_what_needs_nobody_is_a_line_each_and_whole_when_it_is_named(run: Run) -> None:
    run("person", "set", "why-4", "--email", "why-4@example.org", "--name", "Ada")
    run("enroll", "why-4", "--program", "trial", "--process", "application")
    until_now(lambda: [m["state"] for m in run("messages", "--person", "why-4", "--json").json] == ["accepted"])
    text = run("why", "--person", "why-4").out
    assert text.startswith("Nothing needs anybody\n  welcome → applicant  It was written to the mail folder on ")
    assert "The evidence: name one with --notification." in text
    whole = run("why", "--person", "why-4", "--notification", "welcome").out
    assert "Queued as message" in whole
    assert "Attempt 1, handed to folder for why-4@example.org: taken" in whole


def test_a_template_that_cannot_be_filled_in_is_told_with_the_field_that_is_missing(run: Run) -> None:
    run("person", "set", "why-5", "--email", "why-5@example.org")
    run("enroll", "why-5", "--program", "trial", "--process", "application")

    def why() -> Any:
        return run("why", "--person", "why-5", "--notification", "welcome", "--json").json[0]

    until_now(lambda: why()["reason"] == "template_error")
    assert why()["standing"] == "act"
    sentences = [told["sentence"] for told in why()["evidence"]]
    assert "The template needs applicant.name (line 4), which is empty." in sentences
