"""A reviewer's side of a journey: queue and assignee, escalation, reassignment, notes (domain.md, F5, 41 and 44)."""

from typing import Final

import pytest

from plan.diff import when
from plan.facts import Fact, People, Person
from plan.merge import fields
from plan.model import Plan
from plan.preview import Invented, preview
from plan.status import upcoming
from tests.plan.walk import PEOPLE, Walk, at, begin, find, local, outcome
from tests.plan.written import loaded, problems

TEXT: Final = """\
program: cwe
title: Certified Widget Engineer
timezone: America/New_York
sender: {name: CWE, email: certification@example.org}
send_window: {days: all, from: "08:00", until: "20:00"}
staff: {desk: [desk@example.org]}
events:
  reviewer_assigned: {data: {reviewer: person}}
  document_insufficient: {item: document, by: reviewer, data: {note: {type: text, shown: applicant}}}
  applicant_answered:
    item: document
    by: applicant
    data: {note: {type: text, shown: reviewer}, salary: {type: text}}
processes:
  application:
    start: in_progress
    deadlines:
      review: {after: submitted, plus: 10 days, until: [approved, document_insufficient]}
      response: {after: document_insufficient, plus: 20 days, per: item, until: applicant_answered}
    stages:
      in_progress: {submitted: in_review}
      in_review: {approved: approved}
    items:
      document:
        start: received
        stages:
          received: {document_insufficient: insufficient}
          insufficient: {applicant_answered: received}
notifications:
  assigned:     {purpose: announcement, to: reviewer, on: reviewer_assigned}
  to_review:    {purpose: announcement, to: reviewer, on: submitted}
  review_idle:  {purpose: reminder, to: reviewer, before: review, elapsed: [50%]}
  review_late:  {purpose: reminder, to: desk, before: review, elapsed: [75%, 95%]}
  review_over:  {purpose: announcement, to: desk, on: review}
  question:     {purpose: request, to: applicant, on: document_insufficient}
  answered:     {purpose: announcement, to: reviewer, on: applicant_answered}
  answer_half:  {purpose: reminder, to: applicant, before: response, elapsed: [50%]}
"""
SUBMITTED_AT: Final = at("2026-09-02 10:00")
QUEUE: Final = PEOPLE.model_copy(update={"roles": {"reviewer": ("rev1", "rev2")}})


@pytest.fixture(scope="module")
def plan() -> Plan:
    return loaded(TEXT)


def way(plan: Plan, people: People = QUEUE) -> Walk:
    walk = begin(plan, "2026-09-01 10:00")
    walk.people = people
    return walk


def test_28_a_queue_tells_every_holder_and_an_assignee_takes_what_follows(plan: Plan) -> None:
    walk = way(plan)
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.tell("reviewer_assigned", at("2026-09-02 15:00"), reviewer="rev2")
    walk.run(at("2026-09-08"))
    assert walk.sent() == [
        "2026-09-02 10:00 to_review#f0>reviewer.rev1",
        "2026-09-02 10:00 to_review#f0>reviewer.rev2",
        "2026-09-02 15:00 assigned#f1>reviewer.rev2",
        "2026-09-07 08:00 review_idle:50%@2026-09-12>reviewer.rev2",
    ]


def test_28_a_review_that_waits_is_escalated_by_the_share_of_its_time(plan: Plan) -> None:
    walk = way(plan)
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.run(at("2026-09-20"))
    assert [line for line in walk.sent() if "to_review" not in line] == [
        "2026-09-07 08:00 review_idle:50%@2026-09-12>reviewer.rev1",
        "2026-09-07 08:00 review_idle:50%@2026-09-12>reviewer.rev2",
        "2026-09-10 08:00 review_late:75%@2026-09-12>desk",
        "2026-09-12 08:00 review_late:95%@2026-09-12>desk",
        "2026-09-13 08:00 review_over#review@2026-09-12>desk",
    ]


def test_28_a_decision_in_time_keeps_the_desk_out_of_it(plan: Plan) -> None:
    walk = way(plan)
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.tell("approved", at("2026-09-09 10:00"))
    agenda = walk.run(at("2026-09-20"))
    assert not [key for key in walk.gone() if "desk" in key]
    assert outcome(agenda, "review_late:75%") == ("skipped", "answered")


def test_28_a_new_reviewer_gets_what_is_still_to_come_and_nothing_that_was_said(plan: Plan) -> None:
    walk = way(plan)
    walk.tell("reviewer_assigned", at("2026-09-01 11:00"), reviewer="rev1")
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.tell("reviewer_assigned", at("2026-09-03 11:00"), reviewer="rev2")
    agenda = walk.run(at("2026-09-08"))
    assert walk.gone() == [
        "assigned#f0>reviewer.rev1",
        "to_review#f1>reviewer.rev1",
        "assigned#f2>reviewer.rev2",
        "review_idle:50%@2026-09-12>reviewer.rev2",
    ]
    assert outcome(agenda, "to_review#f1>reviewer.rev1") == ("sent",)
    assert outcome(agenda, "to_review#f1>reviewer.rev2") == ("skipped", "already_past", "start")


