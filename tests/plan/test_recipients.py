"""Roles and their holders (plan.md 28)."""

import pytest

from plan.facts import People, Person
from plan.model import EventType, FieldSpec, Rule
from tests.plan.programs import EVENTS, program
from tests.plan.walk import PEOPLE, Walk, at, begin, find, outcome

NEWS = Rule(name="news", purpose="announcement", to=("reviewer",), on="applicant_answered")
PERSON = FieldSpec(type="person")


def way(*to: str, on: str = "applicant_answered", events: tuple[EventType, ...] = EVENTS) -> Walk:
    rule = NEWS.model_copy(update={"to": to, "on": on})
    return begin(program([rule], events=events), "2026-09-01 10:00")


@pytest.mark.parametrize("role", ["applicant", "certificant", "candidate", "holder"])
def test_28_the_applicant_has_many_names_and_one_key(role: str) -> None:
    journey = way(role, on="submitted")
    journey.tell("submitted", at("2026-09-02 10:00"))
    journey.run(at("2026-09-03"))
    assert journey.gone() == ["news#f0>applicant"]
    assert journey.log[0][1].person_id == "p1"


def test_28_a_field_of_the_triggering_fact_names_the_recipient_and_the_next_role_stands_in() -> None:
    journey = way("payer", "applicant", on="payment_received")
    journey.tell("payment_received", at("2026-09-02 10:00"), payer="payer1")
    journey.tell("payment_received", at("2026-09-03 10:00"))
    journey.run(at("2026-09-04"))
    assert journey.gone() == ["news#f0>payer.payer1", "news#f1>applicant"]


def test_28_a_payer_of_the_enrolment_stands_in_for_a_payment_that_names_none() -> None:
    journey = way("payer", "applicant", on="payment_received")
    journey.journey = journey.journey.model_copy(update={"roles": {"payer": ("payer1",)}})
    journey.tell("payment_received", at("2026-09-02 10:00"))
    journey.tell("payment_received", at("2026-09-03 10:00"), payer="rev1")
    journey.run(at("2026-09-04"))
    assert journey.gone() == ["news#f0>payer.payer1", "news#f1>payer.rev1"]


def test_28_a_fact_binds_a_role_from_its_instant_on_and_an_earlier_message_keeps_its_reader() -> None:
    journey = way("reviewer")
    journey.tell("reviewer_assigned", at("2026-09-02 10:00"), reviewer="rev1")
    journey.tell("document_insufficient", at("2026-09-03 10:00"), item="doc-1")
    journey.tell("applicant_answered", at("2026-09-04 10:00"), item="doc-1")
    journey.tell("reviewer_assigned", at("2026-09-05 10:00"), reviewer="rev2")
    journey.tell("document_insufficient", at("2026-09-06 10:00"), item="doc-1")
    journey.tell("applicant_answered", at("2026-09-07 10:00"), item="doc-1")
    journey.run(at("2026-09-08"))
    assert journey.gone() == ["news#f2/doc-1>reviewer.rev1", "news#f5/doc-1>reviewer.rev2"]


def test_28_nobody_holds_the_role_until_somebody_takes_it() -> None:
    journey = way("reviewer")
    journey.tell("document_insufficient", at("2026-09-03 10:00"), item="doc-1")
    journey.tell("applicant_answered", at("2026-09-04 10:00"), item="doc-1")
    journey.tell("reviewer_assigned", at("2026-09-06 10:00"), reviewer="rev1")
    agenda = journey.run(at("2026-09-05"))
    found = find(agenda, "news#f1/doc-1>reviewer")
    assert (found.outcome, found.reason, found.person_id) == ("held", "no_recipient", None)
    assert agenda.attention == ("news waits for somebody to take the role reviewer.",)
    journey.run(at("2026-09-07"))
    assert journey.sent() == ["2026-09-06 10:00 news#f1/doc-1>reviewer.rev1"]


