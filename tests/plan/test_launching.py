"""What a plan says only later is not said of what lies before (plan.md 18, 21)."""

from datetime import datetime

import pytest

from plan.launching import launched
from plan.model import FieldSpec, Plan, Rule
from plan.period import Period
from tests.plan.programs import DUE, minimal, periods
from tests.plan.walk import Walk, at, begin, outcome

TO = ("applicant",)
NEWS = Rule(name="news", purpose="announcement", to=TO, on="created")
ENOUGH = Rule(name="enough", purpose="announcement", to=TO, becomes="earned >= 30")
AHEAD = Rule(name="ahead", purpose="announcement", to=TO, before="due", offsets=periods("90 days", "30 days"))
EARLIER, LAUNCH = at("2026-09-15 10:00"), at("2026-11-01 10:00")


def launch(rule: Rule, first: Rule | None, earned_on: str | None = None) -> Walk:
    """A journey of 1 September, whose program says `rule` from 1 November on, and `first` until then."""
    way = begin(typed(first), "2026-09-01 10:00")
    if earned_on is not None:
        way.tell("told", at(earned_on), earned=30)
    way.run(LAUNCH)
    way.plan = typed(rule, launched(way.plan, {}, typed(rule), LAUNCH))
    return way


def typed(rule: Rule | None, since: object = None) -> Plan:
    plan = minimal(*([rule] if rule is not None else []), deadline=DUE)
    return plan.model_copy(update={"told": {"earned": FieldSpec(type="number")}, "launched": since or {}})


DRAFT = NEWS.model_copy(update={"state": "draft"})


@pytest.mark.parametrize("first", [None, DRAFT, NEWS.model_copy(update={"on": "submitted"})])
def test_21_launching_a_rule_releases_no_flood(first: Rule | None) -> None:
    way = launch(NEWS, first)
    assert outcome(way.run(at("2026-11-05")), "news#created") == ("skipped", "already_past", "plan_changed")
    assert way.gone() == []


def test_21_what_comes_after_the_launch_is_said() -> None:
    way = launch(AHEAD, None)
    agenda = way.run(at("2026-12-02"))
    assert outcome(agenda, "ahead:P90D") == ("skipped", "already_past", "plan_changed")
    assert way.sent() == ["2026-12-01 08:00 ahead:P30D@2026-12-31>applicant"]


def test_21_what_had_begun_before_a_relaunch_goes_on() -> None:
    way = begin(typed(NEWS), "2026-09-01 10:00")
    way.mark("news#created>applicant", "open")
    way.plan = typed(NEWS, {"news": at("2026-09-02 10:00")})
    way.run(at("2026-09-03"))
    assert way.gone() == ["news#created>applicant"]


@pytest.mark.parametrize(
    ("backfill", "earned_on", "expected"),
    [
        (False, "2026-10-01 10:00", []),
        (True, "2026-10-01 10:00", ["2026-11-01 10:00 enough#once>applicant"]),
        (False, "2026-11-03 10:00", ["2026-11-03 10:00 enough#once>applicant"]),
    ],
)
def test_18_what_is_true_when_a_rule_is_first_met_is_news_only_if_it_says_so(
    backfill: bool, earned_on: str, expected: list[str]
) -> None:
    way = launch(ENOUGH.model_copy(update={"backfill": backfill}), None, earned_on)
    agenda = way.run(at("2026-11-05"))
    assert way.sent() == expected
    assert outcome(agenda, "enough#once") == (("sent",) if expected else ("skipped", "already_true"))


@pytest.mark.parametrize(
    ("before", "since", "expected"),
    [
        (None, {}, {}),  # a program's first plan
        (NEWS, {}, {}),
        (NEWS, {"news": EARLIER}, {"news": EARLIER}),
        (NEWS.model_copy(update={"name": "old_news"}), {"old_news": EARLIER}, {"news": EARLIER}),  # was: old_news
        (NEWS.model_copy(update={"offsets": periods("1 day"), "if_": "true"}), {}, {}),
        (DRAFT, {"news": EARLIER}, {"news": LAUNCH}),
        (NEWS.model_copy(update={"on": "submitted"}), {}, {"news": LAUNCH}),
        (NEWS.model_copy(update={"in_": ("renewal",)}), {}, {"news": LAUNCH}),
        (NEWS.model_copy(update={"on": None, "idle": Period(days=3)}), {}, {"news": LAUNCH}),
        (AHEAD, {"ahead": EARLIER}, {"news": LAUNCH}),
    ],
)
def test_21_a_rule_is_launched_when_it_is_new_comes_to_life_or_waits_for_something_else(
    before: Rule | None, since: dict[str, datetime], expected: dict[str, datetime]
) -> None:
    after = NEWS.model_copy(update={"was": ("old_news",)})
    assert launched(minimal(before) if before else None, since, minimal(after), LAUNCH) == expected
