"""Corrections of what was told and never was (plan.md 3)."""

from plan.model import FieldSpec, Plan, Rule
from tests.plan.programs import minimal
from tests.plan.walk import at, begin

TO = ("applicant",)
SUBMITTED = Rule(name="confirmed", purpose="confirmation", to=TO, on="submitted")
ENOUGH = Rule(name="enough", purpose="announcement", to=TO, becomes="earned >= 30")
SORRY = Rule(name="sorry", purpose="announcement", to=TO, corrects=("confirmed", "enough"))


def correcting() -> Plan:
    plan = minimal(SUBMITTED, ENOUGH, SORRY)
    return plan.model_copy(update={"told": {"earned": FieldSpec(type="number")}})


def test_03_a_confirmation_of_what_was_taken_back_is_corrected_once() -> None:
    way = begin(correcting(), "2026-10-05 10:00")
    way.tell("submitted", at("2026-10-06 10:00"))
    way.run(at("2026-10-07 12:00"))
    way.tell("retracted", at("2026-10-08 10:00"), id="f0")
    way.run(at("2026-10-20 12:00"))
    assert way.sent()[-1] == "2026-10-08 10:00 sorry#f0>applicant"
    assert way.gone().count("sorry#f0>applicant") == 1


def test_03_what_was_not_sent_needs_no_correction() -> None:
    way = begin(correcting(), "2026-10-05 10:00")
    way.tell("submitted", at("2026-10-06 10:00"), heard=at("2026-10-06 10:00"))
    way.tell("retracted", at("2026-10-06 10:00"), id="f0")
    way.run(at("2026-10-20 12:00"))
    assert way.gone() == []


def test_03_congratulations_on_what_proved_wrong_are_corrected() -> None:
    way = begin(correcting(), "2026-10-05 10:00")
    way.tell("told", at("2026-10-06 10:00"), earned=31)
    way.run(at("2026-10-07 12:00"))
    assert way.gone() == ["enough#once>applicant"]
    way.tell("retracted", at("2026-10-08 10:00"), id="f0")
    way.run(at("2026-10-20 12:00"))
    assert way.gone() == ["enough#once>applicant", "sorry#once>applicant"]


def test_03_a_state_that_held_and_went_by_needs_no_correction() -> None:
    way = begin(correcting(), "2026-10-05 10:00")
    way.tell("told", at("2026-10-06 10:00"), earned=31)
    way.tell("told", at("2026-10-08 10:00"), earned=12)
    way.run(at("2026-10-20 12:00"))
    assert way.gone() == ["enough#once>applicant"]
