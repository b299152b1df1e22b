"""Many items at once in one journey, each with its own clock, prompts, return and answer (domain.md, 14, 36, 37)."""

from typing import Final

import pytest

from plan.merge import fields
from plan.model import Plan
from tests.plan.walk import Walk, at, begin, find, outcome
from tests.plan.written import loaded

TEXT: Final = """\
program: cwe
title: Certified Widget Engineer
timezone: America/New_York
sender: {name: CWE, email: certification@example.org}
send_window: {days: all, from: "08:00", until: "20:00"}
told: {credits: {earned: number, required: number}}
events:
  activity_begun:     {item: credit_activity, by: applicant}
  activity_submitted: {item: credit_activity, by: applicant}
  activity_noted:     {item: credit_activity, by: reviewer}
  activity_returned:  {item: credit_activity, by: reviewer, data: {note: {type: text, shown: applicant}}}
  activity_approved:  {item: credit_activity, by: reviewer, data: {credits: {type: number, shown: applicant}}}
  activity_rejected:  {item: credit_activity, by: reviewer}
processes:
  renewal:
    start: earning
    deadlines:
      answer: {after: activity_returned, plus: 20 days, per: item, until: activity_submitted}
    stages: {earning: {submitted: in_review}, in_review: {approved: approved}}
    anywhere: {withdrawn: withdrawn}
    items:
      credit_activity:
        start: open
        stages:
          open: {activity_submitted: submitted}
          submitted: {activity_approved: approved, activity_rejected: rejected, activity_returned: returned}
          returned: {activity_submitted: submitted, answer: expired}
    credits: sum
notifications:
  inactivity:      {purpose: reminder, to: applicant, idle: 14 days, of: credit_activity, repeat: 3}
  returned:        {purpose: inquiry, to: applicant, on: activity_returned}
  answer_due:      {purpose: reminder, to: applicant, before: answer, offsets: [7 days, 1 day]}
  answer_over:     {purpose: announcement, to: applicant, on: answer}
  approved:        {purpose: confirmation, to: applicant, on: activity_approved}
  rejected:        {purpose: announcement, to: applicant, on: activity_rejected}
  congratulations: {purpose: announcement, to: applicant, becomes: "credits.earned >= 40"}
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return loaded(TEXT)


def way(plan: Plan) -> Walk:
    return begin(plan, "2026-09-01 10:00", process="renewal")


def test_14_many_items_go_their_own_ways_side_by_side(plan: Plan) -> None:
    walk = way(plan)
    for item in ("a-1", "a-2", "a-3", "a-4"):
        walk.tell("activity_begun", at("2026-09-02 10:00"), item=item)
    for item in ("a-1", "a-2", "a-4"):
        walk.tell("activity_submitted", at("2026-09-05 10:00"), item=item)
    walk.tell("activity_returned", at("2026-09-08 10:00"), item="a-2")
    walk.tell("activity_returned", at("2026-09-08 11:00"), item="a-4")
    walk.tell("activity_approved", at("2026-09-09 10:00"), item="a-1", credits=6)
    walk.tell("activity_submitted", at("2026-09-22 10:00"), item="a-2")
    walk.tell("activity_approved", at("2026-09-25 10:00"), item="a-2", credits=34)
    walk.run(at("2026-10-31"))
    assert walk.sent() == [
        "2026-09-08 10:00 returned#f7/a-2>applicant",
        "2026-09-08 11:00 returned#f8/a-4>applicant",
        "2026-09-09 10:00 approved#f9/a-1>applicant",
        "2026-09-16 08:00 inactivity:P14D~2026-09-02T14:00:00Z/a-3>applicant",  # the one left open
        "2026-09-21 08:00 answer_due:P7D@2026-09-28/a-2>applicant",  # and of a-4, in one message
        "2026-09-25 10:00 approved#f11/a-2>applicant",
        "2026-09-25 10:00 congratulations#once>applicant",  # not before the returned one was approved
        "2026-09-27 08:00 answer_due:P1D@2026-09-28/a-4>applicant",
        "2026-09-29 08:00 answer_over#answer@2026-09-28/a-4>applicant",
        "2026-09-30 08:00 inactivity:P28D~2026-09-02T14:00:00Z/a-3>applicant",
        "2026-10-14 08:00 inactivity:P42D~2026-09-02T14:00:00Z/a-3>applicant",
    ]
    listed = [o.items for _, o in walk.log if o.notification == "answer_due"]
    assert listed == [("a-2", "a-4"), ()]
    assert {i.id: i.stage for i in walk.agenda().items} == {
        "a-1": "approved",
        "a-2": "approved",
        "a-3": "open",
        "a-4": "expired",
    }


def test_14_approving_one_item_silences_no_inquiry_about_another(plan: Plan) -> None:
    walk = way(plan)
    for item in ("a-1", "a-2"):
        walk.tell("activity_submitted", at("2026-09-05 10:00"), item=item)
    walk.tell("activity_returned", at("2026-09-08 10:00"), item="a-2")
    walk.tell("activity_approved", at("2026-09-09 10:00"), item="a-1", credits=3)
    walk.tell("activity_rejected", at("2026-09-09 11:00"), item="a-1")  # decided already: it waits
    walk.tell("activity_approved", at("2026-09-10 11:00"), item="a-1", credits=3)
    agenda = walk.run(at("2026-09-11"))
    assert outcome(agenda, "answer_due:P7D@2026-09-28/a-2") == ("scheduled",)
    assert [c.name for c in agenda.clocks if c.item == "a-2" and c.ended_by is None] == ["answer"]
    assert [agenda.verdicts[f"f{n}"].verdict for n in (4, 5)] == ["waiting", "no_change"]


def test_06_the_applicants_touch_begins_a_new_spell_for_its_item_alone_and_staff_begin_none(plan: Plan) -> None:
    walk = way(plan)
    for item in ("a-1", "a-2"):
        walk.tell("activity_begun", at("2026-09-02 10:00"), item=item)
    walk.tell("touched", at("2026-09-10 10:00"), item="a-1")
    walk.tell("activity_noted", at("2026-09-12 10:00"), item="a-2")
    walk.run(at("2026-09-25"))
    assert walk.sent() == [
        "2026-09-16 08:00 inactivity:P14D~2026-09-02T14:00:00Z/a-2>applicant",
        "2026-09-24 08:00 inactivity:P14D~2026-09-10T14:00:00Z/a-1>applicant",
    ]


def test_07_each_approval_tells_the_total_of_its_moment(plan: Plan) -> None:
    walk = way(plan)
    for number in (1, 2):
        walk.tell("activity_submitted", at(f"2026-09-0{number} 11:00"), item=f"a-{number}")
        walk.tell("activity_approved", at(f"2026-09-0{number} 12:00"), item=f"a-{number}", credits=10.5)
    totals = []
    for number in (1, 2):
        agenda = walk.agenda(at(f"2026-09-0{number} 12:00"))
        approval = find(agenda, f"approved#f{2 * number - 1}/a-{number}")
        said = fields(plan, walk.journey, walk.facts(), agenda, approval, None, walk.now, {}, None)
        totals.append((said["item"], said["event.credits"], said["told.credits.earned"]))
    assert totals == [("a-1", "10.5", "10.5"), ("a-2", "10.5", "21")]


@pytest.mark.parametrize(("digest", "messages"), [("", 25), (", digest: 1 hour", 1)])
def test_22_many_approvals_are_each_told_or_folded_and_none_is_lost(digest: str, messages: int) -> None:
    walk = way(loaded(TEXT.replace("on: activity_approved}", f"on: activity_approved{digest}}}")))
    for number in range(25):
        walk.tell("activity_submitted", at(f"2026-09-02 09:{number:02}"), item=f"a-{number}")
    for number in range(25):
        walk.tell("activity_approved", at(f"2026-09-02 10:00:{number * 2:02}"), item=f"a-{number}", credits=1)
    agenda = walk.run(at("2026-09-03"))
    approvals = [o for o in agenda.occurrences if o.notification == "approved"]
    assert len(approvals) == 25
    assert [o.outcome for o in approvals].count("sent") == messages
    assert {o.reason for o in approvals if o.outcome != "sent"} <= {"folded_into_digest"}
    told = {item for _, o in walk.log for item in o.items or (o.item,)}
    assert told == {f"a-{number}" for number in range(25)}


def test_08_a_withdrawal_ends_every_item_clock_at_once(plan: Plan) -> None:
    walk = way(plan)
    for item in ("a-1", "a-2"):
        walk.tell("activity_submitted", at("2026-09-05 10:00"), item=item)
        walk.tell("activity_returned", at("2026-09-08 10:00"), item=item)
    walk.tell("withdrawn", at("2026-09-09 10:00"))
    agenda = walk.run(at("2026-10-31"))
    assert walk.gone() == ["returned#f1/a-1>applicant", "returned#f3/a-2>applicant"]
    assert outcome(agenda, "answer_due:P7D@2026-09-28/a-1") == ("skipped", "journey_ended")
    assert not [c for c in agenda.clocks if c.ended_by is None]
