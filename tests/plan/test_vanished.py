"""A notification does not vanish together with the memory of what it said (plan.md 34)."""

import pytest

from plan.vanished import gone, vanished
from tests.plan.written import changed, loaded

WELCOME = "  welcome: {covers: N1, purpose: announcement, to: applicant, on: created}\n"


@pytest.mark.parametrize(
    ("new", "lost"),
    [
        ("", ("welcome",)),
        ("  hello: {purpose: announcement, to: applicant, on: created}\n", ("welcome",)),
        ("  hello: {purpose: announcement, to: applicant, on: created, was: welcome}\n", ()),
        ("  hello: {purpose: announcement, to: applicant, on: created, was: [hi, welcome]}\n", ()),
        (WELCOME.replace("on: created", "on: created, state: off, why: the portal says it"), ()),
    ],
)
def test_34_what_is_gone_without_another_name_is_told(new: str, lost: tuple[str, ...]) -> None:
    assert vanished(loaded(), loaded(changed(WELCOME, new))) == lost


def test_34_a_name_before_the_last_is_remembered_too() -> None:
    hello = "  hello: {purpose: announcement, to: applicant, on: created, was: welcome}\n"
    once = loaded(changed(WELCOME, hello))
    assert vanished(once, loaded(changed(WELCOME, hello.replace("hello:", "hi:").replace("welcome", "hello")))) == (
        "welcome",
    )
    assert (
        vanished(once, loaded(changed(WELCOME, hello.replace("hello:", "hi:").replace("welcome", "[hello, welcome]"))))
        == ()
    )


def test_34_what_was_off_may_go() -> None:
    off = WELCOME.replace("on: created", "on: created, state: off, why: the portal says it")
    assert vanished(loaded(changed(WELCOME, off)), loaded(changed(WELCOME, ""))) == ()


def test_34_the_sentence_says_what_to_write() -> None:
    assert gone("welcome") == (
        "`welcome` is gone, so that what it said could be said again: write `was: welcome` at the notification that "
        "it is now, or keep it with `state: off` and `why:`"
    )
