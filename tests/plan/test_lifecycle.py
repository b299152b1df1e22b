"""Facts make the stage, deadline passings among them (plan.md 1 to 5, 7, 8, 12 to 16)."""

import pytest
from pydantic import JsonValue

from plan.agenda import Agenda
from plan.model import Rule
from tests.plan.programs import (
    process,
    program,
    stage,
)
from tests.plan.walk import Walk, at, begin, local, outcome

PLAN = program()


def way() -> Walk:
    return begin(PLAN, "2026-09-01 10:00")


def verdicts(agenda: Agenda) -> dict[str, str]:
    return {fact: v.verdict for fact, v in agenda.verdicts.items()}


def test_01_a_fact_that_arrives_late_counts_where_it_happened() -> None:
    journey = way()
    journey.tell("approved", at("2026-10-10 10:00"))
    journey.tell("submitted", at("2026-10-05 10:00"), heard=at("2026-10-12 10:00"))
    before = journey.agenda(at("2026-10-11"))
    assert (before.stage, verdicts(before)) == ("in_progress", {"f0": "waiting"})
    after = journey.agenda(at("2026-10-12 10:00"))
    assert (after.stage, after.entered_at) == ("approved", at("2026-10-10 10:00"))
    assert verdicts(after) == {"f0": "accepted", "f1": "accepted"}


def test_01_facts_of_one_instant_count_in_the_order_of_arrival() -> None:
    journey = way()
    journey.tell("submitted", at("2026-10-05 10:00"))
    journey.tell("returned", at("2026-10-05 10:00"))
    assert journey.agenda(at("2026-10-06")).stage == "with_applicant"


def test_01_a_passing_takes_its_place_between_facts() -> None:
    journey = way()
    journey.tell("submitted", at("2027-01-05 10:00"))
    agenda = journey.agenda(at("2027-01-06"))
    assert [v.stage for v in journey.visits()] == ["in_progress", "past_due", "in_review"]
    assert agenda.stage == "in_review"


def test_02_a_fact_without_any_arrow_is_accepted_and_fires_its_rules() -> None:
    journey = way()
    journey.tell("payment_received", at("2026-10-05 10:00"), payer="payer1")
    agenda = journey.run(at("2026-10-06"))
    assert (agenda.stage, verdicts(agenda)) == ("in_progress", {"f0": "accepted"})
    assert "receipt#f0>payer.payer1" in journey.gone()


def test_02_a_fact_with_no_arrow_from_here_waits_fires_nothing_and_asks_for_attention_after_a_day() -> None:
    journey = way()
    journey.tell("approved", at("2026-10-05 10:00"))
    agenda = journey.run(at("2026-10-05 12:00"))
    assert verdicts(agenda) == {"f0": "waiting"}
    assert not agenda.attention
    assert not [k for k in journey.gone() if k.startswith("decision")]
    agenda = journey.run(at("2026-10-06 10:00"))
    assert "approved (f0) has been waiting" in " ".join(agenda.attention)


def test_02_a_fact_whose_target_is_reached_already_changes_nothing() -> None:
    journey = way()
    journey.tell("submitted", at("2026-10-05 10:00"))
    journey.tell("submitted", at("2026-10-06 10:00"))
    agenda = journey.run(at("2026-10-07"))
    assert verdicts(agenda) == {"f0": "accepted", "f1": "no_change"}
    assert [k for k in journey.gone() if k.startswith("submission")] == ["submission#f0>applicant"]
    assert agenda.verdicts["f1"].reason == "the stage is already in_review"


