"""Notifications as they are written: purpose, recipient, trigger, offsets (plan.md 18, 23)."""

import pytest

from tests.plan.written import changed, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "purpose: announcement, to: applicant, on: created",
            "purpose: annoucement, to: applicant, on: created",
            ["41: `annoucement` is not known here: did you mean `announcement`?"],
        ),
        ("covers: N1,", "covers: N19,", ["41: `N19` is not known here: did you mean `N9`?"]),
        (
            "to: applicant, on: created",
            "to: [applicant], on: created",
            ["41: `to` is one role, or roles that stand in for each other: write `payer or applicant`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant or holder, on: created",
            ["41: one role is named twice: keep one"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant",
            ["41: nothing sets off `welcome`: write `on:`, `before:`, `after:` or `moved:`"],
        ),
        ("to: applicant, on: created", "on: created", ["41: `welcome` has no `to`: write one such as `to: applicant`"]),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, moved: due",
            ["41: `welcome` has two triggers: keep `on` or `moved`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, entered: past_due, if: x, state: draft",
            ["41: not supported yet: entered", "41: not supported yet: if", "41: not supported yet: state"],
        ),
        (
            "before: due, offsets: usual",
            "before: due, offsets: usul",
            ["42: `usul` is no schedule of this plan: did you mean `usual`?"],
        ),
        (
            "before: due, offsets: usual",
            "before: due",
            ["42: `due_reminder` does not say how long before: write `offsets: [30 days, 7 days]`"],
        ),
        (
            "before: due, offsets: usual",
            "before: due, offsets: []",
            ["42: the list is empty: write at least one value, or leave the key out"],
        ),
        (
            "offsets: [1 day, 2 weeks]",
            "offsets: [1 day, 0 days]",
            ["43: an offset of no time is no offset: write `on:` without `offsets`"],
        ),
        ("offsets: [1 day, 2 weeks]", "offsets: [1 day, P1D]", ["43: the offset P1D is listed twice: keep one"]),
        ('at: "09:00"', 'at: "9 h"', ['43: `9 h` is not a time of day: write one such as "09:00" or "23:59:59"']),
        (
            "offsets: [4 hours], in: renewal",
            'offsets: [4 hours], in: renewal, at: "10:00"',
            ["50: offsets in hours or less keep their own time of day: leave `at` out"],
        ),
        ("urgent: true", "urgent: yes", ["44: `yes` is not known here: write one of `false`, `true`"]),
        (
            "moved: due}",
            "moved: due, offsets: [1 day]}",
            ["49: what a moved deadline triggers leaves at once: leave `offsets` out"],
        ),
        ("lateness: 2 days", "lateness: 1 month", ["48: P1M has no exact length: write it in days, hours or minutes"]),
        (
            "welcome: {covers",
            "wel.come: {covers",
            [
                (
                    "41: `wel.come` cannot name a notification: begin with a letter, go on with letters, "
                    "digits, `_` and `-`, at most 64 in all"
                ),
            ],
        ),
        (
            "on: created}",
            "on: delivery_failed, of: welcome}",
            ["41: not supported yet: of", "41: not supported yet: delivery_failed"],
        ),
    ],
)
def test_a_notification_that_cannot_be_read_says_what_to_write(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected
