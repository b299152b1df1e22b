"""Stages that no path of arrows leads to (plan.md 1, 4)."""

import pytest

from tests.plan.written import changed, loaded, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "in_review: {returned: with_applicant, approved: approved}",
            "in_review: {approved: approved}",
            "27: no arrows lead from `in_progress` to `with_applicant`: write an arrow to it, or leave the stage out",
        ),
        (
            "insufficient: {applicant_answered: received}",
            "insufficient: {applicant_answered: received}\n          lost: {applicant_answered: received}",
            "35: no arrows lead from `received` to `lost`: write an arrow to it, or leave the stage out",
        ),
        (
            "late: {submitted: done}}",
            "late: {submitted: done}, gone: {}}",
            "39: no arrows lead from `open` to `gone`: write an arrow to it, or leave the stage out",
        ),
    ],
)
def test_a_stage_that_nobody_comes_to_is_said_with_its_line(old: str, new: str, expected: str) -> None:
    assert problems(changed(old, new)) == [expected]


def test_an_arrow_from_anywhere_is_a_path() -> None:
    text = changed("anywhere: {withdrawn: withdrawn}", "anywhere: {withdrawn: withdrawn, returned: with_applicant}")
    loaded(text.replace("in_review: {returned: with_applicant, ", "in_review: {"))


def test_a_circle_of_stages_is_walked_once() -> None:
    loaded(changed("late: {submitted: done}}", "late: {submitted: done, reopened: open}}"))