def test_02_facts_about_an_item_wait_or_change_nothing_by_the_items_own_stage() -> None:
    journey = way()
    for n, name in enumerate(
        ("document_insufficient", "document_insufficient", "document_accepted", "applicant_answered")
    ):
        journey.tell(name, at(f"2026-10-0{n + 1} 10:00"), item="doc-1")
    agenda = journey.run(at("2026-10-05 11:00"))
    assert verdicts(agenda) == {"f0": "accepted", "f1": "no_change", "f2": "waiting", "f3": "accepted"}
    assert [k for k in journey.gone() if k.startswith("clarification")] == ["clarification#f0/doc-1>applicant"]
    assert [(i.id, i.kind, i.stage, i.entered_at) for i in agenda.items] == [
        ("doc-1", "document", "received", at("2026-10-04 10:00"))
    ]


def test_02_a_passing_without_an_arrow_from_the_stage_reached_changes_nothing() -> None:
    journey = way()
    journey.tell("submitted", at("2026-10-05 10:00"))
    agenda = journey.agenda(at("2027-01-05"))
    assert agenda.stage == "in_review"
    assert next(c for c in agenda.clocks if c.name == "due").passed


def test_03_a_retracted_fact_never_counted_and_what_it_sent_stays_sent() -> None:
    journey = way()
    journey.tell("submitted", at("2026-10-05 10:00"))
    journey.tell("document_insufficient", at("2026-10-05 21:00"), item="doc-1")
    journey.tell("retracted", at("2026-10-05 22:00"), id="f0")
    journey.tell("retracted", at("2026-10-05 22:30"), id="f1")
    agenda = journey.run(at("2026-10-07"))
    assert agenda.stage == "in_progress"
    assert agenda.verdicts["f0"].reason == "taken back by f2"
    assert outcome(agenda, "submission#f0") == ("sent",)
    assert outcome(agenda, "clarification#f1") == ("skipped", "retracted")


def test_03_a_retraction_can_be_taken_back_and_waits_for_a_fact_it_does_not_know() -> None:
    journey = way()
    journey.tell("submitted", at("2026-10-05 10:00"))
    journey.tell("retracted", at("2026-10-06 10:00"), id="f0")
    journey.tell("retracted", at("2026-10-07 10:00"), id="f1")
    journey.tell("retracted", at("2026-10-07 10:00"), id="nobody-knows-it")
    journey.tell("retracted", at("2026-10-07 10:00"), id="created")
    agenda = journey.agenda(at("2026-10-08"))
    assert agenda.stage == "in_review"
    assert verdicts(agenda) == {
        "f0": "accepted",
        "f1": "no_change",
        "f2": "accepted",
        "f3": "waiting",
        "f4": "refused",
    }


def test_03_the_application_overrules_the_stage() -> None:
    journey = way()
    journey.tell("stage_set", at("2026-10-05 10:00"), to="approved", why="decided on paper")
    journey.tell("stage_set", at("2026-10-06 10:00"), to="approved", why="again")
    journey.tell("stage_set", at("2026-10-07 10:00"), to="nowhere", why="a typing error")
    agenda = journey.agenda(at("2026-10-08"))
    assert (agenda.stage, verdicts(agenda)) == ("approved", {"f0": "accepted", "f1": "no_change", "f2": "refused"})


def test_03_the_stage_of_an_item_can_be_overruled_too() -> None:
    journey = way()
    journey.tell("stage_set", at("2026-10-04 10:00"), item="doc-1", to="accepted", why="too early")
    journey.tell("document_insufficient", at("2026-10-05 10:00"), item="doc-1")
    journey.tell("stage_set", at("2026-10-06 10:00"), item="doc-1", to="accepted", why="seen on paper")
    agenda = journey.agenda(at("2026-10-08"))
    assert (agenda.stage, [i.stage for i in agenda.items]) == ("in_progress", ["accepted"])
    assert verdicts(agenda)["f0"] == "waiting"


@pytest.mark.parametrize("more", [{"to": "2027-01-31"}, {"by": "31 days"}, {"by": "P1M"}])
def test_04_an_extension_after_the_passing_undoes_it(more: dict[str, JsonValue]) -> None:
    journey = way()
    assert journey.agenda(at("2027-01-05")).stage == "past_due"
    journey.tell("extension_granted", at("2027-01-05 10:00"), deadline="due", why="illness", said=more)
    agenda = journey.agenda(at("2027-01-06"))
    clock = agenda.clocks[0]
    assert (agenda.stage, local(clock.at), clock.extended) == ("in_progress", "2027-01-31 23:59", True)
    assert journey.agenda(at("2027-02-01")).stage == "past_due"


