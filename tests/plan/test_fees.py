"""What something costs now, and from when on it costs something else (domain.md, cases 31 and 32)."""

from datetime import date

import pytest

from plan.agenda import ClockState
from plan.fees import fee
from plan.model import FeeStep, FieldSpec
from tests.plan.programs import minimal
from tests.plan.walk import at

PLAN = minimal().model_copy(update={"person": {"member": FieldSpec(type="boolean")}})
DUE = ClockState(name="due", at=at("2026-12-31 23:59:59"))
STEPS = (FeeStep(amount="210.00 USD"), FeeStep(amount="285.00 USD", from_="due"))
TWO_STEPS = (
    FeeStep(amount="50.00 USD"),
    FeeStep(amount="75.00 USD", from_=date(2027, 1, 2)),
    FeeStep(amount="100.00 USD", from_=date(2027, 2, 1)),
)


@pytest.mark.parametrize(
    ("when", "now", "following"),
    [
        ("2026-10-05 10:00", "210.00 USD", "285.00 USD"),
        ("2026-12-31 23:59:59", "210.00 USD", "285.00 USD"),
        ("2027-01-01 00:00:00", "285.00 USD", ""),
    ],
)
def test_a_late_fee_begins_with_the_first_instant_that_is_late(when: str, now: str, following: str) -> None:
    found = fee(PLAN, STEPS, (DUE,), {}, at(when))
    assert (found.now, found.next) == (now, following)


def test_the_next_step_is_named_with_its_instant() -> None:
    found = fee(PLAN, TWO_STEPS, (), {}, at("2027-01-10 10:00"))
    assert (found.now, found.next) == ("75.00 USD", "100.00 USD")
    assert found.next_on == "Monday, 1 February 2027 at 12:00 am Eastern Standard Time"


def test_a_step_counts_for_those_for_whom_its_condition_holds() -> None:
    steps = (FeeStep(amount="210.00 USD"), FeeStep(amount="150.00 USD", if_="person.member"))
    assert fee(PLAN, steps, (), {"person.member": True}, at("2026-10-05 10:00")).now == "150.00 USD"
    assert fee(PLAN, steps, (), {}, at("2026-10-05 10:00")).now == "210.00 USD"


def test_a_step_from_a_deadline_without_a_date_is_left_out() -> None:
    assert fee(PLAN, STEPS, (ClockState(name="due"),), {}, at("2027-05-01 10:00")).next == ""
