"""Cycles as programs live them: renewals, grace, suspension, appeals and ends (domain.md, 25, 31 to 33, 43, 45)."""

from typing import Final

import pytest
from pydantic import JsonValue

from plan.fees import fee
from plan.merge import fields
from plan.model import Plan
from plan.outcomes import Outcome
from tests.plan.walk import Walk, at, begin, find, outcome
from tests.plan.written import loaded, problems

TEXT: Final = """\
program: cwe
title: Certified Widget Engineer
timezone: America/New_York
sender: {name: CWE, email: certification@example.org}
send_window: {days: all, from: "08:00", until: "20:00"}
told: {begins_on: date, credits: {earned: number, required: number}}
fees: {renewal: [{amount: 100.00 USD}, {from: due, amount: 150.00 USD}, {from: grace, amount: 400.00 USD}]}
processes:
  application:
    start: in_progress
    deadlines:
      expiry:    {after: created, plus: 90 days}
      certified: {after: approved, plus: 0 days}
      appeal:    {after: denied, plus: 30 days, until: appealed}
    stages:
      in_progress: {submitted: in_review, expiry: expired}
      in_review:   {approved: approved, denied: denied}
      denied:      {appealed: in_appeal, appeal: closed}
      in_appeal:   {appeal_granted: in_review, appeal_rejected: closed}
    anywhere: {withdrawn: withdrawn}
    next: {approved: {process: renewal, tells: {begins_on: certified}}}
  renewal:
    start: certified
    deadlines:
      begins:     {told: begins_on}
      due:        {after: begins, plus: 3 years, allows: [earn, submit, pay]}
      grace:      {after: due, plus: 90 days, allows: [submit, pay]}
      suspension: {after: grace, plus: 1 year, allows: pay}
    stages:
      certified: {submitted: in_review, due: in_grace}
      in_grace:  {submitted: in_review, grace: suspended}
      suspended: {reinstated: reinstated, suspension: lapsed}
      in_review: {approved: renewed}
    anywhere: {withdrawn: withdrawn}
    next:
      renewed:    {process: renewal, tells: {begins_on: due}}
      reinstated: {process: renewal, keep: [credits.earned], tells: {begins_on: due}}
notifications:
  welcome:     {purpose: announcement, to: applicant, on: created, in: application}
  unfinished:  {purpose: reminder, to: applicant, before: expiry, offsets: [30 days, 7 days], while: in_progress}
  expired:     {purpose: announcement, to: applicant, on: expiry}
  denied:      {purpose: announcement, to: applicant, on: denied}
  appealable:  {purpose: reminder, to: applicant, before: appeal, offsets: [7 days]}
  closed:      {purpose: announcement, to: applicant, entered: closed}
  withdrawn:   {purpose: confirmation, to: applicant, on: withdrawn}
  reminder:    {purpose: reminder, to: holder, before: due, offsets: [90 days, 7 days], while: certified}
  past_due:    {purpose: reminder, to: holder, after: due, offsets: [1 day, 60 days], while: in_grace}
  still_earn:  {purpose: reminder, to: holder, after: due, offsets: [2 days], while: in_grace, if: allows.earn}
  suspended:   {purpose: announcement, to: holder, entered: suspended}
  last_call:   {purpose: reminder, to: holder, before: suspension, offsets: [30 days], while: suspended}
  lapsed:      {purpose: announcement, to: holder, entered: lapsed}
  renewed:     {purpose: announcement, to: holder, entered: renewed}
  reinstated:  {purpose: confirmation, to: holder, on: reinstated}
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return loaded(TEXT)


def renewal(plan: Plan, created: str, **told: JsonValue) -> Walk:
    walk = begin(plan, created, process="renewal")
    walk.tell("told", at(created), said=told)
    return walk


def following(walk: Walk) -> tuple[str, dict[str, JsonValue]]:
    """What the journey starts when it has ended, and what it tells it."""
    agenda = walk.agenda()
    assert agenda.following is not None
    return agenda.following.process, dict(agenda.following.told)


def sentences(walk: Walk, key: str) -> dict[str, str]:
    """The merge fields of one message as of now."""
    agenda = walk.agenda()
    facts = walk.facts()
    return fields(walk.plan, walk.journey, facts, agenda, find(agenda, key), None, walk.now, {}, "Ada Lovelace")


def test_09_an_early_renewal_keeps_the_end_of_the_cycle(plan: Plan) -> None:
    walk = renewal(plan, "2026-09-01 10:00", begins_on="2026-09-01")
    walk.tell("submitted", at("2029-07-01 10:00"))
    walk.tell("approved", at("2029-07-10 10:00"))
    agenda = walk.run(at("2029-07-11"))
    assert walk.sent() == [
        "2029-06-03 08:00 reminder:P90D@2029-09-01>applicant",
        "2029-07-10 10:00 renewed#f2>applicant",
    ]
    assert outcome(agenda, "reminder:P7D") == ("skipped", "stage_left")
    process, told = following(walk)
    assert (process, told) == ("renewal", {"begins_on": "2029-09-01"})
    second = renewal(plan, "2029-07-10 10:00", **told)
    assert find(second.run(at("2029-07-11")), "reminder:P7D").key == "reminder:P7D@2032-09-01>applicant"


def test_09_or_the_next_cycle_starts_at_the_approval() -> None:
    text = TEXT.replace("{after: begins, plus: 3 years,", "{after: created, plus: 3 years,")
    plan = loaded(text.replace("{process: renewal, tells: {begins_on: due}}", "renewal", 1))
    walk = renewal(plan, "2026-09-01 10:00")
    walk.tell("submitted", at("2029-07-01 10:00"))
    walk.tell("approved", at("2029-07-10 10:00"))
    walk.run(at("2029-07-11"))
    assert following(walk) == ("renewal", {})
    second = begin(plan, "2029-07-10 10:00", process="renewal")
    assert find(second.wake(), "reminder:P7D").key == "reminder:P7D@2032-07-10>applicant"


def test_09_the_first_cycle_begins_with_the_certification(plan: Plan) -> None:
    walk = begin(plan, "2026-09-01 10:00")
    walk.tell("submitted", at("2026-09-10 10:00"))
    walk.tell("approved", at("2026-09-20 22:30"))
    walk.run(at("2026-09-21"))
    assert following(walk) == ("renewal", {"begins_on": "2026-09-20"})


def test_09_who_is_reinstated_gets_the_remainder_of_the_cycle_and_no_more() -> None:
    plan = loaded(TEXT.replace("{after: begins, plus: 3 years,", "{told: begins_on,"))
    walk = renewal(plan, "2026-09-01 10:00", begins_on="2026-10-31", credits={"earned": 12, "required": 40})
    walk.tell("reinstated", at("2027-05-01 10:00"))
    agenda = walk.run(at("2027-05-02"))
    assert (agenda.stage, walk.gone()[-1]) == ("reinstated", "reinstated#f1>applicant")
    assert following(walk) == ("renewal", {"begins_on": "2026-10-31", "credits.earned": 12})


def test_13_a_cycle_that_is_let_lapse_goes_through_grace_and_suspension(plan: Plan) -> None:
    walk = renewal(plan, "2026-09-01 10:00", begins_on="2023-10-31")
    agenda = walk.run(at("2028-06-01"))
    assert walk.sent() == [
        "2026-10-24 08:00 reminder:P7D@2026-10-31>applicant",
        "2026-11-01 08:00 past_due:P1D@2026-10-31>applicant",
        "2026-12-30 08:00 past_due:P60D@2026-10-31>applicant",
        "2027-01-30 08:00 suspended#grace@2027-01-29>applicant",
        "2027-12-30 08:00 last_call:P30D@2028-01-29>applicant",
        "2028-01-30 08:00 lapsed#suspension@2028-01-29>applicant",
    ]
    assert [visit.stage for visit in walk.visits()] == ["certified", "in_grace", "suspended", "lapsed"]
    assert (agenda.stage, agenda.ends) == ("lapsed", True)


@pytest.mark.parametrize(
    ("allows", "allowed", "still_earn"),
    [
        (", allows: [earn, submit, pay]", "earn, pay and submit", ("scheduled",)),
        (", allows: [submit, pay]", "pay and submit", ("skipped", "condition_false")),
        ("", "", ("skipped", "condition_false")),
    ],
)
def test_11_grace_says_what_may_still_be_done_in_it(allows: str, allowed: str, still_earn: tuple[str, ...]) -> None:
    text = TEXT.replace(", allows: [submit, pay]", allows)
    walk = renewal(loaded(text), "2026-09-01 10:00", begins_on="2023-10-31")
    walk.run(at("2026-11-01 07:00"))
    walk.now = at("2026-11-01 08:00")
    assert sentences(walk, "past_due:P1D")["allowed"] == allowed
    if not still_earn[1:]:
        walk.run(at("2026-11-03"))
        assert walk.gone()[-1].startswith("still_earn")
    else:
        assert outcome(walk.run(at("2026-11-03")), "still_earn") == still_earn


@pytest.mark.parametrize(
    ("day", "now", "later"),
    [
        ("2026-10-31 23:59", "100.00 USD", "150.00 USD"),
        ("2026-11-01 00:00", "150.00 USD", "400.00 USD"),
        ("2027-01-29 23:59", "150.00 USD", "400.00 USD"),
        ("2027-01-30 00:00", "400.00 USD", ""),
    ],
)
def test_11_late_fees_follow_the_deadlines_step_by_step(plan: Plan, day: str, now: str, later: str) -> None:
    walk = renewal(plan, "2026-09-01 10:00", begins_on="2023-10-31")
    agenda = walk.agenda(at(day))
    found = fee(plan, plan.fees["renewal"], agenda.clocks, {}, at(day))
    assert (found.now, found.next) == (now, later)


def denied(plan: Plan) -> Walk:
    walk = begin(plan, "2026-09-01 10:00")
    walk.tell("submitted", at("2026-09-10 10:00"))
    walk.tell("denied", at("2026-10-01 10:00"))
    return walk


def test_09_a_denial_carries_its_appeal_window_and_the_consequence_waits_for_it(plan: Plan) -> None:
    walk = denied(plan)
    walk.run(at("2026-10-01 10:00"))
    assert sentences(walk, "denied#f1")["clock.appeal.on"] == (
        "Saturday, 31 October 2026 at 11:59 pm Eastern Daylight Time"
    )
    walk.run(at("2026-11-10"))
    assert walk.sent()[1:] == [
        "2026-10-01 10:00 denied#f1>applicant",
        "2026-10-24 08:00 appealable:P7D@2026-10-31>applicant",
        "2026-11-01 08:00 closed#appeal@2026-10-31>applicant",
    ]


@pytest.mark.parametrize(
    ("verdict", "stage", "last"),
    [("appeal_granted", "in_review", "denied#f1>applicant"), ("appeal_rejected", "closed", "closed#f3>applicant")],
)
def test_09_an_appeal_keeps_the_consequence_back_until_it_is_decided(
    plan: Plan, verdict: str, stage: str, last: str
) -> None:
    walk = denied(plan)
    walk.tell("appealed", at("2026-10-20 10:00"))
    walk.tell(verdict, at("2026-12-10 10:00"))
    waiting = walk.run(at("2026-12-09"))
    assert waiting.stage == "in_appeal"
    assert outcome(waiting, "appealable:P7D") == ("skipped", "answered")
    assert not [key for key in walk.gone() if key.startswith("closed")]
    agenda = walk.run(at("2026-12-11"))
    assert (agenda.stage, walk.gone()[-1]) == (stage, last)


def test_13_an_unfinished_application_expires_and_can_be_handed_in_no_more(plan: Plan) -> None:
    walk = begin(plan, "2026-09-01 10:00")
    walk.tell("submitted", at("2026-12-02 10:00"))
    agenda = walk.run(at("2026-12-10"))
    assert walk.sent() == [
        "2026-09-01 10:00 welcome#created>applicant",
        "2026-10-31 08:00 unfinished:P30D@2026-11-30>applicant",
        "2026-11-23 08:00 unfinished:P7D@2026-11-30>applicant",
        "2026-12-01 08:00 expired#expiry@2026-11-30>applicant",
    ]
    assert (agenda.stage, agenda.verdicts["f0"].verdict) == ("expired", "waiting")


def test_04_an_extension_arms_an_expired_application_again(plan: Plan) -> None:
    walk = begin(plan, "2026-09-01 10:00")
    walk.tell("extension_granted", at("2026-12-03 10:00"), deadline="expiry", to="2027-01-31")
    walk.tell("submitted", at("2026-12-05 10:00"))
    agenda = walk.run(at("2026-12-10"))
    assert (agenda.stage, agenda.verdicts["f1"].verdict) == ("in_review", "accepted")
    assert outcome(agenda, "expired#expiry@2026-11-30") == ("sent",)  # it was true when it was said


def test_08_a_withdrawal_is_confirmed_and_everything_else_is_cancelled(plan: Plan) -> None:
    walk = begin(plan, "2026-09-01 10:00")
    walk.run(at("2026-11-01"))
    walk.tell("withdrawn", at("2026-11-02 22:00"))
    agenda = walk.run(at("2026-12-31"))
    assert walk.sent()[-1] == "2026-11-02 22:00 withdrawn#f0>applicant"
    left: list[tuple[Outcome, str | None]] = [(o.outcome, o.reason) for o in agenda.occurrences if o.key]
    assert set(left) == {("sent", None), ("skipped", "stage_left")}


@pytest.mark.parametrize(
    ("tells", "expected"),
    [
        ("{begins_at: due}", "there is no told field `begins_at`: did you mean `begins_on`?"),
        ("{begins_on: dew}", "there is no deadline `dew`: did you mean `due`?"),
        ("{credits.earned: due}", "`credits.earned` is declared as number: a deadline tells a date"),
    ],
)
def test_09_what_a_cycle_tells_the_next_refers_to_something(tells: str, expected: str) -> None:
    text = TEXT.replace(
        "renewed:    {process: renewal, tells: {begins_on: due}}", f"renewed: {{process: renewal, tells: {tells}}}"
    )
    assert [one.partition(": ")[2] for one in problems(text)] == [expected]