def test_04_the_last_extension_by_at_wins_and_more_time_adds_to_it() -> None:
    journey = way()
    journey.tell("extension_granted", at("2026-12-05 10:00"), deadline="due", to="2027-03-31")
    journey.tell("extension_granted", at("2026-12-01 10:00"), deadline="due", to="2027-01-31")
    assert local(journey.agenda(at("2026-12-06")).clocks[0].at) == "2027-03-31 23:59"
    journey.tell("extension_granted", at("2026-12-07 10:00"), deadline="due", by="14 days")
    assert local(journey.agenda(at("2026-12-08")).clocks[0].at) == "2027-04-14 23:59"


@pytest.mark.parametrize("data", [{"deadline": "nothing", "to": "2027-01-01"}, {"deadline": "due"}, {}])
def test_04_an_extension_that_cannot_be_granted_is_refused(data: dict[str, JsonValue]) -> None:
    journey = way()
    journey.tell("extension_granted", at("2026-12-05 10:00"), said=data)
    assert verdicts(journey.agenda(at("2026-12-06"))) == {"f0": "refused"}


def test_04_all_answered_is_derived_from_the_last_answer_of_its_kind() -> None:
    journey = way()
    journey.tell("submitted", at("2026-10-01 10:00"))
    journey.tell("returned", at("2026-10-02 10:00"))
    for item in ("doc-1", "doc-2"):
        journey.tell("document_insufficient", at("2026-10-02 10:00"), item=item)
    journey.tell("audit_finding", at("2026-10-02 10:00"), item="audit-1")
    journey.tell("applicant_answered", at("2026-10-05 10:00"), item="doc-1")
    journey.tell("applicant_answered", at("2026-10-06 10:00"), item="doc-2")
    assert journey.agenda(at("2026-10-05 11:00")).stage == "with_applicant"
    agenda = journey.agenda(at("2026-10-06 11:00"))
    assert (agenda.stage, agenda.entered_at) == ("in_review", at("2026-10-06 10:00"))


def test_04_all_answered_fires_its_rules_on_the_answer() -> None:
    rule = Rule(name="answers_in", purpose="announcement", to=("certification_desk",), on="all_answered")
    journey = begin(program([rule]), "2026-09-01 10:00")
    journey.tell("submitted", at("2026-10-01 10:00"))
    journey.tell("returned", at("2026-10-02 10:00"))
    journey.tell("document_insufficient", at("2026-10-02 10:00"), item="doc-1")
    journey.tell("applicant_answered", at("2026-10-05 10:00"), item="doc-1")
    journey.run(at("2026-10-06"))
    assert journey.gone() == ["answers_in#f3/doc-1>certification_desk"]


def test_04_an_arrow_of_anywhere_leaves_every_stage_that_is_not_final() -> None:
    for facts, expected in ((["submitted"], "withdrawn"), (["submitted", "approved"], "approved")):
        journey = way()
        for n, name in enumerate(facts):
            journey.tell(name, at(f"2026-10-0{n + 1} 10:00"))
        journey.tell("withdrawn", at("2026-10-05 10:00"))
        assert journey.agenda(at("2026-10-06")).stage == expected


def test_04_a_stage_only_named_as_a_target_is_final() -> None:
    of = process(stages=(stage("in_progress", submitted="gone"),), deadlines=(), items=(), anywhere={})
    journey = begin(program((), of=of), "2026-09-01 10:00")
    journey.tell("submitted", at("2026-10-01 10:00"))
    agenda = journey.agenda(at("2026-10-02"))
    assert (agenda.stage, agenda.final) == ("gone", True)


def test_05_what_happened_before_created_counts_from_created() -> None:
    journey = way()
    journey.tell("submitted", at("2026-08-01 10:00"), heard=at("2026-09-01 10:00"))
    assert journey.agenda().entered_at == at("2026-09-01 10:00")


def test_06_a_touch_is_accepted_and_changes_no_stage() -> None:
    journey = way()
    journey.tell("touched", at("2026-09-05 10:00"), item="doc-1")
    agenda = journey.agenda(at("2026-09-06"))
    assert (agenda.stage, verdicts(agenda), agenda.items) == ("in_progress", {"f0": "accepted"}, ())


def test_07_the_latest_told_values_by_at_win_and_nothing_told_is_nothing() -> None:
    journey = way()
    journey.tell("told", at("2026-10-05 10:00"), credits={"earned": 12, "required": 30}, level="gold")
    journey.tell("told", at("2026-10-03 10:00"), credits={"earned": 8}, level="silver")
    journey.tell("told", at("2026-10-06 10:00"), level=None)
    assert journey.agenda(at("2026-10-07")).told == {"credits.earned": 12, "credits.required": 30}
    assert journey.agenda(at("2026-10-04")).told == {"credits.earned": 8, "level": "silver"}


def test_08_a_journey_ends_when_its_linger_is_over_and_no_item_clock_runs() -> None:
    journey = way()
    journey.tell("submitted", at("2026-09-20 10:00"))
    journey.tell("approved", at("2026-10-01 10:00"))
    journey.tell("audit_finding", at("2026-12-20 10:00"), item="audit-1")
    assert not journey.run(at("2026-12-30 10:00")).ends
    assert not journey.run(at("2027-01-19 23:00")).ends
    agenda = journey.run(at("2027-01-21"))
    assert outcome(agenda, "answer_due:P3D@2027-01-19/audit-1") == ("sent",)
    assert (agenda.ends, agenda.next_at) == (True, None)


def test_08_a_fact_for_an_ended_journey_is_kept_and_reopens_nothing() -> None:
    journey = way()
    journey.tell("submitted", at("2026-09-20 10:00"))
    journey.tell("approved", at("2026-10-01 10:00"))
    journey.tell("stage_set", at("2026-12-31 10:00"), to="in_review", why="too late")
    journey.tell("retracted", at("2026-12-31 11:00"), id="f1")
    journey.tell("returned", at("2026-09-25 10:00"), heard=at("2026-12-31 12:00"))
    journey.tell("extension_granted", at("2026-12-31 13:00"), deadline="due", to="2027-12-31")
    agenda = journey.run(at("2027-01-01"))
    assert (agenda.stage, agenda.ends) == ("approved", True)
    assert verdicts(agenda) == {
        "f0": "accepted",
        "f1": "accepted",
        **dict.fromkeys(["f2", "f3", "f4", "f5"], "late_event"),
    }


def test_08_while_it_lingers_a_final_journey_still_listens() -> None:
    journey = way()
    journey.tell("submitted", at("2026-09-20 10:00"))
    journey.tell("approved", at("2026-10-01 10:00"))
    journey.tell("stage_set", at("2026-12-01 10:00"), to="in_review", why="an appeal")
    journey.tell("denied", at("2027-01-15 10:00"), heard=at("2027-01-20 10:00"))
    agenda = journey.run(at("2027-02-01"))
    assert (agenda.stage, agenda.ends, verdicts(agenda)["f3"]) == ("denied", False, "accepted")


def test_08_facts_imported_with_the_enrolment_do_not_end_it() -> None:
    journey = way()
    for n, name in enumerate(("submitted", "approved", "payment_received")):
        journey.tell(name, at(f"2025-0{n + 1}-01"), heard=at("2026-09-01 10:00"))
    agenda = journey.run(at("2026-09-02"))
    assert (agenda.stage, set(verdicts(agenda).values()), agenda.ends) == ("approved", {"accepted"}, False)
