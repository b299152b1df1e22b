"""Conditions in CEL: checked when a plan is read, and never holding unless they are plainly true (plan.md 7, 20)."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from plan.conditions import evaluate, fault

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
