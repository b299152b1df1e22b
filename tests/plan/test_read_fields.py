"""Declared fields, of people, events and what is told."""

import pytest

from tests.plan.written import changed, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "birth_date: date",
            "birth_date: day",
            [
                (
                    "9: `day` is not known here: write one of `boolean`, `choice`, `date`, `id`, `money`, "
                    "`number`, `person`, `text`"
                ),
            ],
        ),
        (
            "birth_date: date",
            "birth-date: date",
            [
                (
                    "9: `birth-date` cannot name a field: begin with a letter, go on with letters, digits and "
                    "`_`, at most 64 in all"
                ),
            ],
        ),
        (
            "birth_date: date",
            "birth_date: choice",
            ["9: a choice has a list and nothing else has one: write `birth_date: [one, other]`"],
        ),
        ("earned: number", "earned: {type: numbr}", ["10: `numbr` is not known here: did you mean `number`?"]),
        ("shown: applicant", "show: applicant", ["14: `show` is no key of a field: did you mean `shown`?"]),
    ],
)
def test_a_field_that_cannot_be_read_says_what_to_write(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected
