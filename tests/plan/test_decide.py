"""The acceptance calendar and the tricky cases of real programs, each as one journey walked through time."""

from datetime import date

import pytest

from plan.model import Deadline, Plan, Rule
from tests.plan.programs import (
    ANSWER_DUE,
    DUE_REMINDER,
    EVENTS,
    LAST_SECOND,
    RESPONSE,
    RULES,
    STAGES,
    minimal,
    process,
    program,
    stage,
)
from tests.plan.walk import Walk, at, begin, find, local, outcome, outcomes

PLAN = program()
REMINDERS = [f"due_reminder:{offset}@2026-12-31" for offset in ("P90D", "P60D", "P30D", "P7D", "P1D")]
MOVED = Rule(name="due_moved", purpose="announcement", to=("applicant",), moved="due")


def of(way: Walk, rule: str) -> list[str]:
    """Local date and key, without the rule's name and the recipient, of what a rule sent."""
    return [
        f"{local(now)} {(o.key or '').removeprefix(rule).removesuffix('>applicant')}"
        for now, o in way.log
        if o.notification == rule
    ]


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (date(2026, 12, 31), ["2026-10-02", "2026-11-01", "2026-12-01", "2026-12-24", "2026-12-30"]),
        (date(2027, 2, 28), ["2026-11-30", "2026-12-30", "2027-01-29", "2027-02-21", "2027-02-27"]),
        (date(2028, 2, 29), ["2027-12-01", "2027-12-31", "2028-01-30", "2028-02-22", "2028-02-28"]),
    ],
)
def test_the_acceptance_calendar(due_on: date, expected: list[str]) -> None:
    rule = DUE_REMINDER.model_copy(update={"while_": None})
    way = begin(minimal(rule, deadline=Deadline(name="due", fixed=due_on, at=LAST_SECOND)), "2026-09-01 10:00")
    way.run(at("2028-12-31"))
    assert [local(now) for now, _ in way.log] == [f"{day} 08:00" for day in expected]


def test_the_good_path_from_the_welcome_to_the_end() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.tell("reviewer_assigned", at("2026-11-20 21:45"), reviewer="rev1")
    way.tell("submitted", at("2026-11-20 21:30"), heard=at("2026-11-20 21:50"))
    way.tell("document_insufficient", at("2026-11-24 10:00"), item="doc-1")
    way.tell("returned", at("2026-11-24 10:00"))
    way.tell("applicant_answered", at("2026-11-26 21:00"), item="doc-1")
    way.tell("approved", at("2026-12-03 11:00"))
    agenda = way.run(at("2027-03-03 11:00"))
    assert way.sent() == [
        "2026-09-01 10:00 new_application#created>certification_desk",
        "2026-09-01 10:00 welcome#created>applicant",
        "2026-10-02 08:00 due_reminder:P90D@2026-12-31>applicant",
        "2026-11-01 08:00 due_reminder:P60D@2026-12-31>applicant",
        "2026-11-20 21:50 submission#f1>applicant",
        "2026-11-24 10:00 clarification#f2/doc-1>applicant",
        "2026-11-27 08:00 answer_arrived#f4/doc-1>reviewer.rev1",
        "2026-12-03 11:00 decision#f5>applicant",
    ]
    assert (agenda.stage, agenda.final, agenda.ends, agenda.next_at) == ("approved", True, True, None)


def test_case_1_a_late_start_skips_what_is_past_and_never_bursts() -> None:
    way = begin(PLAN, "2026-12-11 10:00")
    past = [("skipped", "already_past", "start")] * 3
    assert outcomes(way.wake(), REMINDERS) == [*past, ("scheduled",), ("scheduled",)]
    way.run(at("2026-12-31 12:00"))
    assert of(way, "due_reminder") == ["2026-12-24 08:00 :P7D@2026-12-31", "2026-12-30 08:00 :P1D@2026-12-31"]


@pytest.mark.parametrize(
    ("started", "expected"),
    [("2026-12-01 07:00", ["2026-12-01 08:00"]), ("2026-12-01 14:30", ["2026-12-01 14:30"]), ("2026-12-01 20:30", [])],
)
def test_case_2_a_start_on_the_reminders_day_counts_while_an_opening_is_left(started: str, expected: list[str]) -> None:
    way = begin(PLAN, started)
    way.run(at("2026-12-10"))
    assert of(way, "due_reminder") == [f"{instant} :P30D@2026-12-31" for instant in expected]


