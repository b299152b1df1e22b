"""What sets a rule off besides facts and dates: stages, idle time, conditions that come true, spans (plan.md 6, 18)."""

from typing import Any

import pytest

from plan.model import FieldSpec, Plan, Rule
from plan.period import Period
from tests.plan.programs import EVENTS, WINDOW, minimal, periods, program
from tests.plan.walk import at, begin, outcome

TO = ("applicant",)
STALLED = Rule(name="stalled", purpose="reminder", to=TO, idle=Period(days=14), repeat=3)
UNSEEN = Rule(name="unseen", purpose="reminder", to=TO, idle=Period(days=14), of="document", repeat=2)
ENOUGH = Rule(name="enough", purpose="announcement", to=TO, becomes="credits.earned >= 30")


def test_18_a_stage_that_is_entered_or_left_sets_a_rule_off_once_each_time() -> None:
    rules = [
        Rule(name="in", purpose="announcement", to=TO, entered="late"),
        Rule(name="out", purpose="announcement", to=TO, left="open"),
    ]
    way = begin(minimal(*rules), "2026-12-20 10:00")
    way.run(at("2027-01-02 12:00"))
    assert way.gone() == ["in#due@2026-12-31>applicant", "out#due@2026-12-31>applicant"]


def test_18_an_offset_after_entering_counts_while_the_stage_is_held() -> None:
    rule = Rule(name="in", purpose="announcement", to=TO, entered="open", offsets=periods("3 days", "10 days"))
    way = begin(minimal(rule), "2026-10-05 10:00")
    way.tell("submitted", at("2026-10-10 10:00"))
    agenda = way.run(at("2026-11-01 12:00"))
    assert way.gone() == ["in:P3D#created>applicant"]
    assert outcome(agenda, "in:P10D") == ("skipped", "stage_left")


def test_18_idle_time_is_told_at_its_multiples_and_a_touch_begins_anew() -> None:
    way = begin(minimal(STALLED), "2026-10-05 10:00")
    way.run(at("2026-10-20 12:00"))
    way.tell("touched", at("2026-10-25 09:00"))
    way.run(at("2026-12-20 12:00"))
    assert way.gone() == [
        "stalled:P14D~2026-10-05T14:00:00Z>applicant",
        "stalled:P14D~2026-10-25T13:00:00Z>applicant",
        "stalled:P28D~2026-10-25T13:00:00Z>applicant",
        "stalled:P42D~2026-10-25T13:00:00Z>applicant",
    ]


@pytest.mark.parametrize(
    ("by", "touched"), [("applicant", True), ("candidate", True), ("reviewer", False), (None, False)]
)
def test_06_what_the_applicant_does_is_a_touch_and_what_staff_does_is_none(by: str | None, touched: bool) -> None:
    way = begin(minimal(STALLED), "2026-10-05 10:00")
    way.tell("noted", at("2026-10-12 10:00"), who=by)
    way.run(at("2026-10-20 12:00"))
    assert way.gone() == ([] if touched else ["stalled:P14D~2026-10-05T14:00:00Z>applicant"])


def test_18_an_item_is_idle_in_its_start_stage_alone() -> None:
    way = begin(program([UNSEEN], events=EVENTS), "2026-09-01 10:00")
    way.tell("document_accepted", at("2026-09-02 10:00"), item="doc-1")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-2")
    way.tell("applicant_answered", at("2026-09-04 10:00"), item="doc-2")
    way.run(at("2026-11-01 12:00"))
    assert way.gone() == [
        "unseen:P14D~2026-09-04T14:00:00Z/doc-2>applicant",
        "unseen:P28D~2026-09-04T14:00:00Z/doc-2>applicant",
    ]


@pytest.mark.parametrize("changes", [{}, {"while_": ("received",)}, {"stages": ("in_progress", "past_due")}], ids=str)
@pytest.mark.parametrize("ended_by", ["withdrawn", "approved"])
def test_18_nobody_is_prompted_about_an_item_once_the_journey_has_ended(ended_by: str, changes: dict[str, Any]) -> None:
    way = begin(program([UNSEEN.model_copy(update=changes)], events=EVENTS), "2026-09-01 10:00")
    way.tell("applicant_answered", at("2026-09-02 10:00"), item="doc-1")
    way.tell("submitted", at("2026-09-03 10:00"))
    way.tell(ended_by, at("2026-09-10 10:00"))
    way.run(at("2026-11-01 12:00"))
    goes_on = ended_by == "approved" and "while_" in changes  # the item's own stage alone counts, as its rule says
    assert bool(way.gone()) == goes_on


def test_18_an_item_s_stage_counts_where_the_rule_names_the_journey_s_as_well() -> None:
    rule = UNSEEN.model_copy(update={"stages": ("in_progress",)})
    way = begin(program([rule], events=EVENTS), "2026-09-01 10:00")
    way.tell("applicant_answered", at("2026-09-02 10:00"), item="doc-1")
    way.tell("document_accepted", at("2026-09-10 10:00"), item="doc-1")
    way.run(at("2026-10-01 12:00"))
    assert way.gone() == []


def told_plan(rule: Rule) -> Plan:
    return minimal(rule).model_copy(update={"told": {"credits.earned": FieldSpec(type="number")}})


