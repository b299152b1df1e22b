"""Mistakes of sense: what refers to something and still cannot be meant is found before anybody is enrolled."""

import pytest

from plan.load import load
from tests.plan.written import TEXT, changed, problems

REMINDER = (
    "due_reminder: {covers: N2, purpose: reminder, to: applicant, before: due, offsets: usual, while: in_progress}"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "in_review: {returned: with_applicant, approved: approved}",
            "in_review: {approved: approved}",
            ["27: no arrows lead from `in_progress` to `with_applicant`: write an arrow to it, or leave the stage out"],
        ),
        (
            "insufficient: {applicant_answered: received}",
            "insufficient: {applicant_answered: received}\n          lost: {applicant_answered: received}",
            ["35: no arrows lead from `received` to `lost`: write an arrow to it, or leave the stage out"],
        ),
        (
            "due: {after: created, plus: 1 year,",
            "due: {after: created, plus: 60 days,",
            [
                (
                    "42: 90 days before `due` is always before it starts: it is 60 days after `created`; unless it is "
                    "extended, this is never sent: write a shorter time"
                )
            ],
        ),
        (
            "grace: lapsed}",
            "submitted_late: in_review}",
            [],  # a clock that leads nowhere is no mistake by itself
        ),
        (
            REMINDER,
            f"{REMINDER}\n  last_call: {{purpose: reminder, to: applicant, before: idle_end, offsets: [1 day]}}",
            ["43: there is no deadline `idle_end`: write one of `due`, `expiry`, `grace`, `response`"],
        ),
        (
            "to: applicant, before: due, offsets: usual, while: in_progress}",
            "to: applicant, before: due, offsets: usual, while: past_due}",
            [("42: `past_due` comes only after `due` has passed: write `after: due`, or a stage that comes before")],
        ),
        (
            "on: created}",
            'on: created, if: "1 > 2"}',
            ["41: the condition `1 > 2` never holds: compare something told, or leave it out"],
        ),
        (
            "coverage: {N12",
            "  hello: {purpose: announcement, to: applicant, on: created}\ncoverage: {N12",
            ["51: `hello` goes out whenever `welcome` does, to the same people: keep one of them"],
        ),
        (
            "payment_received: {data: {amount: money, receipt_no: id, payer: person}}",
            "payment_received: {data: {amount: money, receipt_no: id, payer: person}}\n  sworn: {data: {witness: person}}",
            [],
        ),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_line(old: str, new: str, expected: list[str]) -> None:
    text = changed(old, new)
    assert (problems(text) if expected else load(text, "plan.yaml").__class__.__name__) == (expected or "Plan")


def test_a_reminder_that_nothing_stops_is_said() -> None:
    text = TEXT.replace(
        "grace: {after: due, plus: 60 days}",
        "grace: {after: due, plus: 60 days}\n      audit_end: {after: created, plus: 2 years}",
    )
    text = text.replace(
        REMINDER,
        f"{REMINDER}\n  audit_reminder: {{purpose: reminder, to: applicant, before: audit_end, offsets: [1 day]}}",
    )
    assert problems(text) == [
        (
            "44: nothing stops `audit_reminder`: `audit_end` has neither `until:` nor an arrow; write when it makes sense, "
            "such as `while: in_progress`, or what answers it, `until:`, at `audit_end`"
        )
    ]


def test_a_role_that_no_event_of_the_process_can_fill_is_said() -> None:
    text = TEXT.replace("payment_received: {data:", "sworn: {data: {witness: person}}\n  payment_received: {data:")
    text = text.replace(
        "in_progress: {submitted: in_review, due: past_due}",
        "in_progress: {submitted: in_review, due: past_due, sworn: in_review}",
    )
    news = "  witnessed: {purpose: announcement, to: witness, on: created, in: renewal}\ncoverage: {N12"
    assert problems(text.replace("coverage: {N12", news)) == [
        (
            "52: nobody can hold the role `witness`: only `sworn` names who it is, and no process of `witnessed` has that "
            "event; write an arrow for it, or another role"
        )
    ]


def test_a_field_that_is_always_empty_is_said() -> None:
    rules = [
        line.split(":")[0].strip() for line in TEXT.partition("notifications:\n")[2].splitlines() if "purpose" in line
    ]
    templates = {f"{rule}.en.html": [("days_left" if rule == "past_due" else "program.title", 4)] for rule in rules}
    found = load(TEXT, "plan.yaml", templates)
    assert isinstance(found, tuple)
    assert [str(problem) for problem in found] == [
        "past_due.en.html:4: [[days_left]] is always empty in `past_due`: write [[days_late]]"
    ]
