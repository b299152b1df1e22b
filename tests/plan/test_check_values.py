"""Conditions compare with stages and choices that there are (plan.md 20)."""

import pytest

from tests.plan.written import changed, loaded, problems

STATES = "told: {state: [active, lapsed], expires_on: date, credits: {earned: number, required: number}}"
TEXT = changed("told: {expires_on: date, credits: {earned: number, required: number}}", STATES)


def ruled(condition: str, key: str = "if") -> str:
    rule = f"  extra: {{purpose: announcement, to: desk, on: created, {key}: '{condition}'}}\n"
    return TEXT.replace(
        "coverage: {N12", f"{rule if key == 'if' else rule.replace('on: created, ', '')}coverage: {{N12"
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('stage == "in_progres"', "51: there is no stage `in_progres`: did you mean `in_progress`?"),
        ('"in_reviw" != stage', "51: there is no stage `in_reviw`: did you mean `in_review`?"),
        ('stage in ["open", "opne"]', "51: there is no stage `opne`: did you mean `open`?"),
        ('state == "actve"', "51: there is no choice of `state` `actve`: did you mean `active`?"),
    ],
)
def test_a_word_that_there_is_not_is_said_with_its_line(condition: str, expected: str) -> None:
    assert problems(ruled(condition)) == [expected]


@pytest.mark.parametrize(
    "condition",
    ['stage == "open" || state != "lapsed"', 'stage in ["open", "past_due"]', 'state.startsWith("act")'],
)
def test_words_that_there_are_and_other_questions_are_left_alone(condition: str) -> None:
    loaded(ruled(condition))


@pytest.mark.parametrize("what", ["stage", "now", "sent.welcome"])
def test_18_becomes_looks_at_facts_alone(what: str) -> None:
    other = {"stage": '"open"', "now": "expires_on", "sent.welcome": "true"}[what]
    assert problems(ruled(f"{what} == {other}", "becomes")) == [
        f"51: `becomes` looks at what was told alone, not at `{what}`: write `if:` for that"
    ]
