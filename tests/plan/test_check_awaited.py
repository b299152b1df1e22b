"""What clocks and fees wait for can come: a message that goes out, a deadline of the journey (plan.md 11, 12)."""

import pytest

from tests.plan.written import TEXT, changed, loaded, problems

WELCOME = "purpose: announcement, to: applicant, on: created}"


def waiting(start: str, rule: str) -> str:
    """The grace period waits for the message of the rule `notice`."""
    text = changed("grace: {after: due, plus: 60 days}", f"grace: {{{start}, plus: 60 days}}")
    return text.replace("coverage: {N12", f"  notice: {{purpose: request, to: applicant, {rule}}}\ncoverage: {{N12")


@pytest.mark.parametrize("start", ["after: created, waits_for: notice", "after: {sent: notice}"])
@pytest.mark.parametrize(
    ("rule", "never"),
    [
        (
            "on: created, state: off, why: not yet",
            "is `off`: give `notice` `state: live`, or name another notification",
        ),
        ("on: created, state: draft", "is `draft`: give `notice` `state: live`, or name another notification"),
        ("on: created, in: renewal", "never goes out in `application`: name a notification that does"),
        ("before: expiry, offsets: [1 day]", "never goes out in `application`: name a notification that does"),
        ("moved: expiry", "never goes out in `application`: name a notification that does"),
        ("on: expiry", "never goes out in `application`: name a notification that does"),
        ("entered: late", "never goes out in `application`: name a notification that does"),
    ],
)
def test_12_a_clock_that_waits_for_a_message_that_never_goes_out_is_said(start: str, rule: str, never: str) -> None:
    assert problems(waiting(start, rule)) == [f"21: `grace` never starts, for `notice` {never}"]


@pytest.mark.parametrize("start", ["after: created, waits_for: notice", "after: {sent: notice}"])
@pytest.mark.parametrize(
    "rule",
    ["on: created", "on: submitted", "on: created, in: application", "on: due", "entered: past_due", "moved: due"],
)
def test_12_a_clock_that_waits_for_a_message_that_can_go_out_is_left_alone(start: str, rule: str) -> None:
    loaded(waiting(start, rule))


def with_fee(steps: str) -> str:
    return TEXT.replace("coverage: {N12", f"fees: {{late: [{steps}]}}\ncoverage: {{N12")


def test_11_a_step_of_a_fee_from_a_clock_of_items_is_said() -> None:
    assert problems(with_fee("{amount: 9 USD}, {from: response, amount: 12 USD}")) == [
        (
            "51: `response` is a clock of each item, and a fee is one amount for the journey: this step never applies; "
            "write a deadline of the journey, or a date"
        )
    ]
    loaded(with_fee("{amount: 9 USD}, {from: due, amount: 12 USD}, {from: 2027-01-01, amount: 15 USD}"))