def test_case_3_an_extension_derives_a_new_set_and_tells_once() -> None:
    way = begin(program([*RULES, MOVED]), "2026-09-01 10:00")
    way.tell("extension_granted", at("2026-12-10 15:00"), deadline="due", to="2027-03-31", why="illness")
    agenda = way.run(at("2027-04-01 12:00"))
    assert of(way, "due_reminder") == [
        "2026-10-02 08:00 :P90D@2026-12-31",
        "2026-11-01 08:00 :P60D@2026-12-31",
        "2026-12-01 08:00 :P30D@2026-12-31",
        "2026-12-31 08:00 :P90D@2027-03-31",
        "2027-01-30 08:00 :P60D@2027-03-31",
        "2027-03-01 08:00 :P30D@2027-03-31",
        "2027-03-24 08:00 :P7D@2027-03-31",
        "2027-03-30 08:00 :P1D@2027-03-31",
    ]
    assert of(way, "due_moved") == ["2026-12-10 15:00 #f0"]
    assert outcomes(agenda, REMINDERS) == [*[("sent",)] * 3, *[("skipped", "superseded_by_new_deadline")] * 2]
    assert of(way, "past_due") == ["2027-04-01 08:00 :P1D@2027-03-31"]


def told_twice(rules: list[Rule]) -> Walk:
    """Due on 1 April, from 20 January on rather on 1 March."""
    told = Deadline(name="due", told="expires_on", at=LAST_SECOND)
    way = begin(minimal(*rules, deadline=told), "2026-09-01 10:00")
    way.tell("told", at("2026-09-01 10:00"), expires_on="2027-04-01")
    way.tell("told", at("2027-02-10 21:00"), expires_on="2027-03-01")
    return way


def test_case_4_a_deadline_moved_nearer_brings_one_message_that_catches_up() -> None:
    way = told_twice([DUE_REMINDER.model_copy(update={"while_": None})])
    agenda = way.run(at("2027-03-01 12:00"))
    assert of(way, "due_reminder") == [
        "2027-01-01 08:00 :P90D@2027-04-01",
        "2027-01-31 08:00 :P60D@2027-04-01",
        "2027-02-11 08:00 :P30D@2027-03-01",
        "2027-02-22 08:00 :P7D@2027-03-01",
        "2027-02-28 08:00 :P1D@2027-03-01",
    ]
    passed = [f"due_reminder:{offset}@2027-03-01" for offset in ("P90D", "P60D")]
    assert outcomes(agenda, passed) == [("skipped", "already_past", "deadline_moved")] * 2


def test_case_4_a_rule_on_the_move_speaks_instead_of_the_passed_offset() -> None:
    way = told_twice([DUE_REMINDER.model_copy(update={"while_": None}), MOVED])
    agenda = way.run(at("2027-02-20"))
    assert of(way, "due_moved") == ["2027-02-11 08:00 #f1"]
    assert outcome(agenda, "due_reminder:P30D@2027-03-01") == ("skipped", "already_past", "deadline_moved")


INQUIRY = (
    *STAGES[:3],
    stage("with_applicant", applicant_answered="in_review", response="closed"),
    *STAGES[4:],
)


def inquiry() -> Plan:
    """An inquiry about the whole application, with thirty days of its own and no pause."""
    return program(
        [*RULES, ANSWER_DUE],
        of=process(stages=INQUIRY, deadlines=[*process().deadlines.values(), whole_response()], items=()),
        events=[e for e in EVENTS if e.item is None],
    )


def whole_response() -> Deadline:
    return RESPONSE.model_copy(update={"after": ("returned",), "per_item": False})


def test_case_12_without_a_pause_the_inquiry_has_its_own_thirty_days() -> None:
    way = begin(inquiry(), "2026-05-01 10:00")
    way.tell("submitted", at("2026-06-01 10:00"))
    way.tell("returned", at("2026-06-10 10:00"))
    way.tell("applicant_answered", at("2026-07-01 10:00"))
    agenda = way.run(at("2026-08-01"))
    assert of(way, "answer_due") == ["2026-06-26 08:00 :P14D@2026-07-10"]
    assert outcome(agenda, "answer_due:P3D") == ("skipped", "answered")
    assert {c.name: local(c.at) for c in agenda.clocks}["due"] == "2026-12-31 23:59"
    assert agenda.stage == "in_review"


