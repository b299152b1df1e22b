"""What staff do about one message: letters, copies, settled fates and known arrivals, told to whoever waits."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger import audit, suppressions
from starter.ledgers import open_checked
from starter.resending import copy
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.starter.post import Case
from tests.until import until_now


@pytest.fixture
def case(run: Run, house: House) -> Iterator[Case]:
    """A person of the program, not enrolled yet."""
    with closing(open_checked(house.settings)) as ledger:
        yield Case(run, house, ledger)


def suppress(case: Case) -> None:

    with case.ledger.write() as connection:
        suppressions.suppress(connection, case.address, "bounced", "event", "test", datetime.now(UTC))


def decisions(case: Case) -> list[dict[str, Any]]:
    """What will not be sent, or not yet."""
    found: list[dict[str, Any]] = case.run("show", case.person, "--json").json["decisions"]
    return found


def test_a_held_message_goes_by_post_and_the_journey_goes_on(case: Case, tmp_path: Path) -> None:
    suppress(case)
    case.enroll()
    case.tell("question_asked")
    letter = ("message", "letter", case.person, "question", "--out", str(tmp_path / "letters"), "--by", "desk-2")
    ran = case.run(*letter, "--json")
    assert ran.status == 0, ran.err
    [message] = case.messages()
    assert (message["state"], message["channel"], message["by"]) == ("accepted", "letter", "desk-2")
    assert (message["outcome"], message["source"], message["address"]) == ("sent", "plan", None)
    file = Path(ran.json["file"])
    page = file.read_text()
    assert "A question about doc-1" in page
    assert "Ada Lovelace" in page
    assert 'href="https://portal.example.org/upload/doc-1"' in page
    before = page, message

    file.unlink()
    assert case.run(*letter).status == 0
    [message] = case.messages()
    assert (file.read_text(), message) == before
    until_now(lambda: not [one for one in decisions(case) if one["notification"] == "question"])
    with case.ledger.read() as connection:
        assert [entry.action for entry in audit.entries(connection, message["id"])] == ["message_printed"]


def test_a_letter_whose_file_could_not_be_written_is_printed_again(case: Case, tmp_path: Path) -> None:
    suppress(case)
    case.enroll()
    case.tell("question_asked")
    (tmp_path / "taken").write_text("a file")
    ran = case.run("message", "letter", case.person, "question", "--out", str(tmp_path / "taken"))
    assert ran.status == 1
    assert "the letter is settled, print it again" in ran.err
    assert case.run("message", "letter", case.person, "question", "--out", str(tmp_path / "letters")).status == 0
    assert len(list((tmp_path / "letters").glob("*.html"))) == 1


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("question", "question#"),
        ("answer_due", "nothing has called for answer_due yet"),
        ("answer_du", "did you mean `answer_due`?"),
    ],
)
def test_a_letter_that_is_not_called_for_is_refused(case: Case, what: str, said: str) -> None:
    case.asked()
    ran = case.run("message", "letter", case.person, what)
    assert ran.status == 1
    assert said in ran.err


def test_after_a_bounce_the_desk_hears_of_it_and_a_corrected_address_gets_the_message(case: Case) -> None:
    message = case.asked()
    case.bounce(message)
    case.tell_waiting()
    until_now(lambda: ("did_not_arrive", "desk", "sent") in case.outcomes())

    ran = case.run("person", "set", case.person, "--email", f"new-{case.address}", "--json")
    assert [(one["message"], one["notification"], one["why"]) for one in ran.json["worth_sending"]] == [
        (message["id"], "question", "invalid_address")
    ]
    assert case.run("message", "resend", message["id"], "--by", "desk-2").status == 0
    copied = case.sent(2)[-1]
    assert (copied["key"], copied["source"], copied["by"]) == (f"{message['key']}+1", "staff", "desk-2")
    assert copied["address"] == f"new-{case.address}"
    assert case.mail(copied["id"])["Subject"] == "A question about doc-1"
    other = case.run("person", "set", case.person, "--email", f"newer-{case.address}", "--json")
    assert other.json["worth_sending"] == []


def test_a_corrected_address_may_send_at_once_what_never_arrived(case: Case) -> None:
    message = case.asked()
    case.bounce(message)
    ran = case.run("person", "set", case.person, "--email", f"new-{case.address}", "--resend")
    assert "  question did not arrive (invalid_address); sent again\n" in ran.out
    assert case.sent(2)[-1]["key"] == f"{message['key']}+1"


def test_what_failed_at_an_address_is_not_listed_for_that_address(case: Case) -> None:
    message = case.asked()
    case.report(message, "blocked", "content")

    def listed(email: str) -> list[str]:
        ran = case.run("person", "set", case.person, "--email", email, "--json")
        return [one["message"] for one in ran.json["worth_sending"]]

    assert listed(f"new-{case.address}") == [message["id"]]
    assert listed(case.address) == []


def test_the_suppression_of_an_old_address_does_not_touch_the_new_one(case: Case) -> None:
    message = case.asked()
    case.bounce(message)
    refused = case.run("message", "resend", message["id"])
    assert refused.err == "not worth sending: mail to this address came back; --anyway sends it all the same\n"
    case.run("person", "set", case.person, "--email", f"new-{case.address}")
    assert case.run("message", "resend", message["id"]).status == 0
    case.sent(2)


def test_what_was_answered_is_not_worth_sending_until_staff_insist(case: Case) -> None:
    message = case.asked()
    case.tell("answered")
    refused = case.run("message", "resend", message["id"])
    assert refused.status == 1
    assert refused.err.startswith("not worth sending: ")
    assert refused.err.endswith("; --anyway sends it all the same\n")
    assert case.run("message", "resend", message["id"], "--anyway").status == 0
    assert case.sent(2)[-1]["key"] == f"{message['key']}+1"


def test_a_copy_that_was_cut_short_after_its_commit_is_completed_by_the_next(case: Case) -> None:
    message = case.asked()
    written = copy(case.ledger, message["id"], "desk-2")
    assert case.messages()[-1]["state"] == "queued"
    assert case.run("message", "resend", message["id"]).status == 0
    assert [one["id"] for one in case.sent(2)] == [message["id"], written.id]


def test_nothing_is_sent_again_to_somebody_who_died_or_complained(case: Case) -> None:

    message = case.asked()
    with case.ledger.write() as connection:
        suppressions.suppress(connection, case.address, "complained", "event", "test", datetime.now(UTC))
    ran = case.run("message", "resend", message["id"], "--anyway")
    assert (ran.status, ran.err) == (1, "not worth sending: its reader reported a message as spam\n")
    case.run("person", "deceased", case.person)
    ran = case.run("message", "resend", message["id"], "--anyway")
    assert (ran.status, ran.err) == (1, f"not worth sending: {case.person} has died\n")


def test_a_message_by_hand_is_sent_again_as_a_copy_of_its_own(case: Case) -> None:
    case.run("message", "send", case.person, "--program", "post", "--subject", "S", "--text", "Room 4.")
    [message] = case.sent()
    for number in (1, 2):
        assert case.run("message", "resend", message["id"]).status == 0
        assert case.sent(number + 1)[-1]["key"] == f"{message['key']}+{number}"


@pytest.mark.parametrize(("fate", "state"), [("sent", "accepted"), ("not-sent", "cancelled"), ("resend", "accepted")])
def test_staff_say_what_became_of_a_message(case: Case, fate: str, state: str) -> None:
    message = case.asked()
    case.in_doubt(message)
    ran = case.run("message", "settle", message["id"], "--as", fate, "--why", "seen_at_provider", "--by", "desk-2")
    assert ran.status == 0, ran.err
    case.until(lambda found: found[0]["state"] == state)
    case.tell("answered")
    assert case.messages()[0]["state"] == state
    with case.ledger.read() as connection:
        [entry] = audit.entries(connection, message["id"])
    assert (entry.by, entry.detail) == ("desk-2", {"as": fate, "why": "seen_at_provider"})
    again = case.run("message", "settle", message["id"], "--as", "sent", "--why", "x")
    assert again.err == f"{message['id']} is {state}: there is nothing to settle\n"


def test_a_message_that_staff_took_back_is_not_sent_by_the_next_decision(case: Case) -> None:
    message = case.asked()
    case.in_doubt(message)
    case.run("message", "settle", message["id"], "--as", "not-sent", "--why", "seen_at_provider")
    case.run("person", "set", case.person, "--name", "Ada L.")
    until_now(lambda: "cancelled_by_staff" in [one["reason"] for one in decisions(case)])
    assert [one["state"] for one in case.messages()] == ["cancelled"]


@pytest.mark.parametrize("state", ["unknown", "review"])
def test_a_copy_of_unknown_fate_is_not_called_on_its_way(case: Case, state: str) -> None:
    message = case.asked()
    assert case.run("message", "resend", message["id"]).status == 0
    copied = case.sent(2)[-1]
    case.in_doubt(copied, state)
    ran = case.run("message", "resend", message["id"])
    assert ran.status == 1
    assert ran.err == (
        f"{copied['id']} is {state}: say first what became of it: waypost message settle {copied['id']}\n"
    )


def test_a_copy_that_is_held_says_for_what(case: Case) -> None:
    message = case.asked()
    copied = copy(case.ledger, message["id"], "desk-2")
    suppress(case)
    assert case.run("message", "resend", message["id"]).status == 0
    case.until(lambda found: found[-1]["outcome"] == "held")
    ran = case.run("message", "resend", message["id"])
    assert ran.out.startswith(f"its copy {copied.id} is held: address suppressed (")


def test_a_clock_that_waits_for_a_message_starts_when_staff_say_that_it_arrived(case: Case) -> None:
    def upcoming() -> bool:
        return any("answer_due" in line for line in case.run("show", case.person, "--json").json["upcoming"])

    message = case.asked()
    assert not upcoming()
    assert case.run("message", "delivered", message["id"]).out == f"{message['id']} has arrived\n"
    until_now(upcoming)
    first = case.messages()[0]
    assert case.run("message", "delivered", message["id"]).status == 0
    assert case.messages() == [first]


def test_a_message_that_its_reader_never_got_is_heard_by_its_journey(case: Case) -> None:
    message = case.asked()
    told = [case.run("message", "undelivered", message["id"], "--why", "said_on_the_phone") for _ in range(2)]
    assert [ran.out for ran in told] == [f"{message['id']} has not arrived\n"] * 2
    until_now(lambda: case.outcomes().count(("did_not_arrive", "desk", "sent")) == 1)


def test_a_clock_that_waits_for_a_message_starts_when_the_provider_reports_its_delivery(case: Case) -> None:
    message = case.asked()
    case.report(message, "processed")
    case.tell_waiting()
    assert not [line for line in case.run("show", case.person, "--json").json["upcoming"] if "answer_due" in line]
    case.report(message, "delivered")
    case.tell_waiting()
    until_now(lambda: any("answer_due" in line for line in case.run("show", case.person, "--json").json["upcoming"]))


def test_the_arrival_of_a_copy_starts_the_clock_too(case: Case) -> None:
    message = case.asked()
    case.bounce(message)
    case.run("person", "set", case.person, "--email", f"new-{case.address}", "--resend")
    copied = case.sent(2)[-1]
    assert case.run("message", "delivered", copied["id"]).status == 0
    until_now(lambda: any("answer_due" in line for line in case.run("show", case.person, "--json").json["upcoming"]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("resend", "no-such"), "there is no message 'no-such'"),
        (("settle", "no-such", "--as", "sent", "--why", "x"), "there is no message 'no-such'"),
        (("delivered", "no-such"), "there is no message 'no-such'"),
    ],
)
def test_a_wrong_command_is_one_sentence(case: Case, arguments: tuple[str, ...], said: str) -> None:
    ran = case.run("message", *arguments)
    assert ran.status == 1
    assert said in ran.err
