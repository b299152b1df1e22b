"""Offsets before a deadline that can never come (plan.md 18, 23, 26)."""

import pytest

from tests.plan.written import changed, loaded, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "due: {after: created, plus: 1 year,",
            "due: {after: created, plus: 60 days,",
            (
                "42: 90 days before `due` is always before it starts: it is 60 days after `created`; unless it is "
                "extended, this is never sent: write a shorter time"
            ),
        ),
        (
            "before: due, offsets: usual",
            "before: due, within: [15 months, 13 months]",
            (
                "42: 1 year 1 month before `due` is always before it starts: it is 1 year after `created`; unless it "
                "is extended, this is never sent: write a shorter time"
            ),
        ),
        (
            "before: due, offsets: usual, while: in_progress}",
            "before: due, offsets: usual, while: past_due}",
            "42: `past_due` comes only after `due` has passed: write `after: due`, or a stage that comes before",
        ),
    ],
)
def test_an_offset_that_never_comes_is_said_with_its_line(old: str, new: str, expected: str) -> None:
    assert problems(changed(old, new)) == [expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("due: {after: created, plus: 1 year,", "due: {after: created, plus: 89 days,"),  # a day late is not too late
        ("due: {after: created, plus: 1 year,", "due: {after: created, plus: 60 days, then: end of month,"),
        ("due: {after: created, plus: 1 year,", "due: {told: expires_on,"),
        ("due: {after: created, plus: 1 year,", "due: {after: created, plus: 5 business days,"),
        ("response: {after: document_insufficient,", "response: {pauses: due, after: document_insufficient,"),
        ("offsets: usual, while: in_progress}", "offsets: usual, while: [in_progress, past_due]}"),
        ("offsets: usual, while: in_progress}", "offsets: usual, while: in_review}"),
    ],
)
def test_an_offset_that_may_come_is_left_alone(old: str, new: str) -> None:
    loaded(changed(old, new))
