"""A new plan out of a shipped one: every answer lands in its place, and what results is fit to be published."""

from pathlib import Path

import pytest

from plan.period import Period
from starter.authoring import QUESTIONS, defaults, write
from starter.plans import read_plan
from starter.refusal import Refused

ANSWERS = {
    "program": "acme",
    "title": "Acme Certificate",
    "timezone": "Europe/Berlin",
    "sender": "Acme Office",
    "email": "acme@example.org",
    "help": "ask@example.org",
    "due": "6 months",
    "grace": "2 weeks",
    "answer": "20 days",
    "reminders": "30 days, 3 days",
}


def test_every_answer_is_in_the_plan_and_the_comments_stay(tmp_path: Path) -> None:
    assert list(ANSWERS) == [question.name for question in QUESTIONS]
    file = write("cwe", ANSWERS, tmp_path / "acme")
    plan = read_plan(file).plan
    application = plan.processes["application"].deadlines
    assert (plan.program, plan.title, plan.timezone) == ("acme", "Acme Certificate", "Europe/Berlin")
    assert (plan.sender.name, plan.sender.email) == ("Acme Office", "acme@example.org")
    assert plan.sender.reply_to == "ask@example.org"
    assert (application["due"].plus, application["grace"].plus) == (Period(months=6), Period(days=14))
    assert {application[name].plus for name in ("response", "finding", "answer")} == {Period(days=20)}
    assert plan.processes["renewal"].deadlines["finding"].plus == Period(days=20)
    assert plan.rules["due_reminder"].offsets == (Period(days=30), Period(days=3))
    assert "# How to read it" in file.read_text(encoding="utf-8")


def test_without_answers_it_is_the_shipped_plan(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "programs/cwe/plan.yaml"
    assert write("cwe", defaults("cwe"), tmp_path / "new").read_text("utf-8") == shipped.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("program", "our program", "program: use letters"),
        ("title", "A {b}", "title: write one line"),
        ("timezone", "New York", "timezone: that is no time zone"),
        ("email", "nobody", "email: write an e-mail address"),
        ("due", "soon", "due: 'soon' is not a length of time"),
        ("grace", "0 days", "grace: write such as"),
        ("reminders", "30 days, -3 days", "reminders: '-3 days' is not a length of time"),
    ],
)
def test_a_wrong_answer_is_one_sentence_and_leaves_nothing(tmp_path: Path, name: str, answer: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        write("cwe", {**ANSWERS, name: answer}, tmp_path / "acme")
    assert not (tmp_path / "acme").exists()


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    with pytest.raises(Refused, match="is there already"):
        write("cwe", ANSWERS, tmp_path / "acme")


@pytest.mark.parametrize("name", ["cwf", "quickstart", "../cwe"])
def test_it_begins_only_with_a_plan_that_comes_with_waypost(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        write(name, ANSWERS, tmp_path / "acme")
