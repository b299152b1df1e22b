"""Mistakes of sense: what refers to something and still cannot be meant is found before anybody is enrolled."""

import pytest

from plan.load import load, read_back
from plan.model import Plan
from tests.plan.written import TEXT, changed, loaded, problems

NEW_CLOCK = "grace: {after: due, plus: 60 days}\n      audit_end: {after: created, plus: 2 years}"


def with_rule(rule: str, text: str = TEXT) -> str:
    return text.replace("coverage: {N12", f"  extra: {{{rule}}}\ncoverage: {{N12")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "purpose: reminder, to: applicant, after: grace, offsets: [7 days]",
            (
                "51: `grace` ends the journey in `lapsed`, and nobody is reminded after the end: write "
                "`while: lapsed`, or another purpose"
            ),
        ),
        (
            "purpose: confirmation, to: applicant, on: submitted, while: [in_progress, past_due]",
            (
                "51: `submitted` leads from `in_progress` or `past_due` to `in_review`: write `while: in_review`, or "
                "leave `while` out"
            ),
        ),
        (
            "purpose: announcement, to: applicant, on: due, while: in_progress",
            "51: `due` leads from `in_progress` to `past_due`: write `while: past_due`, or leave `while` out",
        ),
        (
            "purpose: request, to: applicant, on: applicant_answered, while: insufficient",
            (
                "51: `applicant_answered` leads from `insufficient` to `received`: write `while: received`, or leave "
                "`while` out"
            ),
        ),
        (
            "purpose: announcement, to: applicant, entered: in_review, while: in_progress",
            "51: whoever enters `in_review` is not in `in_progress`: write `while: in_review`, or leave `while` out",
        ),
        (
            "purpose: announcement, to: applicant, left: past_due, while: past_due",
            "51: whoever leaves `past_due` is in it no longer: write `while: in_review`, or leave `while` out",
        ),
        (
            "purpose: announcement, to: applicant, left: received, while: received",
            "51: whoever leaves `received` is in it no longer: write `while: insufficient`, or leave `while` out",
        ),
        (
            'purpose: announcement, to: applicant, on: created, if: "1 > 2"',
            "51: the condition `1 > 2` never holds: compare something told, or leave it out",
        ),
        (
            'purpose: announcement, to: applicant, becomes: "false"',
            "51: the condition `false` never holds: compare something told, or leave it out",
        ),
    ],
)
def test_a_rule_that_can_never_send_is_said_with_its_line(rule: str, expected: str) -> None:
    assert problems(with_rule(rule)) == [expected]


@pytest.mark.parametrize(
    "rule",
    [
        "purpose: reminder, to: applicant, after: grace, offsets: [7 days], while: lapsed",
        "purpose: announcement, to: applicant, after: grace, offsets: [7 days]",
        "purpose: reminder, to: applicant, after: due, offsets: [7 days]",
        "purpose: confirmation, to: applicant, on: submitted, while: in_review",
        "purpose: confirmation, to: applicant, on: submitted, offsets: [7 days], while: [in_progress]",
        "purpose: announcement, to: applicant, on: created, while: in_progress",
        "purpose: announcement, to: applicant, on: payment_received, while: in_progress",
        "purpose: announcement, to: applicant, entered: in_review, while: [in_review, past_due]",
        "purpose: announcement, to: applicant, left: in_progress, while: past_due",
        "purpose: announcement, to: applicant, left: in_progress, while: [in_progress, past_due]",
        "purpose: announcement, to: applicant, left: in_progress, while: in_progress, offsets: [7 days]",
        'purpose: announcement, to: applicant, on: created, if: "credits.earned > 2.0"',
        "purpose: announcement, to: applicant, on: submitted, while: in_progress, state: off, why: not yet",
    ],
)
def test_a_rule_that_may_send_is_left_alone(rule: str) -> None:
    loaded(with_rule(rule))


def test_19_a_reminder_that_nothing_stops_is_said_with_its_line() -> None:
    text = changed("grace: {after: due, plus: 60 days}", NEW_CLOCK)
    rule = "purpose: reminder, to: applicant, before: audit_end, offsets: [1 day]"
    assert problems(with_rule(rule, text)) == [
        (
            "52: nothing stops `extra`: `audit_end` has neither `until:` nor an arrow; write when it makes sense, "
            "such as `while: in_progress`, or what answers it, `until:`, at `audit_end`"
        )
    ]
    loaded(with_rule(f"{rule}, while: in_progress", text))
    loaded(with_rule(rule, text.replace("plus: 2 years", "plus: 2 years, until: audit_closed")))
    loaded(with_rule(rule.replace("reminder", "announcement"), text))


def test_19_the_same_of_an_item_asks_for_an_answer_alone() -> None:
    text = changed("per: item, until: applicant_answered}", "per: item}").replace(", response: closed}", "}")
    assert problems(text.replace(", stages: [in_review]", "")) == [
        (
            "46: nothing stops `answer_due`: `response` has neither `until:` nor an arrow; write what answers it, "
            "`until:`, at `response`"
        )
    ]


def test_34_a_plan_that_was_published_is_read_back_even_if_it_makes_no_sense_any_more() -> None:
    text = with_rule('purpose: announcement, to: applicant, on: created, if: "false"')
    assert isinstance(load(text, "plan.yaml"), tuple)
    assert isinstance(read_back(text, "plan.yaml"), Plan)
    assert isinstance(read_back(text.replace("on: created,", "on: creatd,"), "plan.yaml"), tuple)
