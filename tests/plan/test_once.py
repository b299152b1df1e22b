"""What a plan alone decides is worked out once a plan."""

from plan.model import Plan
from plan.once import once
from tests.plan.programs import program


def test_a_process_of_a_plan_is_worked_on_once_and_that_of_an_equal_plan_by_itself() -> None:
    worked: list[Plan] = []

    def name(plan: Plan, process: str) -> str:
        worked.append(plan)
        return f"{plan.program} {process}"

    named = once(name)
    plan, equal = program(), program()
    assert plan == equal
    assert [named(plan, "application"), named(plan, "renewal"), named(plan, "application")] == [
        "cwe application",
        "cwe renewal",
        "cwe application",
    ]
    assert len(worked) == 2
    assert named(equal, "application") == "cwe application"
    assert worked[2] is equal