def test_18_a_condition_that_comes_true_is_told_once_in_a_cycle() -> None:
    way = begin(told_plan(ENOUGH), "2026-10-05 10:00")
    way.tell("told", at("2026-10-06 10:00"), credits={"earned": 12})
    way.tell("told", at("2026-10-07 10:00"), credits={"earned": 31})
    way.tell("told", at("2026-10-08 10:00"), credits={"earned": 12})
    way.tell("told", at("2026-10-09 10:00"), credits={"earned": 40})
    way.run(at("2026-10-12 12:00"))
    assert way.sent() == ["2026-10-07 10:00 enough#once>applicant"]


@pytest.mark.parametrize(("backfill", "expected"), [(False, ("skipped", "already_true")), (True, ("sent", None))])
def test_18_what_is_true_at_the_start_is_news_only_if_the_rule_says_so(
    backfill: bool, expected: tuple[str, str | None]
) -> None:
    way = begin(told_plan(ENOUGH.model_copy(update={"backfill": backfill})), "2026-10-05 10:00")
    way.tell("told", at("2026-10-05 10:00"), credits={"earned": 31})
    agenda = way.run(at("2026-10-07 12:00"))
    assert [(o.outcome, o.reason) for o in agenda.occurrences] == [expected]


def test_20_a_condition_counts_when_the_message_would_leave() -> None:
    rule = Rule(
        name="few",
        purpose="reminder",
        to=TO,
        before="due",
        offsets=periods("60 days", "30 days"),
        if_="credits.earned < 30",
    )
    way = begin(told_plan(rule), "2026-10-05 10:00")
    way.tell("told", at("2026-10-06 10:00"), credits={"earned": 12})
    way.run(at("2026-11-15 12:00"))
    way.tell("told", at("2026-11-20 10:00"), credits={"earned": 31})
    agenda = way.run(at("2026-12-15 12:00"))
    assert way.gone() == ["few:P60D@2026-12-31>applicant"]
    [held_back] = [o for o in agenda.occurrences if o.outcome == "skipped"]
    assert (held_back.reason, held_back.detail) == ("condition_false", "credits.earned < 30: credits.earned 31")


def test_21_a_rule_that_is_not_live_is_skipped_and_never_held() -> None:
    rules = [
        Rule(name="off", purpose="announcement", to=TO, on="created", state="off", why="the portal says it"),
        Rule(name="draft", purpose="announcement", to=TO, on="created", state="draft"),
        Rule(name="test", purpose="announcement", to=TO, on="created", state="test"),
    ]
    plan = minimal(*rules, window=WINDOW).model_copy(update={"staff": {"test": ("test@example.org",)}})
    agenda = begin(plan, "2026-10-05 10:00").wake()
    assert [(o.notification, o.to, o.outcome, o.reason, o.detail) for o in agenda.occurrences] == [
        ("draft", "applicant", "skipped", "not_live", None),
        ("off", "applicant", "skipped", "rule_off", "the portal says it"),
        ("test", "test", "sent", None, None),
    ]


def test_18_a_span_is_used_anywhere_inside_it_and_from_today_if_it_has_begun() -> None:
    rule = Rule(name="notice", purpose="reminder", to=TO, before="due", within=periods("60 days", "30 days"))  # type: ignore[arg-type]  # two of them
    early = begin(minimal(rule), "2026-09-01 10:00")
    early.run(at("2026-12-31 12:00"))
    [line] = early.sent()
    assert "2026-11-01" <= line[:10] <= "2026-12-01"
    assert line.endswith("notice:P60D@2026-12-31>applicant")
    late = begin(minimal(rule), "2026-11-30 10:00")
    late.run(at("2026-12-31 12:00"))
    assert [sent[:10] for sent in late.sent()] in (["2026-11-30"], ["2026-12-01"])
    too_late = begin(minimal(rule), "2026-12-05 10:00").run(at("2026-12-31 12:00"))
    assert [(o.outcome, o.reason) for o in too_late.occurrences] == [("skipped", "already_past")]


def test_18_a_reminder_comes_again_and_again_as_often_as_its_limit_allows() -> None:
    rule = Rule(name="weekly", purpose="reminder", to=TO, after="due", every=Period(days=7), limit=3, while_=("late",))
    way = begin(minimal(rule), "2026-12-20 10:00")
    way.run(at("2027-03-01 12:00"))
    assert way.sent() == [
        "2027-01-07 08:00 weekly:P7D@2026-12-31>applicant",
        "2027-01-14 08:00 weekly:P14D@2026-12-31>applicant",
        "2027-01-21 08:00 weekly:P21D@2026-12-31>applicant",
    ]


def test_18_weekly_reminders_end_when_the_stage_is_left() -> None:
    rule = Rule(name="weekly", purpose="reminder", to=TO, after="due", every=Period(days=7), while_=("late",))
    way = begin(minimal(rule), "2026-12-20 10:00")
    way.tell("submitted", at("2027-01-16 10:00"))
    way.run(at("2027-12-31 12:00"))
    assert [line[:10] for line in way.sent()] == ["2027-01-07", "2027-01-14"]
