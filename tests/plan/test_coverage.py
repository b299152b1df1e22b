"""The checklist of eighteen notifications against a plan."""

from pathlib import Path

from plan.coverage import CHECKLIST, coverage
from plan.load import load
from plan.model import Plan
from tests.plan.written import TEXT, loaded

CWE = Path(__file__).parents[2] / "programs" / "cwe" / "plan.yaml"


def test_each_is_on_by_its_rules_off_with_the_programs_reason_or_not_planned() -> None:
    found = {line.number: line for line in coverage(loaded(TEXT))}
    assert list(found) == list(CHECKLIST)
    assert {line.status for line in found.values()} == {"on", "off", "not_planned"}
    assert (found["N12"].status, found["N12"].reason) == ("off", "our portal shows this itself")
    assert all(line.rules for line in found.values() if line.status == "on")


def test_the_full_example_leaves_nothing_unplanned() -> None:
    plan = load(CWE.read_text(encoding="utf-8"), "plan.yaml")
    assert isinstance(plan, Plan)
    assert {line.number for line in coverage(plan) if line.status == "not_planned"} == set()
