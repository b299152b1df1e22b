"""Two plans held against each other, in sentences."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from plan.diff import diff
from plan.load import load
from plan.model import Deadline, Plan, Process, Rule
from plan.period import Period
from tests.plan.written import TEXT, changed, loaded

BEFORE = loaded()
REMINDER = "notification due_reminder: goes out"


def sentences(old: str, new: str) -> list[str]:
    return [str(difference) for difference in diff(BEFORE, loaded(changed(old, new)))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "usual: [90 days, 7 days, 1 day]",
            "usual: [60 days, 7 days]",
            [
                f"{REMINDER} 60 days and 7 days before due; so far 90 days, 7 days and 1 day before due",
            ],
        ),
        (
            "due: {after: created, plus: 1 year,",
            "due: {after: created, plus: 18 months,",
            ["process application, deadline due: its length is 1 year 6 months instead of 1 year"],
        ),
        (
            "approved: approved}",
            "approved: certified}",
            [
                "process application, stage in_review: approved leads to certified; so far to approved",
                "process application, stage approved: is gone",
                "process application, stage certified: is new",
            ],
        ),
        (
            "  desk_notice: {purpose: announcement, to: desk, on: due, lateness: 2 days}\n",
            "",
            ["notification desk_notice: is gone"],
        ),
        (
            "desk_notice: {purpose",
            "desk_news: {was: desk_notice, purpose",
            ["notification desk_news: it was called desk_notice before"],
        ),
        (
            "title: Certified Widget Engineer",
            "title: Chartered",
            ["the program: title is Chartered instead of Certified Widget Engineer"],
        ),
        (
            'until: "20:00"',
            'until: "19:00"',
            ["the program, the send window: its closing time is 19:00 instead of 20:00"],
        ),
        (
            "welcome: {covers: N1, purpose: announcement, to: applicant",
            "welcome: {covers: N1, purpose: confirmation, to: payer or applicant",
            [
                "notification welcome: goes to payer or applicant; so far to applicant",
                "notification welcome: purpose is confirmation instead of announcement",
            ],
        ),
        (
            "coverage: {N12",
            "  extra: {purpose: announcement, to: applicant, entered: past_due}\ncoverage: {N12",
            ["notification extra: is new: an announcement to applicant, on entering past_due"],
        ),
    ],
)
def test_a_change_is_a_sentence(old: str, new: str, expected: list[str]) -> None:
    assert sentences(old, new) == expected


def test_equal_meaning_in_other_words_is_no_difference() -> None:
    assert sentences("plus: 1 year", "plus: 12 months") == []
    assert diff(BEFORE, loaded(TEXT + "# a remark\n")) == ()


def another(value: Any, kind: str) -> Any:
    """Something else of the same type."""
    match value:
        case bool():
            return not value
        case str():
            return f"{value}x"
        case int() | float():
            return value + 1
        case Period():
            return Period(days=value.days + 3)
        case timedelta():
            return value + timedelta(hours=1)
        case datetime() | date():
            return value.replace(year=value.year + 1)
        case time():
            return time((value.hour + 1) % 24)
        case tuple():
            return (*value, "x")
    return {"Period": Period(days=4), "time": time(9), "timedelta": timedelta(hours=3)}.get(kind, "x")


EVERY_FIELD = [
    (model, field)
    for model in (Rule, Deadline, Process, Plan)
    for field in model.model_fields
    if field not in {"name", "version", "was", "launched"}  # no part of a plan, or a name that was never another
]


@pytest.mark.parametrize(("model", "field"), EVERY_FIELD)
def test_whatever_field_differs_something_is_said(model: type[BaseModel], field: str) -> None:
    process = BEFORE.processes["application"]
    owners = {Rule: BEFORE.rules["due_reminder"], Deadline: process.deadlines["due"], Process: process, Plan: BEFORE}
    value = getattr(owners[model], field)
    kinds = get_args(model.model_fields[field].annotation) if value is None else ()
    kind = next((getattr(k, "__name__", "") for k in kinds if k is not type(None)), "")
    new: Any = another(value, kind)
    if isinstance(value, Mapping):
        new = {**value, "zzz": next(iter(value.values()), "x")}
    if field == "within":
        new = (Period(days=9), Period(days=3))
    owner: Any = owners[model].model_copy(update={field: new})
    if model is Deadline:
        owner = process.model_copy(update={"deadlines": {**process.deadlines, "due": owner}})
    if model is Rule:
        owner = BEFORE.model_copy(update={"rules": {**BEFORE.rules, "due_reminder": owner}})
    if model in {Deadline, Process}:
        owner = BEFORE.model_copy(update={"processes": {**BEFORE.processes, "application": owner}})
    assert diff(BEFORE, owner)


def test_the_shipped_plans_differ_in_readable_sentences() -> None:
    programs = Path(__file__).parents[2] / "programs"
    plans = [load((programs / name / "plan.yaml").read_text(encoding="utf-8"), name) for name in ("quickstart", "cwe")]
    assert all(isinstance(plan, Plan) for plan in plans)
    for difference in diff(plans[0], plans[1]):  # type: ignore[arg-type]  # asserted above
        assert "None" not in difference.sentence
        assert "(" not in difference.sentence