def test_28_a_holder_for_one_item_comes_before_one_for_the_whole() -> None:
    assigned = EventType(name="document_assigned", item="document", data={"reviewer": PERSON})
    journey = way("reviewer", events=(*EVENTS, assigned))
    journey.tell("reviewer_assigned", at("2026-09-02 10:00"), reviewer="rev1")
    journey.tell("document_assigned", at("2026-09-02 09:00"), item="doc-2", reviewer="rev2")
    for n, item in enumerate(("doc-1", "doc-2")):
        journey.tell("document_insufficient", at(f"2026-09-0{n + 3} 10:00"), item=item)
        journey.tell("applicant_answered", at(f"2026-09-0{n + 3} 11:00"), item=item)
    journey.run(at("2026-09-08"))
    assert journey.gone() == ["news#f3/doc-1>reviewer.rev1", "news#f5/doc-2>reviewer.rev2"]


def test_28_the_enrolment_and_the_programs_list_bind_roles_too() -> None:
    journey = way("reviewer", on="submitted")
    journey.people = PEOPLE.model_copy(update={"roles": {"reviewer": ("rev1", "rev2", "rev1")}})
    journey.tell("submitted", at("2026-09-02 10:00"))
    journey.run(at("2026-09-03"))
    assert journey.gone() == ["news#f0>reviewer.rev1", "news#f0>reviewer.rev2"]
    enrolled = way("reviewer", on="submitted")
    enrolled.people = journey.people
    enrolled.journey = enrolled.journey.model_copy(update={"roles": {"reviewer": ("rev2",)}})
    enrolled.tell("submitted", at("2026-09-02 10:00"))
    enrolled.run(at("2026-09-03"))
    assert enrolled.gone() == ["news#f0>reviewer.rev2"]


def test_28_a_desk_is_written_to_as_one() -> None:
    journey = way("certification_desk", on="submitted")
    journey.tell("submitted", at("2026-09-02 10:00"))
    agenda = journey.run(at("2026-09-03"))
    assert outcome(agenda, "news#f0>certification_desk") == ("sent",)
    assert find(agenda, "news").person_id is None


SUPERVISED = Rule(name="told", purpose="announcement", to=("supervisor",), on="created")


def supervised(*consents: str) -> tuple[str, ...]:
    way = begin(program([SUPERVISED]), "2026-09-01 10:00")
    applicant = PEOPLE.people["p1"].model_copy(update={"consents": frozenset(consents)})
    boss = Person(id="boss", address_digest="b")
    way.people = People(people={"p1": applicant, "boss": boss}, roles={"supervisor": ("boss",)})
    return outcome(way.run(at("2026-09-02 12:00")), "told")


def test_30_a_third_party_is_told_only_with_consent() -> None:
    assert supervised() == ("skipped", "no_consent")
    assert supervised("supervisor") == ("sent",)


@pytest.mark.parametrize(("to", "expected"), [(("payer",), "held"), (("payer", "nobody"), "skipped")])
def test_28_an_optional_role_that_nobody_holds_keeps_nothing_waiting(to: tuple[str, ...], expected: str) -> None:
    way = begin(program([SUPERVISED.model_copy(update={"to": to})]), "2026-09-01 10:00")
    agenda = way.run(at("2026-09-02 12:00"))
    assert outcome(agenda, "told") == (expected, "no_recipient")
    assert bool(agenda.attention) == (expected == "held")


def test_31_after_a_hold_the_latest_of_a_rule_speaks_and_the_rest_is_past() -> None:
    news = Rule(name="news", purpose="announcement", to=("applicant",), on="noted")
    receipt = Rule(name="receipt", purpose="confirmation", to=("applicant",), on="noted")
    way = begin(program([news, receipt]), "2026-09-01 10:00")
    for day in (3, 4, 5):
        way.tell("noted", at(f"2026-09-0{day} 10:00"))
    held = PEOPLE.people["p1"].model_copy(update={"on_hold": True})
    way.people = People(people={"p1": held})
    way.run(at("2026-09-06 12:00"))
    assert way.gone() == []
    way.now = at("2026-09-06 12:31")
    released = held.model_copy(update={"on_hold": False, "released_at": at("2026-09-06 12:30")})
    way.people = People(people={"p1": released})
    agenda = way.run(at("2026-09-06 13:00"))
    assert [outcome(agenda, f"news#f{n}") for n in range(3)] == [
        ("skipped", "already_past", "hold_released"),
        ("skipped", "already_past", "hold_released"),
        ("sent",),
    ]
    assert sorted(key for key in way.gone() if "receipt" in key) == [f"receipt#f{n}>applicant" for n in range(3)]
