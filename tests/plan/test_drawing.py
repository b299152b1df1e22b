"""Audits by lot (plan.md 36)."""

from plan.drawing import drawn
from plan.model import AuditDraw, Plan, Rule
from tests.plan.programs import AUDIT, EVENTS, process, program
from tests.plan.walk import at, begin

TENTH = AuditDraw(share=0.1, on="submitted", seed="cwe-2026")
NOTICE = Rule(name="notice", purpose="announcement", to=("applicant",), on="audit_selected")


def drawing(share: float) -> Plan:
    of = process(items=(AUDIT,)).model_copy(update={"audit": TENTH.model_copy(update={"share": share})})
    return program([NOTICE], of=of, events=EVENTS)


def test_36_the_lot_falls_on_a_fair_share_and_always_on_the_same() -> None:
    journeys = [f"journey:cwe:p{n}:application:1" for n in range(20_000)]
    chosen = {journey for journey in journeys if drawn(TENTH, journey)}
    assert 1_830 <= len(chosen) <= 2_170  # four standard deviations about 2,000
    assert chosen == {journey for journey in journeys if drawn(TENTH, journey)}
    other = {journey for journey in journeys if drawn(TENTH.model_copy(update={"seed": "cwe-2027"}), journey)}
    assert 100 < len(chosen & other) < 300  # another year is another lot: about a tenth of a tenth


def test_36_a_larger_share_takes_in_the_smaller_one() -> None:
    journeys = [f"journey:cwe:p{n}:application:1" for n in range(2_000)]
    more = TENTH.model_copy(update={"share": 0.2})
    assert all(drawn(more, journey) for journey in journeys if drawn(TENTH, journey))


def test_36_it_opens_an_audit_and_a_resubmission_draws_no_more() -> None:
    way = begin(drawing(1), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-10 10:00"))
    way.tell("returned", at("2026-09-12 10:00"))
    way.tell("document_insufficient", at("2026-09-12 11:00"))
    way.tell("stage_set", at("2026-09-14 10:00"), to="in_progress", why="a test")
    way.tell("submitted", at("2026-09-15 10:00"))
    agenda = way.run(at("2026-09-20 12:00"))
    assert [(item.id, item.kind, item.stage) for item in agenda.items] == [("audit", "audit", "selected")]
    assert way.gone() == ["notice#f0/audit>applicant"]
    assert agenda.stage == "in_review"


def test_36_nobody_is_drawn_for_no_share() -> None:
    way = begin(drawing(0), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-10 10:00"))
    assert way.run(at("2026-09-20 12:00")).items == ()


def test_36_a_certified_person_can_be_audited_and_stays_certified() -> None:
    way = begin(drawing(1), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-10 10:00"))
    way.tell("approved", at("2026-09-11 10:00"))
    way.tell("audit_cleared", at("2026-09-30 10:00"), item="audit")
    agenda = way.run(at("2026-10-01 12:00"))
    assert (agenda.stage, agenda.items[0].stage) == ("approved", "cleared")
