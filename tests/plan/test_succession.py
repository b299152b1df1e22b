"""The next cycle, and a journey that is opened again (plan.md 8, 9)."""

import pytest
from pydantic import JsonValue

from plan.agenda import NextJourney
from plan.model import Next, Plan, Rule
from plan.period import Period
from tests.plan.programs import process, program
from tests.plan.walk import Walk, at, begin

SUBMITTED = Rule(name="confirmed", purpose="confirmation", to=("applicant",), on="submitted")


def cyclic(**of_next: object) -> Plan:
    following = Next.model_validate({"process": "renewal", **of_next})
    return program([SUBMITTED], of=process().model_copy(update={"next": {"approved": following}}))


def approved(plan: Plan) -> Walk:
    way = begin(plan, "2026-09-01 10:00")
    way.tell("told", at("2026-09-02 10:00"), said={"expires_on": "2027-05-31", "credits": {"earned": 3}})
    way.tell("submitted", at("2026-09-10 10:00"))
    way.tell("approved", at("2026-09-20 10:00"))
    return way


def test_09_the_ending_journey_starts_the_next_at_once() -> None:
    way = approved(cyclic())
    assert way.run(at("2026-09-19 12:00")).following is None
    assert way.run(at("2026-09-20 12:00")).following == NextJourney(process="renewal", at=at("2026-09-20 10:00"))


def test_09_or_a_while_later_and_carries_over_what_it_keeps() -> None:
    way = approved(cyclic(after=Period(months=6), keep=("expires_on", "credits.earned")))
    agenda = way.run(at("2026-09-20 12:00"))
    told: dict[str, JsonValue] = {"expires_on": "2027-05-31", "credits.earned": 3}
    assert agenda.following == NextJourney(process="renewal", at=at("2027-03-20 10:00"), told=told)
    later = way.agenda(at("2027-02-20 12:00"))
    assert not later.ends  # linger is long over, but the next is still to be started
    assert later.next_at == at("2027-03-20 10:00")


def test_09_what_was_started_is_not_started_again() -> None:
    way = approved(cyclic())
    way.tell("next_started", at("2026-09-20 10:00"), journey="journey:cwe:p1:renewal:1")
    assert way.run(at("2026-09-20 12:00")).following is None


def test_09_a_closed_program_starts_nothing_until_it_opens_again_and_a_duplicate_never_does() -> None:
    way = approved(cyclic())
    way.journey = way.journey.model_copy(update={"program_closed": True})
    agenda = way.run(at("2027-02-01 12:00"))
    assert (agenda.following, agenda.ends) == (None, False)
    way.journey = way.journey.model_copy(update={"program_closed": False, "program_reopened_at": way.now})
    assert way.agenda().following == NextJourney(process="renewal", at=at("2026-09-20 10:00"))
    way.journey = way.journey.model_copy(update={"duplicate_of": "journey:cwe:p2:application:1"})
    agenda = way.agenda()
    assert (agenda.following, agenda.ends) == (None, True)


@pytest.mark.parametrize("stage", ["denied", "withdrawn"])
def test_09_another_end_starts_nothing(stage: str) -> None:
    way = begin(cyclic(), "2026-09-01 10:00")
    way.tell("stage_set", at("2026-09-10 10:00"), to=stage, why="a test")
    assert way.run(at("2026-09-20 12:00")).following is None


def test_08_a_journey_that_was_reopened_hears_again_and_keeps_its_keys_used() -> None:
    way = begin(program([SUBMITTED]), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-10 10:00"))
    way.tell("denied", at("2026-09-20 10:00"))
    assert way.run(at("2027-02-01 12:00")).ends
    way.tell("submitted", at("2027-02-02 10:00"))
    assert way.agenda(at("2027-02-02 12:00")).verdicts["f2"].verdict == "late_event"
    way.tell("journey_reopened", at("2027-02-03 10:00"), to="in_progress", why="appeal_granted")
    way.tell("submitted", at("2027-02-05 10:00"))
    agenda = way.run(at("2027-02-06 12:00"))
    assert (agenda.stage, agenda.ends) == ("in_review", False)
    assert agenda.verdicts["f2"].verdict == "late_event"  # it reopened nothing; whoever reopens tells it again
    assert way.gone() == ["confirmed#f0>applicant", "confirmed#f4>applicant"]
