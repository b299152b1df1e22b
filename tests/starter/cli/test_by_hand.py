"""Messages of staff to one person, and notes: in one list with everything else, and each once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger import bodies
from starter.by_hand import ByHand, write
from starter.ledgers import open_checked
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.starter.post import Case


@pytest.fixture
def case(run: Run, house: House) -> Iterator[Case]:
    """A person of the program, in no journey."""
    with closing(open_checked(house.settings)) as ledger:
        yield Case(run, house, ledger)


def send(case: Case, text: str, *more: str) -> tuple[str, ...]:
    return ("message", "send", case.person, "--program", "post", "--subject", "Your seat", "--text", text, *more)


def test_a_message_of_staff_leaves_in_the_layout_of_the_program(case: Case) -> None:
    ran = case.run(
        *send(case, "Dear [[applicant.first_name]],\n\nsee [[links.portal]] & https://a.example/x.", "--json")
    )
    [message] = case.sent()
    assert ran.json["id"] == message["id"]
    assert (message["source"], message["channel"], message["by"]) == ("staff", "email", "cli")
    assert (message["journey"], message["notification"]) == (None, "adhoc")
    assert message["key"] == f"adhoc#{message['id']}"
    mail = case.mail(message["id"])
    assert mail["Subject"] == "Your seat"
    part = mail.get_body(("plain",))
    assert part is not None
    text = part.get_content().replace("\r\n", "\n")
    page = f"https://portal.example.org/post/{case.person}"
    assert text.startswith(f"Dear Ada,\n\nsee {page} & https://a.example/x.\n\n-- ")
    assert "You receive this because you take part in Post Program." in text


def test_saying_it_twice_under_one_id_sends_it_once(case: Case) -> None:
    told = [case.run(*send(case, "Room 4.", "--id", f"seat-{case.person}", "--by", "desk-2")) for _ in range(2)]
    [message] = case.sent()
    assert [ran.out.partition(":")[0] for ran in told] == ["written", "written before"]
    assert (message["key"], message["by"]) == (f"adhoc#seat-{case.person}", "desk-2")
    other = case.run(*send(case, "Room 5.", "--id", f"seat-{case.person}"))
    assert (other.status, other.err) == (
        1,
        f"the id seat-{case.person} was used for a message that said something else\n",
    )


def test_a_command_that_was_cut_short_after_its_commit_is_completed_by_the_next(case: Case) -> None:
    given = ByHand(
        person=case.person, program="post", subject="Your seat", text="Room 4.", by="cli", id=f"cut-{case.person}"
    )
    written = write(case.ledger, given)
    assert case.messages()[0]["state"] == "queued"
    case.run(*send(case, "Room 4.", "--id", f"cut-{case.person}"))
    assert [message["id"] for message in case.sent()] == [written.row.id]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello [[applicant.nam]]", "did you mean `applicant.name`?"),
        ("Due [[deadline.on]]", "[[deadline.on]] is nothing that a message without a journey can say"),
        ("Hello\n[[if", "line 2 of the text: this [[ has no ]]"),
        ("[[person.member]]", "[[person.member]] is not known of "),
        (" \n", "the text is empty"),
    ],
)
def test_a_wrong_text_is_refused_at_once_and_nothing_is_written(case: Case, text: str, said: str) -> None:
    ran = case.run(*send(case, text))
    assert ran.status == 1
    assert said in ran.err
    assert case.messages() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody-9", "--program", "post", "--text", "T"), "nobody is known as nobody-9"),
        (("x", "--program", "pots", "--text", "T"), "there is no program 'pots'"),
        (("x", "--program", "post"), "give the text once"),
        (("x", "--program", "post", "--text", "T", "--by", "a@b.org"), "looks like an address"),
    ],
)
def test_a_wrong_command_is_one_sentence(case: Case, arguments: tuple[str, ...], said: str) -> None:
    ran = case.run("message", "send", *arguments, "--subject", "S")
    assert ran.status == 1
    assert said in ran.err


def test_the_text_may_come_from_a_file(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("From a file.", encoding="utf-8")
    case.run("message", "send", case.person, "--program", "post", "--subject", "S", "--text-file", str(file))
    [message] = case.sent()
    assert "From a file." in case.mail(message["id"]).as_string()
    missing = case.run("message", "send", case.person, "--program", "post", "--subject", "S", "--text-file", "none")
    assert missing.err == "none cannot be read: no such file or directory\n"


def test_a_message_to_somebody_on_hold_waits_for_the_release(case: Case) -> None:
    case.run("person", "hold", case.person)
    ran = case.run(*send(case, "Room 4."))
    assert ran.out.endswith("; it waits: on hold\n")
    case.until(lambda found: found[0]["outcome"] == "held")
    case.run("person", "release", case.person)
    case.sent()


def test_nothing_is_written_to_somebody_who_died(case: Case) -> None:
    case.run("person", "deceased", case.person)
    ran = case.run(*send(case, "Room 4."))
    assert (ran.status, ran.err) == (1, f"{case.person} has died; nothing is sent to them\n")


def test_a_call_is_noted_with_what_was_said_and_nothing_is_sent(case: Case) -> None:
    note = ("message", "note", case.person, "--program", "post", "--channel", "call", "--text", "Asked & [[told]].")
    ran = case.run(*note, "--at", "2026-01-05T10:00", "--id", f"call-{case.person}", "--json")
    [message] = case.messages()
    assert ran.json["id"] == message["id"]
    assert (message["state"], message["channel"], message["source"]) == ("accepted", "call", "staff")
    assert (message["subject"], message["sent_at"]) == ("Call", "2026-01-05T15:00:00Z")
    with case.ledger.read() as connection:
        kept = bodies.body(connection, message["id"])
    assert kept is not None
    assert (kept.text, kept.html) == ("Asked & [[told]].", "<p>Asked &amp; [[told]].</p>\n")
    assert not (case.house.settings.mail_folder / f"{message['id']}.eml").exists()
    assert case.run(*note, "--id", f"call-{case.person}").out.startswith("noted before: call to")
    assert len(case.messages()) == 1


def test_an_e_mail_of_another_system_is_noted_as_such(case: Case) -> None:
    note = ("message", "note", case.person, "--program", "post", "--channel", "email", "--text", "Your invoice.")
    assert "noted with --outside" in case.run(*note).err
    case.run(*note, "--outside", "--subject", "Invoice 7")
    [message] = case.messages()
    assert (message["source"], message["channel"], message["subject"]) == ("outside", "email", "Invoice 7")
    again = case.run("message", "resend", message["id"])
    assert (again.status, again.err) == (
        1,
        f"{message['id']} was sent by another system, which alone can send it again\n",
    )


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        (("--channel", "fax"), 2, "'fax' is not one of"),
        (("--channel", "call", "--at", "2126-01-01T10:00"), 1, "--at lies ahead"),
    ],
)
def test_a_wrong_note_is_refused(case: Case, more: tuple[str, ...], status: int, said: str) -> None:
    ran = case.run("message", "note", case.person, "--program", "post", "--text", "T", *more)
    assert ran.status == status
    assert said in ran.err
