"""`waypost role` and `waypost person hold|release|deceased`, on the running house."""

from tests.starter.cli.test_people import person
from tests.starter.conftest import Run
from tests.until import until_now

__all__ = ["person"]


def test_a_role_is_taken_listed_and_left(run: Run, person: str) -> None:
    run("person", "set", person, "--email", f"{person}@example.org")
    assert run("role", "add", "trial", "reviewer", person).out == f"{person} took the role reviewer in trial\n"
    assert run("role", "add", "trial", "reviewer", person).out.startswith("nothing to do")
    listed = run("role", "list", "trial", "--json").json
    assert [line for line in listed if line["role"] == "reviewer"] == [{"role": "reviewer", "people": [person]}]
    assert run("role", "remove", "trial", "reviewer", person).out == f"{person} left the role reviewer in trial\n"
    assert run("role", "remove", "trial", "reviewer", person, "--json").json["changed"] is False


def test_a_role_or_a_person_that_is_unknown_is_one_sentence(run: Run, person: str) -> None:
    ran = run("role", "add", "trial", "reviewer", person)
    assert (ran.status, "nobody is known as" in ran.err) == (1, True)
    run("person", "set", person, "--email", f"{person}@example.org")
    ran = run("role", "add", "trial", "reviewr", person)
    assert (ran.status, "did you mean `reviewer`?" in ran.err) == (1, True)


def test_a_hold_and_a_death_are_recorded_and_taken_back(run: Run, person: str) -> None:
    run("person", "set", person, "--email", f"{person}@example.org")
    assert run("person", "hold", person, "--why", "leave").out == f"{person} held\n"
    assert run("person", "hold", person).out == f"unchanged {person}\n"
    assert run("person", "show", person, "--json").json["on_hold"] is True
    assert run("person", "release", person).out == f"{person} released\n"
    found = run("person", "deceased", person, "--json").json
    assert (found["deceased"], found["on_hold"], found["changed"]) == (True, False, True)
    assert run("person", "deceased", person, "--undo").status == 0
    assert run("person", "show", person, "--json").json["deceased"] is False


def test_nobody_unknown_is_held(run: Run, person: str) -> None:
    ran = run("person", "hold", person)
    assert (ran.status, ran.err) == (1, f"nobody is known as {person}\n")


def test_10_a_hold_keeps_the_mail_of_a_running_journey_and_the_release_lets_it_go(run: Run, person: str) -> None:
    run("person", "set", person, "--email", "ada@example.org", "--name", "Ada")
    run("person", "hold", person)
    run("enroll", person, "--program", "trial", "--process", "application")

    def outcome() -> list[str]:
        return [message["outcome"] for message in run("messages", "--person", person, "--json").json]

    until_now(lambda: run("show", person, "--json").json["decisions"] != [])
    [held] = run("show", person, "--json").json["decisions"]
    assert (held["outcome"], held["reason"]) == ("held", "on_hold")
    assert outcome() == []
    assert run("person", "release", person, "--json").json["woken"] == 1
    until_now(lambda: outcome() == ["sent"])
