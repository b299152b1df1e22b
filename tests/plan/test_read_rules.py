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
            [
                (
                    "41: nothing sets off `welcome`: write one of `on:`, `before:`, `after:`, `moved:`, `entered:`, "
                    "`left:`, `idle:`, `becomes:` or `corrects:`"
                )
            ],
        ),
        ("to: applicant, on: created", "on: created", ["41: `welcome` has no `to`: write one such as `to: applicant`"]),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, moved: due",
            ["41: `welcome` has two triggers: keep `on` or `moved`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, every: 7 days, digest: 1 hour, on: created",
            [
                "41: `every` takes the place of `offsets` after `before:` or `after:`",
            ],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, state: off",
            ["41: `welcome` is off without a reason: write `why:` and a sentence"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, why: it is dull",
            ["41: `why` says why a notification is off: leave it out, or write `state: off`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, idle: 0 days, repeat: 99",
            ["41: `99` is no number from 1 to 52", "41: no time at all is not idle: write such as `idle: 14 days`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, after: due, every: 50 years",
            ["41: 52 times P600M is beyond any deadline: write a shorter one"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, repeat: 2",
            ["41: `repeat` goes with `idle:`: leave it out"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, before: due, within: [90 days, 120 days]",
            ["41: write both ends in days or more, the earlier date first"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, within: [120 days, 90 days]",
            ["41: `within` takes the place of `offsets` after `before:` or `after:`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, becomes: credits.earned >= 3, offsets: [1 day]",
            ["41: `becomes` has no offsets: leave `offsets` out"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, becomes: credit.earned >= 3",
            [
                (
                    "41: the condition `credit.earned >= 3` cannot be used: column 7: there is no `credit.earned`: "
                    "did you mean `credits.earned`?"
                )
            ],
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
        (
            "offsets: [1 day, 2 weeks]",
            f"offsets: [{', '.join(f'{n} days' for n in range(1, 54))}]",
            ["43: a notification has at most 52 offsets: write `every: 7 days`"],
        ),
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
            "on: delivery_failed, of: receit}",
            ["41: there is no notification `receit`: did you mean `receipt`?"],
        ),
    ],
)
def test_a_notification_that_cannot_be_read_says_what_to_write(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected
