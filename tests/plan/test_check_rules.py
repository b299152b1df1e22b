"""Names that refer to nothing in notifications (plan.md 18, 24)."""

import pytest

from tests.plan.written import changed, loaded, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "to: applicant, on: created",
            "to: aplicant, on: created",
            ["41: there is no role `aplicant`: did you mean `applicant`?"],
        ),
        (
            "on: payment_received, urgent",
            "on: payment_recieved, urgent",
            [
                (
                    "44: `payment_recieved` is named nowhere else: did you mean `payment_received`? If not, "
                    "declare it: `events: {payment_recieved: }`"
                ),
            ],
        ),
        (
            "before: due, offsets: usual",
            "before: deu, offsets: usual",
            ["42: there is no deadline `deu`: did you mean `due`?"],
        ),
        (
            "before: due, offsets: usual",
            "before: submitted, offsets: usual",
            ["42: `submitted` is an event, not a deadline: write `on: submitted`"],
        ),
        (
            "offsets: usual, while: in_progress",
            "offsets: usual, while: in_progess",
            ["42: there is no stage `in_progess`: did you mean `in_progress`?"],
        ),
        ('at: "09:00"', 'at: "20:00"', ["43: 20:00 is outside the send window: write a time from 08:00 to 20:00"]),
        (
            "while: insufficient",
            "while: in_review",
            ["45: there is no stage of document `in_review`: write one of `insufficient`, `received`"],
        ),
        ("stages: [in_review]", "stages: [in_reviw]", ["46: there is no stage `in_reviw`: did you mean `in_review`?"]),
        (
            "on: created}",
            "on: created, stages: [in_review]}",
            ["41: `welcome` is not about items: write `while:` in place of `stages:`"],
        ),
        (
            "offsets: [4 hours], in: renewal",
            "offsets: [4 hours], in: renwal",
            ["50: there is no process `renwal`: did you mean `renewal`?"],
        ),
        (
            "offsets: [4 hours], in: renewal",
            "offsets: [4 hours], in: application",
            ["50: there is no deadline `expiry`: write one of `due`, `grace`, `response`"],
        ),
        (
            "renewal:\n",
            "a renewal:\n",
            [
                (
                    "36: `a renewal` cannot name a process: use letters, digits, `.`, `_` and `-`, at most 32 "
                    "in all, beginning with a letter or digit"
                ),
                "50: there is no process `renewal`: did you mean `a renewal`?",
            ],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, template: reciept",
            ["41: there is no notification `reciept`: did you mean `receipt`?"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, corrects: [receit]",
            ["41: there is no notification `receit`: did you mean `receipt`?"],
        ),
        (
            "to: applicant, on: created",
            "to: secretary, on: created",
            [
                (
                    "41: there is no role `secretary`: write one of `applicant`, `auditor`, `desk`, `nobody`, `payer`, "
                    "`referee`, `reviewer`, `supervisor`"
                )
            ],
        ),
        (
            "to: applicant, on: created",
            "to: nobody, on: created",
            ["41: `nobody` stands last, after a role that may stay unfilled: `reviewer or nobody`"],
        ),
        (
            "to: applicant, on: created",
            "to: nobody or applicant, on: created",
            ["41: `nobody` stands last, after a role that may stay unfilled: `reviewer or nobody`"],
        ),
        (
            "to: applicant, on: created",
            "to: applicant, on: created, state: test",
            ["41: `state: test` sends to the desk `test`: write its addresses, `staff: {test: [..]}`"],
        ),
    ],
)
def test_18_a_name_that_refers_to_nothing_is_found_in_notifications(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected


def test_24_a_time_outside_the_window_is_fine_for_what_ignores_it() -> None:
    loaded(changed('at: "09:00"', 'at: "22:00", urgent: true'))


def test_18_a_rule_can_wait_for_the_passing_of_a_deadline() -> None:
    assert loaded().rules["desk_notice"].on == "due"
