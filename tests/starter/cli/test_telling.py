import pytest

from tests.starter.conftest import Run
from tests.until import until_now


@pytest.fixture(scope="session")
def numbers() -> list[int]:
    return []


@pytest.fixture
def person(run: Run, numbers: list[int]) -> str:
    """Somebody with one journey, in the process application."""
    numbers.append(1)
    person = f"t-{len(numbers)}"
    assert run("person", "set", person, "--email", "ada@example.org", "--name", "Ada").status == 0
    assert run("enroll", person, "--program", "trial", "--process", "application").status == 0
    return person


def test_telling_with_wait_says_the_verdict(run: Run, person: str) -> None:
    assert run("tell", person, "submitted", "--wait").out == "accepted · stage in_review\n"
    again = run("tell", person, "submitted", "--wait", "--json").json
    assert again["verdict"] == "no_change"
    assert again["journey"] == f"journey:trial:{person}:application:1"


def test_telling_without_wait_says_that_it_is_on_its_way(run: Run, person: str) -> None:
    told = run("tell", f"journey:trial:{person}:application:1", "submitted", "--json")
    assert (told.status, told.json["verdict"]) == (0, "told")


def test_data_is_typed_by_the_plan_or_given_as_json(run: Run, person: str) -> None:
    told = run(
        "tell", person, "question_asked", "--item", "d-1", "--data", "pages=3", "--data", "certified=true", "--wait"
    )
    assert told.out == "accepted · stage in_progress\n"
    wrong = run("tell", person, "question_asked", "--item", "d-1", "--data", '{"pages": "three"}')
    assert (wrong.status, wrong.out) == (1, "")
    assert wrong.err.startswith("`pages` of question_asked must be a number")
    assert run("tell", person, "submitted", "--data", "{broken").err.startswith("--data is not JSON: ")


def test_an_unknown_event_is_one_sentence_with_the_word_that_was_meant(run: Run, person: str) -> None:
    wrong = run("tell", person, "submited", "--wait")
    assert (wrong.status, wrong.err) == (1, "the plan has no event of this name: did you mean `submitted`?\n")


def test_a_journey_that_has_ended_says_so_in_one_sentence_and_keeps_the_event(run: Run, person: str) -> None:
    run("tell", person, "withdrawn", "--wait")
    until_now(lambda: run("show", person, "--json").json["ended_at"] is not None)
    late = run("tell", person, "submitted", "--wait")
    assert late.status == 1
    assert late.err.startswith("submitted does not count: the journey ended on ")
    assert [event["event"] for event in run("show", person, "--json").json["late_events"]] == ["submitted"]


def test_more_time_is_answered_and_shown(run: Run, person: str) -> None:
    given = run("extend", person, "due", "--to", "2099-12-31", "--why", "Parental leave")
    assert given.out == "accepted · stage in_progress\n"
    assert "extension_granted: accepted" in run("show", person).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["due", "--to", "2020-01-01"], "the extension ends in the past: give a later date"),
        (["due", "--to", "soon"], "`to` of extension_granted must be a date such as 2026-12-31"),
        (["due", "--by", "a while"], "`by` of extension_granted must be a length of time"),
        (["due"], "extension_granted needs either `to` with a date or `by` with a length of time"),
        (["dew", "--by", "2 weeks"], "did you mean `due`?"),
    ],
)
def test_an_impossible_extension_is_one_sentence(run: Run, person: str, arguments: list[str], said: str) -> None:
    ran = run("extend", person, *arguments, "--why", "because")
    assert ran.status == 1
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_of_several_journeys_one_must_be_named(run: Run, person: str) -> None:
    run("enroll", person, "--program", "trial", "--process", "renewal")
    unclear = run("tell", person, "touched")
    assert unclear.status == 1
    assert unclear.err.startswith(f"{person} has 2 journeys (journey:trial:{person}:application:1, ")
    assert run("tell", person, "touched", "--process", "renewal", "--wait").status == 0
    nothing = run("tell", person, "touched", "--cycle", "7")
    assert nothing.err == f"{person} has no such journey; see: waypost list --person {person}\n"
