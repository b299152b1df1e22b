"""A slip of the pen is told from another name, and looking for slips has an end (plan.md 4)."""

import pytest

from plan.slips import Slips


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("in_reveiw", {"in_review", "in_progress"}, "in_review"),
        ("submited", {"submitted"}, "submitted"),
        ("payment_recieved", {"payment_received"}, "payment_received"),
        ("resubmitted", {"submitted"}, None),
        ("submitted_2", {"submitted"}, None),
        ("level_1_passed", {"level_2_passed"}, None),
        ("document_accepted", {"document_rejected"}, None),
        ("approved", {"denied"}, None),
        ("submitted", {"submitted", "submited"}, None),
    ],
)
def test_04_a_slip_of_the_pen_is_told_from_another_name(word: str, known: set[str], meant: str | None) -> None:
    assert Slips().meant(word, known) == meant


def test_many_names_are_not_compared() -> None:
    assert Slips().meant("name_x", {"name_xx", *(f"name_{n}" for n in range(1000))}) is None


def test_looking_for_slips_ends_when_patience_does() -> None:
    slips, known = Slips(), {f"name_of_{n:03}" for n in range(900)} | {"submitted"}
    assert slips.meant("submited", known) == "submitted"
    while slips.patience >= len(known):
        assert slips.meant("something_else", known) is None
    assert slips.meant("submited", known) is None
