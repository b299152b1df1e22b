"""A key that would do nothing where it stands, or another thing than it says, is an error (plan.md 11, 18, 22, 23)."""

import pytest

from plan.load import read_back
from plan.model import Plan
from tests.plan.written import changed, loaded, problems


def on_created(keys: str) -> str:
    return changed("to: applicant, on: created", f"to: applicant, {keys}")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("4 hours", "4 hours"),
        ("36 hours", "36 hours"),
        ("1 day 12 hours", "1 day 12 hours"),
        ("PT90M", "1 hour 30 minutes"),
    ],
)
def test_18_idle_time_that_is_not_whole_days_is_refused(span: str, said: str) -> None:
    expected = f"41: `idle` counts whole days, not {said}: write such as `idle: 14 days`"
    assert problems(on_created(f"idle: {span}")) == [expected]


@pytest.mark.parametrize("span", ["1 day", "2 weeks", "1 month", "P1M3D"])
def test_18_idle_time_of_days_or_more_is_taken(span: str) -> None:
    loaded(on_created(f"idle: {span}"))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            'on: created, digest: 1 hour, at: "09:00"',
            "a digest leaves when its time is over, whatever `at` says: leave `at` or `digest` out",
        ),
        (
            "on: created, digest: 1 hour, offsets: [1 day]",
            "`digest` gathers what leaves at once, not what `offsets` put off: leave one of the two out",
        ),
        (
            'after: due, every: 4 hours, at: "09:00"',
            "`every:` in hours or less keeps its own time of day: leave `at` out",
        ),
    ],
)
def test_22_a_key_of_a_notification_without_effect_is_said(keys: str, expected: str) -> None:
    assert problems(on_created(keys)) == [f"41: {expected}"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            "plus: 36 hours, then: end of month",
            "`then` rolls on whole days, not 36 hours: write `plus` in days, or leave it out",
        ),
        (
            "plus: 4 hours, if_closed: next",
            "`if_closed` moves a date, not what ends 4 hours after: write `plus` in days, or leave it out",
        ),
    ],
)
def test_11_a_clock_of_hours_is_not_rolled_on(keys: str, expected: str) -> None:
    assert problems(changed("grace: {after: due, plus: 60 days}", f"grace: {{after: due, {keys}}}")) == [
        f"21: {expected}"
    ]


@pytest.mark.parametrize(
    "keys",
    [
        "on: created, digest: 1 hour",
        'on: created, at: "09:00"',
        'after: due, every: 7 days, limit: 3, at: "09:00"',
        "after: due, every: 4 hours, limit: 3",
        "idle: 4 hours, state: off, why: not yet",
    ],
)
def test_keys_that_do_what_they_say_are_left_alone(keys: str) -> None:
    loaded(on_created(keys))


def test_34_a_published_plan_with_such_a_key_is_read_back() -> None:
    assert isinstance(read_back(on_created("idle: 4 hours"), "plan.yaml"), Plan)