def test_case_13_an_unanswered_inquiry_closes_and_a_late_answer_is_kept() -> None:
    way = begin(inquiry(), "2026-05-01 10:00")
    way.tell("submitted", at("2026-06-01 10:00"))
    way.tell("returned", at("2026-06-10 10:00"))
    late = way.tell("applicant_answered", at("2026-07-15 10:00"))
    after_the_end = way.tell("applicant_answered", at("2026-12-15 10:00"))
    agenda = way.run(at("2026-07-20"))
    assert of(way, "answer_due") == ["2026-06-26 08:00 :P14D@2026-07-10", "2026-07-07 08:00 :P3D@2026-07-10"]
    assert of(way, "no_answer") == ["2026-07-11 08:00 #response@2026-07-10"]
    assert (agenda.stage, agenda.verdicts[late.id].verdict) == ("closed", "waiting")
    assert any(late.id in line for line in agenda.attention)
    agenda = way.run(at("2026-12-16"))
    assert (agenda.stage, agenda.verdicts[after_the_end.id].verdict) == ("closed", "late_event")
    assert any(after_the_end.id in line for line in agenda.attention)


def test_case_14_one_item_is_asked_about_while_the_others_go_on() -> None:
    approval = Rule(name="accepted", purpose="confirmation", to=("applicant",), on="document_accepted")
    way = begin(program([*RULES, approval]), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-10 10:00"), item="doc-1")
    way.tell("document_accepted", at("2026-09-11 10:00"), item="doc-2")
    way.tell("document_accepted", at("2026-09-12 10:00"), item="doc-3")
    agenda = way.run(at("2026-10-30"))
    assert of(way, "accepted") == ["2026-09-11 10:00 #f1/doc-2", "2026-09-12 10:00 #f2/doc-3"]
    assert of(way, "answer_due") == [
        "2026-09-26 08:00 :P14D@2026-10-10/doc-1",
        "2026-10-07 08:00 :P3D@2026-10-10/doc-1",
    ]
    assert {i.id: i.stage for i in agenda.items} == {"doc-1": "insufficient", "doc-2": "accepted", "doc-3": "accepted"}


def test_case_25_a_withdrawal_cancels_what_is_pending_and_is_confirmed() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-10-05 21:00"), item="doc-1")
    way.tell("withdrawn", at("2026-10-05 22:00"))
    way.tell("payment_received", at("2026-10-06 12:00"), payer="payer1")
    agenda = way.run(at("2027-03-01"))
    assert of(way, "withdrawal") == ["2026-10-05 22:00 #f1"]
    assert way.gone()[-1] == "receipt#f2>payer.payer1"
    assert outcome(agenda, "due_reminder:P90D") == ("sent",)
    assert outcome(agenda, "due_reminder:P60D") == ("skipped", "stage_left")
    assert outcome(agenda, "clarification#f0/doc-1") == ("skipped", "journey_ended")
    assert outcome(agenda, "answer_due:P14D@2026-11-04/doc-1") == ("skipped", "journey_ended")
    assert agenda.ends


def test_case_34_a_reminder_raced_by_its_completion_does_not_go() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.tell("submitted", at("2026-10-02 07:59:59"))
    agenda = way.run(at("2026-10-03"))
    assert outcome(agenda, "due_reminder:P90D") == ("skipped", "stage_left")
    assert of(way, "submission") == ["2026-10-02 07:59 #f0"]


def test_case_35_after_an_outage_a_reminder_goes_once_if_it_still_helps() -> None:
    for woken, expected in (("2026-12-25 07:30", True), ("2026-12-25 08:30", False), ("2026-12-24 19:00", True)):
        way = begin(PLAN, "2026-12-20 10:00")
        way.wake()
        way.now = at(woken)
        agenda = way.run(at("2026-12-29"))
        sent = [key for key in way.gone() if key.startswith("due_reminder")]
        if woken == "2026-12-25 07:30":
            assert of(way, "due_reminder") == ["2026-12-25 08:00 :P7D@2026-12-31"]
        assert sent == (["due_reminder:P7D@2026-12-31>applicant"] if expected else [])
        assert outcome(agenda, "due_reminder:P7D") == (("sent",) if expected else ("skipped", "too_late"))


def test_the_order_of_facts_and_rows_as_given_does_not_matter() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.tell("submitted", at("2026-10-05 10:00"))
    way.tell("document_insufficient", at("2026-10-06 10:00"), item="doc-1")
    agenda = way.run(at("2026-10-10"))
    way.known.reverse()
    way.rows = dict(reversed(way.rows.items()))
    assert way.agenda() == agenda


def test_occurrences_are_in_order_of_time_with_what_waits_for_a_fact_last() -> None:
    agenda = begin(PLAN, "2026-09-01 10:00").wake()
    timed = [o.at for o in agenda.occurrences if o.at is not None]
    assert timed == sorted(timed)
    assert [o.outcome == "not_triggered" for o in agenda.occurrences] == sorted(
        o.outcome == "not_triggered" for o in agenda.occurrences
    )
    assert find(agenda, "welcome").at == at("2026-09-01 10:00")
