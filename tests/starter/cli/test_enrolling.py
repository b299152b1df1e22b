from tests.starter.conftest import Run


def _person(run: Run, person: str) -> str:
    assert run("person", "set", person, "--email", "ada@example.org", "--name", "Ada").status == 0
    return person


def test_enrolling_says_which_journey_and_again_that_it_is_there(run: Run) -> None:
    person = _person(run, "e-1")
    arguments = ("enroll", person, "--program", "trial", "--process", "renewal", "--told", "expires_on=2027-01-31")
    assert run(*arguments).out == f"enrolled journey:trial:{person}:renewal:1\n"
    assert run(*arguments).out == f"enrolled already journey:trial:{person}:renewal:1\n"
    other = run(*arguments[:-1], "expires_on=2028-01-31")
    assert other.status == 1
    assert other.err.startswith(
        f"already enrolled as journey:trial:{person}:renewal:1 with other told values; use extend"
    )


def test_created_without_an_offset_is_local_to_the_program(run: Run) -> None:
    person = _person(run, "e-2")
    ran = run(
        "enroll", person, "--program", "trial", "--process", "application", "--created", "2026-01-05T10:00", "--json"
    )
    assert ran.json["created_at"] == "2026-01-05T15:00:00Z"
    assert (ran.json["journey"], ran.json["result"]) == (f"journey:trial:{person}:application:1", "enrolled")


def test_told_values_are_typed_by_the_plan_and_grouped_by_their_dots(run: Run) -> None:
    person = _person(run, "e-3")
    ran = run("enroll", person, "--program", "trial", "--process", "renewal", "--told", "credits.earned=12")
    assert ran.status == 0
    wrong = run("enroll", person, "--program", "trial", "--process", "application", "--told", "credits.earned=many")
    assert wrong.status == 1
    assert "must be a number" in wrong.err


def test_a_role_needs_a_holder_and_a_date_its_form(run: Run) -> None:
    person = _person(run, "e-4")
    base = ("enroll", person, "--program", "trial", "--process", "application")
    assert run(*base, "--role", "payer=").err == "--role payer names nobody\n"
    assert run(*base, "--created", "soon").err.startswith("--created 'soon' is not an instant such as")
