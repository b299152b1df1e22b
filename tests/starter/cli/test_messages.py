import csv
import io
from pathlib import Path

import pytest

from tests.starter.conftest import Run
from tests.until import until_now


@pytest.fixture(scope="session")
def numbers() -> list[int]:
    return []


@pytest.fixture
def person(run: Run, numbers: list[int]) -> str:
    """Somebody whose welcome has been written into the mail folder."""
    numbers.append(1)
    person = f"m-{len(numbers)}"
    assert run("person", "set", person, "--email", f"{person}@example.org", "--name", "Ada").status == 0
    assert run("enroll", person, "--program", "trial", "--process", "application").status == 0
    until_now(lambda: [m["state"] for m in run("messages", "--person", person, "--json").json] == ["accepted"])
    return person


def test_a_message_in_json_has_the_five_instants_and_everything_else_that_happened(run: Run, person: str) -> None:
    (message,) = run("messages", "--person", person, "--json").json
    assert message["queued_at"] <= message["sent_at"]
    assert [message[f"{name}_at"] for name in ("delivered", "opened", "viewed")] == [None, None, None]
    unhappened = ("failed_at", "machine_opened_at", "clicked_at", "complained_at", "unsubscribed_at")
    assert [message[name] for name in unhappened] == [None] * 5
    assert (message["source"], message["channel"], message["program"]) == ("plan", "email", "trial")
    assert (message["delivery"], message["failure"], message["doubled"]) == (None, None, False)


FILTERS = {
    "--program trial": 1,
    "--program other": 0,
    "--notification welcome --source plan --channel email": 1,
    "--notification farewell": 0,
    "--state accepted": 1,
    "--state review": 0,
    "--delivery bounced": 0,
    "--failed": 0,
    "--source staff": 0,
    "--channel letter": 0,
    "--since 2020-01-01": 1,
    "--until 2020-01-01T10:00": 0,
    "--since 2020-01-01 --until 2199-01-01T00:00Z --program trial": 1,
}


def test_messages_are_narrowed_by_whatever_is_given(run: Run, person: str) -> None:
    found = {given: len(run("messages", "--person", person, *given.split(), "--json").json) for given in FILTERS}
    assert found == FILTERS


def test_a_filter_that_cannot_be_is_refused_with_what_can(run: Run) -> None:
    wrong = run("messages", "--state", "lost")
    assert (wrong.status, wrong.out) == (2, "")
    assert "'review'" in wrong.err
    assert run("messages", "--since", "yesterday").status == 1


def test_messages_leave_as_csv_with_the_names_of_the_json(run: Run, person: str, tmp_path: Path) -> None:
    (message,) = run("messages", "--person", person, "--json").json
    printed = run("messages", "--person", person, "--csv", "-").out
    (row,) = csv.DictReader(io.StringIO(printed, newline=""))
    assert list(row) == list(message)
    assert (row["id"], row["sent_at"], row["viewed_at"], row["doubled"]) == (
        message["id"],
        message["sent_at"],
        "",
        "false",
    )
    file = tmp_path / "messages.csv"
    assert run("messages", "--person", person, "--csv", str(file)).out == f"wrote 1 message(s) to {file}\n"
    assert file.read_bytes().decode() == printed
    nowhere = run("messages", "--csv", str(tmp_path / "no" / "folder.csv"))
    assert (nowhere.status, nowhere.out) == (1, "")


def test_one_message_is_told_whole(run: Run, person: str) -> None:
    (message,) = run("messages", "--person", person, "--json").json
    shown = run("message", "show", message["id"], "--json").json
    assert {name: shown[name] for name in message} == message
    (attempt,) = shown["attempts"]
    assert (attempt["transport"], attempt["outcome"], attempt["address"]) == (
        "folder",
        "accepted",
        f"{person}@example.org",
    )
    assert (shown["events"], shown["body_kept"]) == ([], True)
    assert (shown["why"]["case"], shown["why"]["message"]) == ("no_reports_here", message["id"])
    text = run("message", "show", message["id"]).out
    for words in ("It was written to the mail folder", "Welcome to Trial Program", "viewed     not known", "folder"):
        assert words in text


def test_what_a_message_said_is_printed_as_it_left(run: Run, person: str) -> None:
    (message,) = run("messages", "--person", person, "--json").json
    assert "Hello Ada, you are in." in run("message", "show", message["id"], "--body", "text").out
    html = run("message", "show", message["id"], "--body", "html").out
    assert html.lstrip().lower().startswith("<!doctype html")
    assert run("message", "show", message["id"], "--body", "pdf").status == 1


def test_a_message_that_does_not_exist_is_refused(run: Run) -> None:
    missing = run("message", "show", "m-none")
    assert (missing.status, missing.err) == (1, "there is no message m-none; see: waypost messages\n")
