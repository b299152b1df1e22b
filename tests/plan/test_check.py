"""Names that refer to nothing, in declarations and processes (plan.md 4)."""

import pytest

from tests.plan.written import changed, loaded, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "item: document, by: reviewer",
            "item: documnet, by: reviewer",
            ["14: there is no item `documnet`: did you mean `document`?"],
        ),
        (
            "item: document, by: reviewer",
            "item: document, by: reviewr",
            ["14: there is no role `reviewr`: did you mean `reviewer`?"],
        ),
        ("shown: applicant", "shown: aplicant", ["14: there is no role `aplicant`: did you mean `applicant`?"]),
        (
            "  payment_received: {data",
            "  due: {}\n  payment_received: {data",
            ["12: `due` is a deadline too: events and deadlines share their names, rename one"],
        ),
        (
            "  payment_received: {data",
            "  created: {}\n  payment_received: {data",
            ["12: `created` is an event of Waypost's own: use it without declaring it"],
        ),
        (
            "    start: in_progress\n",
            "    start: in_progres\n",
            ["18: there is no stage `in_progres`: did you mean `in_progress`?"],
        ),
        (
            "after: created, plus: 1 year",
            "after: creatd, plus: 1 year",
            ["20: `creatd` is named nowhere else: did you mean `created`? If not, declare it: `events: {creatd: }`"],
        ),
        (
            "after: created, plus: 1 year",
            "after: grace, plus: 1 year",
            ["20: these deadlines count from each other: due after grace after due; let one count from an event"],
        ),
        (
            "after: created, plus: 1 year",
            "after: expiry, plus: 1 year",
            ["20: `expiry` is a deadline of another process: give `application` one of its own"],
        ),
        (
            "response: {after: document_insufficient",
            "response: {after: [document_insufficient, payment_received]",
            ["22: `payment_received` is about no item: declare `events: {payment_received: {item: …}}`"],
        ),
        (
            "until: applicant_answered",
            "until: applicant_anwsered",
            [
                (
                    "22: `applicant_anwsered` is named nowhere else: did you mean `applicant_answered`? If "
                    "not, declare it: `events: {applicant_anwsered: }`"
                ),
            ],
        ),
        ("told: expires_on}", "told: expires}", ["38: there is no told field `expires`: did you mean `expires_on`?"]),
        (
            "told: expires_on}",
            "told: credits.earned}",
            ["38: `credits.earned` is declared as number: a deadline needs a date"],
        ),
        (
            "{submitted: in_review, due: past_due}",
            "{submitted: in_reveiw, due: past_due}",
            [
                (
                    "24: `in_reveiw` is named nowhere else: did you mean `in_review`? If not, write it among "
                    "the stages: `in_reveiw: {}`"
                ),
            ],
        ),
        (
            "{submitted: in_review, due: past_due}",
            "{submitted: {of: document}, due: past_due}",
            [
                "24: the arrow of `submitted` leads nowhere: write `to:` and a stage",
                "24: `of` goes with `all_answered` alone: leave it out",
            ],
        ),
        (
            "{submitted: in_review, due: past_due}",
            "{submitted: in_review, due: past_due, retracted: gone, expiry: gone}",
            [
                "24: `retracted` cannot lead to a stage: write an event of your own",
                "24: `expiry` is a deadline of another process: give `application` one of its own",
            ],
        ),
        (
            "{all_answered: {of: document,",
            "{all_answered: {of: documnt,",
            ["27: there is no item `documnt`: did you mean `document`?"],
        ),
        (
            "{document_insufficient: insufficient}",
            "{document_insuficient: insufficient}",
            [
                (
                    "33: `document_insuficient` is named nowhere else: did you mean `document_insufficient`? "
                    "If not, declare it: `events: {document_insuficient: }`"
                ),
            ],
        ),
        (
            "{document_insufficient: insufficient}",
            "{due: insufficient}",
            ["33: `due` is not a clock of items: write `per: item` there"],
        ),
        ("start: received", "start: recieved", ["31: there is no stage `recieved`: did you mean `received`?"]),
    ],
)
def test_04_a_name_that_refers_to_nothing_is_found_in_processes(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected


def test_04_names_of_another_purpose_are_no_slips() -> None:
    """A name in an arrow, `after:`, `until:` or `on:` declares an event; only a slip of the pen is asked about."""
    arrows = "{submitted: in_review, resubmitted: in_review, submitted_2: in_review, due: past_due}"
    loaded(changed("{submitted: in_review, due: past_due}", arrows))


def test_04_a_slip_is_no_problem_once_it_is_declared() -> None:
    text = changed("until: applicant_answered", "until: applicant_anwsered")
    loaded(text.replace("events:\n", "events:\n  applicant_anwsered: {}\n"))


def test_every_circle_of_deadlines_is_named_once() -> None:
    old = 'due: {after: created, plus: 1 year, at: "23:59:59"}'
    new = "due: {after: b, plus: 1 day}\n      b: {after: due, plus: 1 day}\n      c: {after: c, plus: 1 day}"
    assert problems(changed(old, new)) == [
        "20: these deadlines count from each other: due after b after due; let one count from an event",
        "22: these deadlines count from each other: c after c; let one count from an event",
    ]


def test_14_an_event_that_nothing_declares_may_start_a_clock_per_item() -> None:
    loaded(changed("response: {after: document_insufficient", "response: {after: [document_insufficient, asked]"))


@pytest.mark.parametrize("key", ["after: {sent: due_reminder}", "after: created, waits_for: due_reminder"])
def test_12_a_clock_that_waits_for_a_message_that_counts_from_it_is_a_circle(key: str) -> None:
    assert problems(changed("due: {after: created, ", f"due: {{{key}, ")) == [
        (
            "20: these deadlines count from each other: due after the message due_reminder after due; let one count "
            "from an event"
        )
    ]


def test_12_a_clock_may_wait_for_a_message_that_counts_from_another() -> None:
    loaded(changed("grace: {after: due, ", "grace: {after: due, waits_for: due_reminder, "))
