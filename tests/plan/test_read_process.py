"""Processes as they are written: stages, arrows, deadlines (plan.md 11, 14)."""

import pytest

from tests.plan.written import changed, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    start: in_progress\n", "", ["17: the process `application` has no `start`: write `start: …`"]),
        (
            "after: created, plus: 1 year",
            "after: created",
            ["20: `due` does not say how long after: write `plus: 30 days`"],
        ),
        (
            "after: created, plus: 1 year",
            "plus: 1 year",
            [
                "20: `due` has no date: write `date:`, `told:` or `after:` with `plus:`",
                "20: `plus` counts from `after:`: write what it counts from",
            ],
        ),
        (
            "after: created, plus: 1 year",
            "told: expires_on, after: created, plus: 1 year",
            ["20: a deadline has one beginning: keep `told` or `after`"],
        ),
        (
            "after: created, plus: 1 year",
            "after: {sent: welcom}, plus: 1 year",
            ["20: there is no notification `welcom`: did you mean `welcome`?"],
        ),
        (
            "grace: {after: due, plus: 60 days}",
            "grace: {after: due, plus: -60 days, pauses: [due]}",
            ["21: `-60 days` has a sign: write `60 days`, the key says the direction"],
        ),
        ("per: item, until", "per: document, until", ["22: `document` is not known here: write `item`"]),
        (
            "{submitted: in_review, due: past_due}",
            "{submitted: {if: expires_on, to: in_review}, due: past_due}",
            [
                (
                    "24: the condition `expires_on` cannot be used: it is timestamp, not true or false: "
                    "compare it with something"
                )
            ],
        ),
        ("linger: 30 days", "linger: 1 month", ["35: P1M has no exact length: write it in days, hours or minutes"]),
        (
            "anywhere: {withdrawn: withdrawn}",
            "anywhere: withdrawn",
            ["28: an event has a name and is written as keys with values: `key: value`"],
        ),
    ],
)
def test_a_process_that_cannot_be_read_says_what_to_write(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected
