from datetime import date
from pathlib import Path

import pytest
from pydantic import JsonValue

from starter.demo import SCRIPT
from starter.plans import read_plan
from starter.refusal import Refused
from starter.script import day, read_script, with_dates

KNOWN = {"created": date(2027, 2, 28), "today": date(2028, 2, 29)}


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("created", date(2027, 2, 28)),
        ("created + 1 day", date(2027, 3, 1)),
        ("created + 1 year - 7 days", date(2028, 2, 21)),
        ("today - 12 months", date(2027, 2, 28)),
    ],
)
def test_days_are_counted_on_the_calendar(text: str, on: date) -> None:
    assert day(text, KNOWN) == on


@pytest.mark.parametrize("text", ["tomorrow", "created + soon", "created +1 day", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not a day such as created"):
        day(text, KNOWN)


def test_days_inside_values_become_dates_and_other_texts_stay() -> None:
    value: JsonValue = {
        "deadline": "due",
        "to": "today + 1 day",
        "group": {"by": "created - 1 day"},
        "note": "today",
        "number": 3,
    }
    assert with_dates(value, KNOWN) == {
        "deadline": "due",
        "to": "2028-03-01",
        "group": {"by": "2027-02-27"},
        "note": "today",
        "number": 3,
    }


def test_the_shipped_script_wants_at_least_twelve_kinds_and_only_notifications_of_the_plan() -> None:
    script, plan = read_script(SCRIPT), read_plan(SCRIPT.parent / "plan.yaml").plan
    kinds = {one.notification for several in script.expected.values() for one in several}
    assert len(kinds) >= 12
    assert kinds <= set(plan.rules)
    assert len(script.journeys) >= 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("program: [", "cannot be read"),
        ("program: cwe\npeople: {}\njourneys: {}\nexpected: {}\nextra: 1", "extra: extra inputs are not permitted"),
        ("program: cwe", "people: field required"),
    ],
)
def test_a_wrong_script_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "demo.yaml").write_text(text)
    with pytest.raises(Refused, match=said):
        read_script(tmp_path / "demo.yaml")
