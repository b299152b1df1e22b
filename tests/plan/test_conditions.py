"""Conditions in CEL: checked when a plan is read, and never holding unless they are plainly true (plan.md 7, 20)."""

from datetime import datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from plan.conditions import evaluate, fault
from plan.facts import Sent
from plan.model import Rule
from tests.plan.programs import program
from tests.plan.walk import State, at, begin, outcome
from tests.plan.written import changed, problems

DECLARED = {
    "credits.earned": "double",
    "credits.required": "double",
    "person.member": "bool",
    "expires_on": "timestamp",
    "level": "string",
    "stage": "string",
}
KNOWN: dict[str, JsonValue | datetime] = {
    "credits.earned": 30,
    "credits.required": "40",
    "person.member": True,
    "expires_on": "2026-12-31",
    "level": "gold",
    "stage": "in_review",
}
ZONE = "America/New_York"


def holds(text: str, **change: object) -> bool:
    values = {**KNOWN, **{name.replace("__", "."): value for name, value in change.items()}}
    return evaluate(text, DECLARED, values, ZONE).holds  # type: ignore[arg-type]  # odd values are what is tested


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("credits.earned >= 30", True),
        ("credits.earned >= 30.5", False),
        ("credits.earned >= credits.required", False),
        ("credits.earned + 10 >= credits.required", True),
        ("person.member && level == 'gold'", True),
        ("level == '30 years'", False),
        ("level in ['gold', 'silver']", True),
        ("expires_on < timestamp('2027-01-01T05:00:00Z')", True),
        ("expires_on == timestamp('2026-12-31T05:00:00Z')", True),
        ("stage == 'in_review' ? person.member : false", True),
    ],
)
def test_20_a_condition_over_what_is_known(text: str, expected: bool) -> None:
    assert fault(text, DECLARED) is None
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("credits.earned", "it is double, not true or false: compare it with something"),
        ("credits.earnt > 3", "column 8: there is no `credits.earnt`: did you mean `credits.earned`?"),
        ("credits.earned > 'x'", "column 16: found no matching overload for ' > ' applied to '(double, string)'"),
        ("level == 3 && stage == 4", "column 7: "),
        ("credits.earned > 30 && stage == 4", "column 30: "),
        ("stage ==", "column 9: "),
        ("x" * 2000, "it is longer than 1000 characters"),
    ],
)
def test_20_what_is_no_condition_is_said_with_its_column(text: str, expected: str) -> None:
    found = fault(text, DECLARED)
    assert found is not None
    assert found.startswith(expected), found


@pytest.mark.parametrize(
    "text",
    ["credits.earned >= 5", "!(credits.earned >= 5)", "credits.earned >= 5 && true", "credits.earned < 5 == false"],
)
@pytest.mark.parametrize("value", [None, "many", True, {}])
def test_07_what_is_not_told_makes_a_comparison_not_true_and_is_no_error(text: str, value: object) -> None:
    values = {**KNOWN, "credits.earned": value}
    answer = evaluate(text, DECLARED, values, ZONE)  # type: ignore[arg-type]  # odd values are what is tested
    assert (answer.holds, answer.error) == (False, None)
    assert "credits.earned not known" in answer.read


def test_07_what_is_known_may_be_enough() -> None:
    assert holds("credits.earned >= 5 || person.member", credits__earned=None)


ERRORS = ["timestamp(stage) < expires_on", "double(level) > 1", "duration(level) > duration('1h')"]
AROUND = [
    "{}",
    "!({})",
    "({}) && true",
    "true && ({})",
    "({}) || false",
    "false || ({})",
    "({}) == true",
    "({}) != true",
    "({}) ? true : true",
    "({}) == ({})",
]


@given(st.sampled_from(ERRORS), st.lists(st.sampled_from(AROUND), max_size=3))
def test_20_no_error_under_any_operator_ever_holds(error: str, around: list[str]) -> None:
    text = error
    for wrap in around:
        text = wrap.replace("{}", text)
    if len(text) <= 1000:
        assert fault(text, DECLARED) is None
        answer = evaluate(text, DECLARED, KNOWN, ZONE)
        assert not answer.holds
        assert answer.error is not None


def test_20_the_answer_names_what_was_read_and_nothing_else() -> None:
    answer = evaluate("credits.earned >= credits.required", DECLARED, KNOWN, ZONE)
    assert answer.read == "credits.earned 30, credits.required 40"


QUESTION: Final = Rule(name="question", purpose="request", to=("applicant",), on="document_insufficient")
BEFORE_NEWS: Final = at("2026-09-05 08:00")


@pytest.mark.parametrize(
    ("condition", "state", "about", "said"),
    [
        ("!sent.question", None, "doc-1", True),
        ("!sent.question", "sent", "doc-1", False),
        ("sent.question", "sent", "doc-1", True),
        ("sent.question", "unknown", "doc-1", True),
        ("sent.question", "open", "doc-1", False),
        ("sent.question", "failed", "doc-1", False),
        ("failed.question", "failed", "doc-1", True),
        ("failed.question", "sent", "doc-1", False),
        ("sent.question", "sent", "doc-2", False),  # a message about another item
        ("delivered.question", "sent", "doc-1", True),
        ("delivered.question && false", "sent", "doc-1", False),
    ],
)
def test_20_a_condition_of_now_may_speak_of_what_became_of_a_message(
    condition: str, state: State | None, about: str, said: bool
) -> None:
    rule = Rule(name="news", purpose="announcement", to=("applicant",), on="document_accepted", if_=condition)
    way = begin(program([QUESTION, rule]), "2026-09-01 10:00")
    if state is not None:
        key = f"question#f0/{about}>applicant"
        handed = BEFORE_NEWS if state in {"sent", "unknown", "failed"} else None
        way.rows[key] = Sent(key=key, state=state, at=handed, delivered_at=handed)
    way.tell("document_accepted", at("2026-09-05 10:00"), item="doc-1")
    agenda = way.agenda(at("2026-09-05 10:00"))
    assert outcome(agenda, "news#f0/doc-1") == (("ready",) if said else ("skipped", "condition_false"))


def test_20_what_was_delivered_later_was_not_delivered_yet() -> None:
    rule = Rule(name="news", purpose="announcement", to=("applicant",), on="submitted", if_="!delivered.question")
    way = begin(program([QUESTION, rule]), "2026-09-01 10:00")
    key = "question#f0/doc-1>applicant"
    way.rows[key] = Sent(key=key, state="sent", at=BEFORE_NEWS, delivered_at=at("2026-09-07 10:00"))
    way.tell("submitted", at("2026-09-06 10:00"))
    assert outcome(way.agenda(at("2026-09-06 10:00")), "news") == ("ready",)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("if: sent.welcom", "column 5: there is no `sent.welcom`: did you mean `sent.welcome`?"),
        (
            "becomes: sent.receipt",
            "`becomes` looks at what was told alone, not at `sent.receipt`: write `if:` for that",
        ),
    ],
)
def test_20_a_message_that_is_none_and_one_in_a_condition_over_facts_are_refused(rule: str, expected: str) -> None:
    trigger = f"on: created, {rule}" if rule.startswith("if") else rule
    [found] = problems(changed("to: applicant, on: created", f"to: applicant, {trigger}"))
    assert expected in found


def test_07_what_is_asked_of_a_value_that_is_not_known_is_no_error() -> None:
    declared = {"status": "string"}
    assert fault('status.startsWith("a")', declared) is None
    assert evaluate('status.startsWith("a")', declared, {}, "UTC") == (False, None, "status not known")
    assert evaluate('status.startsWith("a")', declared, {"status": "active"}, "UTC").holds
