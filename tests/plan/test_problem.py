"""What is wrong in a plan is said with the word that was probably meant."""

import pytest

from plan.problem import Problem, clip, instead, misspelt


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
    assert misspelt(word, known) == meant


@pytest.mark.parametrize(
    ("word", "known", "end"),
    [
        ("titel", {"title", "timezone"}, "did you mean `title`?"),
        ("xyz", {"title", "links"}, "write one of `links`, `title`"),
        ("xyz", {"title"}, "write `title`"),
        ("xyz", set(), "there is none yet"),
        ("xyz", {f"k{n:02}" for n in range(13)}, "there are 13, such as `k00`, `k01`, `k02`"),
    ],
)
def test_an_unknown_word_is_answered_with_what_to_write(word: str, known: set[str], end: str) -> None:
    assert instead(word, known) == end


def test_many_names_are_not_compared() -> None:
    many = {f"name_{n}" for n in range(1001)}
    assert misspelt("name_x", many | {"name_xx"}) is None
    assert instead("name_1x", many) == "there are 1001, such as `name_0`, `name_1`, `name_10`"


def test_a_problem_names_file_line_and_sentence() -> None:
    assert str(Problem(file="plan.yaml", line=7, sentence="write `to`")) == "plan.yaml:7: write `to`"


def test_somebody_s_text_is_shown_short_and_on_one_line() -> None:
    assert clip("a\n  b") == "a b"
    assert clip("x" * 61) == "x" * 57 + "…"