def test_28_what_waits_for_a_reviewer_on_leave_goes_to_whoever_takes_over(plan: Plan) -> None:
    away = {**PEOPLE.people, "rev1": Person(id="rev1", address_digest="a3", on_hold=True)}
    walk = way(plan, PEOPLE.model_copy(update={"people": away}))
    walk.tell("reviewer_assigned", at("2026-09-01 11:00"), reviewer="rev1")
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.tell("reviewer_assigned", at("2026-09-04 11:00"), reviewer="rev2")
    assert outcome(walk.run(at("2026-09-03")), "to_review#f1>reviewer.rev1") == ("held", "on_hold")
    walk.run(at("2026-09-05"))
    assert sorted(walk.sent()) == [
        "2026-09-04 11:00 assigned#f2>reviewer.rev2",
        "2026-09-04 11:00 to_review#f1>reviewer.rev2",
    ]


def test_30_a_note_crosses_over_as_it_is_shown_and_no_address_does(plan: Plan) -> None:
    walk = way(plan)
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.tell("document_insufficient", at("2026-09-03 10:00"), item="doc-1", note={"text_id": "t1"})
    walk.tell("applicant_answered", at("2026-09-04 10:00"), item="doc-1", note={"text_id": "t2"}, salary="t3")
    agenda = walk.agenda(at("2026-09-04 10:00"))
    texts = {"t1": "Page 2 is dark.", "t2": "A new scan.", "t3": "5000"}

    def read(key: str) -> dict[str, str]:
        return fields(plan, walk.journey, walk.known, agenda, find(agenda, key), None, walk.now, texts, "Ada Lovelace")

    assert read("question")["event.note"] == "Page 2 is dark."
    answer = read("answered#f2/doc-1>reviewer.rev1")
    assert (answer["event.note"], answer["item"]) == ("A new scan.", "doc-1")
    assert "event.salary" not in answer
    assert "@" not in " ".join(value for name, value in answer.items() if name != "program.help")


@pytest.mark.parametrize(
    ("plus", "percent", "expected"),
    [
        ("10 days", 1, "2026-09-03 08:00"),
        ("10 days", 50, "2026-09-07 08:00"),
        ("10 days", 51, "2026-09-08 08:00"),
        ("10 business days", 50, "2026-09-10 08:00"),  # to 17 September, over a weekend and Labor Day left out
        ("1 month", 50, "2026-09-17 08:00"),
        ("8 hours", 50, "2026-09-02 14:00"),
        ("8 hours", 95, "2026-09-02 17:36"),
    ],
)
def test_23_a_share_names_a_whole_day_and_of_a_clock_in_hours_an_instant(
    plus: str, percent: int, expected: str
) -> None:
    text = TEXT.replace("plus: 10 days", f"plus: {plus}").replace("elapsed: [50%]", f"elapsed: [{percent}%]", 1)
    walk = way(loaded(f"calendar: {{holidays: US}}\n{text}"), PEOPLE)
    walk.tell("submitted", at("2026-09-02 10:00"))
    found = find(walk.agenda(at("2026-09-02 10:00")), f"review_idle:{percent}%@")
    assert local(found.at) == expected


def test_23_a_share_is_foreseen_and_told_in_words(plan: Plan) -> None:
    submitted = Fact(id="s", type="submitted", at=SUBMITTED_AT, heard_at=SUBMITTED_AT, order=0)
    invented = Invented("application", at("2026-09-01 10:00"), events=[submitted], until=at("2026-09-30"))
    foreseen = [(local(o.at), o.key) for o in preview(plan, invented) if o.notification == "review_late"]
    assert foreseen == [
        ("2026-09-10 08:00", "review_late:75%@2026-09-12>desk"),
        ("2026-09-12 08:00", "review_late:95%@2026-09-12>desk"),
    ]
    walk = way(plan)
    walk.tell("submitted", SUBMITTED_AT)
    walk.run(at("2026-09-08"))
    assert upcoming(plan, walk.agenda())[0] == "2026-09-10 08:00 EDT · review_late · 75% of review → desk"
    assert when(plan.rules["review_late"]) == "when 75 % and 95 % of review has gone by"


def test_32_a_share_of_a_clock_that_was_extended_counts_anew(plan: Plan) -> None:
    walk = way(plan)
    walk.tell("submitted", at("2026-09-02 10:00"))
    walk.tell("extension_granted", at("2026-09-03 10:00"), deadline="review", to="2026-10-02")
    walk.run(at("2026-09-30"))
    assert [line for line in walk.sent() if "review_late" in line] == [
        "2026-09-25 08:00 review_late:75%@2026-10-02>desk",
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("before: review, elapsed: [100%]", "`100%` is no part of a clock's time: write a percentage from 1% to 99%"),
        ("before: review, elapsed: [0%]", "`0%` is no part of a clock's time: write a percentage from 1% to 99%"),
        (
            "before: review, elapsed: [7 days]",
            "`7 days` is no part of a clock's time: write a percentage from 1% to 99%",
        ),
        ("before: review, elapsed: [50%, 50 %]", "the share 50% is listed twice: keep one"),
        ("after: review, elapsed: [50%]", "`elapsed` takes the place of `offsets` after `before:`"),
        ("before: review, elapsed: [50%], offsets: [1 day]", "`elapsed` takes the place of `offsets` after `before:`"),
    ],
)
def test_23_what_is_no_share_of_a_clock_is_said(written: str, expected: str) -> None:
    assert [one.partition(": ")[2] for one in problems(TEXT.replace("before: review, elapsed: [50%]", written))] == [
        expected
    ]
