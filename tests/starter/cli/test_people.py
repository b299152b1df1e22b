from itertools import count

import pytest

from tests.starter.conftest import Run
from tests.until import until_now

NUMBERS = count(1)


@pytest.fixture
def person() -> str:
    return f"q-{next(NUMBERS)}"


def test_a_person_is_added_then_changed_field_by_field(run: Run, person: str) -> None:
    given = (
        "--email",
        "ada@example.org",
        "--zone",
        "Europe/Paris",
        "--attribute",
        "member=true",
        "--attribute",
        "level=2",
    )
    assert run("person", "set", person, *given).out == f"added {person}\n"
    assert run("person", "set", person, "--name", "Ada", "--attribute", "level=3").out == f"changed {person}\n"
    assert run("person", "set", person, "--name", "Ada").out == f"unchanged {person}\n"
    found = run("person", "show", person, "--json").json
    assert found["email"] == "ada@example.org"
    assert (found["name"], found["zone"]) == ("Ada", "Europe/Paris")
    assert found["attributes"] == {"member": True, "level": 3}
    run("person", "set", person, "--attribute", "level=")
    assert run("person", "show", person, "--json").json["attributes"] == {"member": True}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{person}"], "{person} is new; give an address: waypost person set {person} --email ADDRESS"),
        (["{person}", "--email", "ada"], "'ada' is not an e-mail address"),
        (["{person}", "--email", "a@b.org\nBcc: x@y.org"], "is not an e-mail address"),
        (["{person}", "--email", "a@b.org", "--zone", "Mars"], "'Mars' is not a time zone such as America/New_York"),
        (["{person}", "--email", "a@b.org", "--attribute", "x"], "--attribute 'x' is not written name=value"),
        (["{person}", "--email", "a@b.org", "--attribute", "member=yes"], "`member` must be true or false"),
        (["{person}", "--email", "a@b.org", "--attribute", "level=two"], "`level` must be a number, at most 2^53"),
        (
            ["{person}", "--email", "a@b.org", "--attribute", "levle=2"],
            "no published plan declares `levle` under `person:`: did you mean `level`?",
        ),
        (["ada@example.org", "--email", "ada@example.org"], "person id looks like an address"),
    ],
)
def test_a_wrong_person_is_one_sentence_and_not_kept(run: Run, person: str, arguments: list[str], said: str) -> None:
    ran = run("person", "set", *(part.format(person=person) for part in arguments))
    assert ran.status == 1
    assert said.format(person=person) in ran.err
    assert run("person", "show", person).err == f"nobody is known as {person}\n"


def test_a_change_wakes_the_persons_journeys_and_what_it_held_up_leaves(run: Run, person: str) -> None:
    run("person", "set", person, "--email", "ada@example.org")
    run("enroll", person, "--program", "trial", "--process", "application")

    def outcome() -> list[str]:
        return [message["outcome"] for message in run("messages", "--person", person, "--json").json]

    until_now(lambda: outcome() == ["held"])  # its template greets by name
    ran = run("person", "set", person, "--name", "Ada", "--json")
    nothing_lost: dict[str, object] = {"worth_sending": [], "sent_again": [], "did_you_mean": None}
    assert ran.json == {"person": person, "changed": True, "woken": 1, **nothing_lost}
    until_now(lambda: outcome() == ["sent"])


def test_a_slip_in_a_well_known_domain_is_asked_about_and_kept_as_it_is(run: Run, person: str) -> None:
    ran = run("person", "set", person, "--email", "ada@gmial.com")
    assert (ran.status, ran.out, ran.err) == (0, f"added {person}\n", "gmial.com: did you mean gmail.com?\n")
    assert run("person", "show", person, "--json").json["email"] == "ada@gmial.com"
    assert run("person", "set", person, "--email", "ada@gmial.com", "--json").json["did_you_mean"] == "ada@gmail.com"


def test_consents_to_inform_third_parties_are_given_and_taken(run: Run, person: str) -> None:
    run("person", "set", person, "--email", "ada@example.org", "--consent", "supervisor")
    assert run("person", "show", person, "--json").json["consents"] == ["supervisor"]
    assert run("person", "set", person, "--no-consent", "supervisor").status == 0
    assert run("person", "show", person, "--json").json["consents"] == []
    assert "needs no consent" in run("person", "set", person, "--consent", "reviewer").err


def test_the_end_of_a_hold_is_remembered(run: Run, person: str) -> None:
    run("person", "set", person, "--email", "ada@example.org")
    run("person", "hold", person)
    assert run("person", "show", person, "--json").json["released_at"] is None
    run("person", "release", person)
    assert run("person", "show", person, "--json").json["released_at"] is not None
