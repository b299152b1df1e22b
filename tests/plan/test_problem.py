"""What is wrong in a plan is said with the word that was probably meant."""

import pytest

from plan.problem import Problem, clip, instead


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
    assert instead("name_1x", many) == "there are 1001, such as `name_0`, `name_1`, `name_10`"


def test_a_problem_names_file_line_and_sentence() -> None:
    assert str(Problem(file="plan.yaml", line=7, sentence="write `to`")) == "plan.yaml:7: write `to`"


def test_somebody_s_text_is_shown_short_and_on_one_line() -> None:
    assert clip("a\n  b") == "a b"
    assert clip("x" * 61) == "x" * 57 + "…"
