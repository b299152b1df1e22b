from itertools import count

import pytest

from tests.starter.conftest import Run, running_in
from tests.starter.house import House
from tests.until import until_now

NUMBERS = count(1)


@pytest.fixture
def run(club: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return running_in(club, capsys, monkeypatch)


@pytest.fixture
def member(run: Run) -> str:
    """Somebody in the club whose welcome has been sent."""
    person = f"c-{next(NUMBERS)}"
    assert run("person", "set", person, "--email", f"{person}@example.org", "--name", "Ada").status == 0
    assert run("enroll", person, "--program", "club", "--process", "membership").status == 0
    until_now(lambda: [m["state"] for m in run("messages", "--person", person, "--json").json] == ["accepted"])
    return person


def reasons(run: Run, person: str) -> dict[str, str]:
    """Notification → why it will not be sent, or not yet."""
    return {one["notification"]: one["reason"] for one in run("show", person, "--json").json["decisions"]}


def sent(run: Run, person: str) -> list[str]:
    found = run("messages", "--person", person, "--json").json
    return [message["notification"] for message in found if message["outcome"] == "sent"]


def test_what_somebody_does_not_want_is_not_sent_and_says_why(run: Run, member: str) -> None:
    ran = run("person", "opt-out", member, "club", "reading_tip")
    assert ran.out == f"{member} does not want reading_tip of club\n"
    assert run("person", "opt-out", member, "club", "reading_tip").out == f"unchanged {member}\n"
    assert run("person", "show", member, "--json").json["opted_out"] == {"club": ["reading_tip"]}
    assert "club=reading_tip" in run("person", "show", member).out
    run("tell", member, "book_finished", "--program", "club")
    run("tell", member, "letter_written", "--program", "club")
    until_now(lambda: "monthly_letter" in sent(run, member))
    assert reasons(run, member)["reading_tip"] == "opted_out"
    assert "reading_tip" not in sent(run, member)


def test_every_optional_notification_is_stopped_at_once_and_wanted_again(run: Run, member: str) -> None:
    ran = run("person", "opt-out", member, "club", "--json")
    assert ran.json == {
        "person": member,
        "program": "club",
        "notification": "*",
        "opted_out": True,
        "changed": True,
    }
    run("tell", member, "book_finished", "--program", "club")
    until_now(lambda: reasons(run, member).get("reading_tip") == "opted_out")
    assert run("person", "opt-out", member, "club", "--undo").out == (
        f"{member} wants every optional notification of club\n"
    )
    assert run("person", "show", member, "--json").json["opted_out"] == {}
    run("tell", member, "book_finished", "--program", "club")
    until_now(lambda: sent(run, member).count("reading_tip") == 1)  # not the one that was unwanted in its time


def test_open_journeys_look_again_at_once(run: Run, member: str) -> None:
    assert "renewal_hint" not in reasons(run, member)
    run("person", "opt-out", member, "club", "renewal_hint")
    until_now(lambda: reasons(run, member).get("renewal_hint") == "opted_out")
    run("person", "opt-out", member, "club", "renewal_hint", "--undo")
    until_now(lambda: "renewal_hint" not in reasons(run, member))


def test_somebody_merged_is_chosen_for_under_the_other_id(run: Run, member: str) -> None:
    run("person", "set", f"{member}-b", "--email", "b@example.org")
    run("person", "merge", f"{member}-b", "--into", member)
    ran = run("person", "opt-out", f"{member}-b", "club")
    assert (ran.status, ran.err) == (1, f"{member}-b was merged into {member}: name {member}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", "club"), "nobody is known as nobody"),
        (("{member}", "clubb"), "there is no program 'clubb'; known: club"),
        (
            ("{member}", "club", "tips"),
            "club has no notification 'tips'; optional ones: reading_tip, monthly_letter, renewal_hint, shelf_note",
        ),
        (("{member}", "club", "welcome"), "welcome of club is not optional: the plan sends it to everybody"),
    ],
)
def test_what_cannot_be_chosen_is_one_sentence(run: Run, member: str, arguments: tuple[str, ...], said: str) -> None:
    ran = run("person", "opt-out", *(part.format(member=member) for part in arguments))
    assert (ran.status, ran.err) == (1, f"{said}\n")
