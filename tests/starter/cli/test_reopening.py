"""`waypost reopen`, and the next journey that an ending one starts, on the running house."""

from tests.starter.cli.test_people import person
from tests.starter.conftest import Run
from tests.until import until_now

__all__ = ["person"]


def enrolled(run: Run, person: str) -> None:
    run("person", "set", person, "--email", "ada@example.org", "--name", "Ada")
    run("enroll", person, "--program", "trial", "--process", "application", "--told", "expires_on=2030-05-31")


def test_an_approved_application_starts_the_renewal_and_both_name_each_other(run: Run, person: str) -> None:
    enrolled(run, person)
    first, second = f"journey:trial:{person}:application:1", f"journey:trial:{person}:renewal:1"
    run("tell", person, "submitted", "--wait")
    run("tell", person, "approved", "--wait")
    until_now(lambda: run("show", second, "--json").status == 0)
    until_now(lambda: run("show", second, "--json").json["stage"] == "in_progress")
    until_now(lambda: run("show", first, "--json").json["ended_at"] is not None)
    shown = run("show", second, "--json").json
    assert shown["follows"] == first
    assert shown["live"] is True
    assert "due 2030-05-31 23:59 EDT" in shown["status"]  # it was told, and is kept
    assert run("show", first, "--json").json["followed_by"] == second
    assert f"followed by {second}" in run("show", first).out


def test_a_withdrawn_application_is_reopened_hears_again_and_sends_nothing_twice(run: Run, person: str) -> None:
    enrolled(run, person)
    journey = f"journey:trial:{person}:application:1"
    until_now(lambda: len(run("messages", "--person", person, "--json").json) == 1)
    assert run("reopen", person, "--to", "in_progress").err.startswith(f"{journey} has not ended")
    run("tell", person, "withdrawn", "--wait")
    until_now(lambda: run("show", journey, "--json").json["ended_at"] is not None)
    assert run("tell", journey, "submitted", "--wait").status == 1
    ran = run("reopen", journey, "--to", "in_progres")
    assert (ran.status, "did you mean `in_progress`?" in ran.err) == (1, True)
    assert "is final" in run("reopen", journey, "--to", "withdrawn").err
    ran = run("reopen", journey, "--to", "in_progress", "--why", "appeal_granted")
    assert ran.out == f"reopened {journey} in in_progress; 1 late event(s) stay uncounted, tell again what counts\n"
    told = run("tell", journey, "submitted", "--wait", "--json").json
    assert (told["verdict"], told["stage"]) == ("accepted", "in_review")
    shown = run("show", journey, "--json").json
    assert (shown["ended_at"], shown["live"], len(shown["messages"])) == (None, True, 1)
    assert [late["event"] for late in shown["late_events"]] == ["submitted"]
    run("tell", journey, "withdrawn", "--wait")
    until_now(lambda: run("show", journey, "--json").json["ended_at"] is not None)
    assert run("reopen", journey, "--to", "in_review", "--json").json["stage"] == "in_review"
    until_now(lambda: run("show", journey, "--json").json["stage"] == "in_review")
