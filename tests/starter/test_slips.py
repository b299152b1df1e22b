"""Slips in the domain of an address are suggested, and nothing else is."""

import pytest

from starter.slips import suggestion


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gmal.com", "ada@gmail.com"),
        ("ada@gmaill.com", "ada@gmail.com"),
        ("ada@gmsil.com", "ada@gmail.com"),
        ("ada@gmail.co", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("ada@gmail.cmo", "ada@gmail.com"),
        ("Ada@HOTMIAL.com", "Ada@hotmail.com"),
        ("ada@gmail.com", None),
        ("ada@example.org", None),
        ("ada@mail.com", None),
        ("ada@ymail.com", None),
        ("ada@gmx.com", None),
    ],
)
def test_one_slip_of_the_pen_is_suggested(written: str, expected: str | None) -> None:
    assert suggestion(written) == expected
