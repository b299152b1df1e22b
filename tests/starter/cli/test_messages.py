import csv
import io
import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import counting, mail_tables, provider_events, webhook_posts
from ledger.provider_events import NewEvent
from starter.ledgers import open_checked
from tests.starter.conftest import Run
from tests.starter.house import House
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


EVIL = "550 \x1b]0;owned\x07\x1b[2J\x9b31m[bold]no\x7f"
HARMLESS = "550 \ufffd]0;owned\ufffd\ufffd[2J\ufffd31m[bold]no\ufffd"


@pytest.fixture
def hostile(run: Run, person: str, house: House) -> str:
    """A message whose refusal, written by a foreign server, would take over the terminal of whoever reads it."""
    (message,) = run("messages", "--person", person, "--json").json
    table, now = mail_tables.message, datetime.now(UTC)
    with closing(open_checked(house.settings)) as ledger, ledger.write() as connection:
        event = NewEvent(
            provider="sendgrid", content=f"evil {person}", kind="bounced", provider_kind="bounce",
            message_id=message["id"], attempt=1, at=now, address=message["address"], reason=EVIL,
        )  # fmt: skip
        body = json.dumps([{"event": "bounce", "mid": message["id"]}]).encode()
        kept = webhook_posts.keep(connection, "sendgrid", body, now, now, events=1, unreadable=0)
        assert kept
        provider_events.keep(connection, kept, [event], now)
        assert counting.count(connection, kept, now)
        connection.execute(sa.update(table).where(table.c.id == message["id"]).values(detail=EVIL))
    return str(message["id"])


def test_what_a_foreign_server_said_cannot_command_the_terminal(run: Run, person: str, hostile: str) -> None:
    commands = (
        ("why", "--person", person, "--notification", "welcome"),
        ("message", "show", hostile),
        ("messages", "--person", person),
    )
    for command in commands:
        printed = run(*command).out
        assert HARMLESS in printed, command
        assert not set(printed) & set("\x1b\x07\x7f\x9b"), command
    assert HARMLESS in run("suppression", "list", "--person", person).out


def test_for_programs_the_same_is_exact_and_json_is_harmless_besides(run: Run, person: str, hostile: str) -> None:
    ran = run("messages", "--person", person, "--json")
    assert [(one["id"], one["detail"]) for one in ran.json] == [(hostile, EVIL)]
    assert not set(ran.out) & set("\x1b\x07\x7f\x9b")
    (row,) = csv.DictReader(io.StringIO(run("messages", "--person", person, "--csv", "-").out, newline=""))
    assert row["detail"] == EVIL


def test_a_terminal_obeys_no_csv_either(run: Run, person: str, hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    (row,) = csv.DictReader(io.StringIO(run("messages", "--person", person, "--csv", "-").out, newline=""))
    assert (row["id"], row["detail"]) == (hostile, HARMLESS)


def test_the_plan_of_many_messages_is_read_once(run: Run, person: str) -> None:
    other = f"{person}-too"
    run("person", "set", other, "--email", f"{other}@example.org", "--name", "Bob")
    run("enroll", other, "--program", "trial", "--process", "application")
    until_now(lambda: [m["state"] for m in run("messages", "--person", other, "--json").json] == ["accepted"])
    read: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if "plan_version.source" in statement:
            read.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        found = run("messages", "--program", "trial", "--notification", "welcome", "--json").json
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    assert len(found) > 1
    assert len(read) == len({message["plan_version"] for message in found})
    assert None not in {message["local"] for message in found}


def test_json_of_no_message_and_of_many_is_one_array(run: Run, person: str) -> None:
    none, many = run("messages", "--person", "nobody", "--json"), run("messages", "--program", "trial", "--json")
    assert none.out == "[]\n"
    whole = json.dumps(many.json, ensure_ascii=False, indent=2).replace("\x7f", r"\u007f").replace("\x9b", r"\u009b")
    assert many.out == f"{whole}\n"


def test_a_message_that_does_not_exist_is_refused(run: Run) -> None:
    missing = run("message", "show", "m-none")
    assert (missing.status, missing.err) == (1, "there is no message m-none; see: waypost messages\n")
