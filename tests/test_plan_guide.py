"""The plan author's guide: every step is a plan, and the dates that it names come out."""

import re
from pathlib import Path

import pytest

from plan.load import load
from plan.model import Plan
from tests.programs.published import Told, agenda, clocks, planned

GUIDE = (Path(__file__).parents[1] / "docs/plan-guide.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def step(number: int) -> Plan:
    plan = load(STEPS[number - 1], f"step {number}")
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


@pytest.mark.parametrize("number", range(1, 5))
def test_every_step_is_a_plan_whose_cycle_is_due_on_the_day_that_the_guide_says(number: int) -> None:
    plan = step(number)
    assert clocks(plan, agenda(plan, "cycle", "2026-11-30"))["due"] == "2029-11-30"


def test_grace_ends_where_the_month_ends() -> None:
    assert clocks(step(2), agenda(step(2), "cycle", "2026-11-30"))["grace"] == "2030-02-28"


def test_reminders_stop_by_themselves() -> None:
    plan = step(3)
    coming = planned(plan, agenda(plan, "cycle", "2026-11-30"))
    assert [name for _, name in coming] == ["welcome", "reminder", "reminder", "in_grace", "in_grace", "expired"]
    submitted = agenda(plan, "cycle", "2026-11-30", Told("submitted", "2029-09-15"))
    assert {o.reason for o in submitted.occurrences if o.notification == "reminder"} == {"stage_left", "too_late"}


def test_enough_credits_are_congratulated_and_the_next_cycle_follows() -> None:
    plan = step(4)
    told = Told("told", "2027-03-01", data={"credits": {"earned": 60, "required": 60}})
    found = agenda(plan, "cycle", "2026-11-30", told, Told("submitted", "2029-09-01"))
    assert "enough" in [o.notification for o in found.occurrences if o.key]
    assert found.following is not None
    assert found.following.process == "cycle"
