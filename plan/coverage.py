"""The checklist of eighteen notifications, held against one plan (domain.md a.3: the article's own names)."""

from typing import Final, Literal

from plan.model import Frozen, Plan

CHECKLIST: Final = {
    "N1": "creation of a new application",
    "N2": "due-date reminders",
    "N3": "confirmation of submission",
    "N4": "past-due warnings",
    "N5": "payment receipt",
    "N6": "request for clarification of a document",
    "N7": "an activity was rejected",
    "N8": "request for additional information",
    "N9": "selection for additional review",
    "N10": "the application meets the requirements",
    "N11": "an audit found something that needs action",
    "N12": "prompts while an application is in progress",
    "N13": "approval of an activity",
    "N14": "something was returned, with what to do about it",
    "N15": "prompts after inactivity",
    "N16": "renewal reminder",
    "N17": "congratulations on everything achieved",
    "N18": "broadcast, such as changed eligibility requirements",
}


class Covered(Frozen):
    """One line of the checklist: on, by which rules; off, with the program's reason; or not planned."""

    number: str
    name: str
    status: Literal["on", "off", "not_planned"]
    rules: tuple[str, ...] = ()
    reason: str | None = None


def coverage(plan: Plan) -> tuple[Covered, ...]:
    """All eighteen in order. A rule counts while it is not off; a reason beside a rule changes nothing."""
    return tuple(_covered(plan, number, name) for number, name in CHECKLIST.items())


def _covered(plan: Plan, number: str, name: str) -> Covered:
    rules = [rule for rule in plan.rules.values() if rule.covers == number]
    live = tuple(rule.name for rule in rules if rule.state != "off")
    if live:
        return Covered(number=number, name=name, status="on", rules=live)
    reason = plan.coverage.get(number) or next((rule.why for rule in rules if rule.why), None)
    return Covered(number=number, name=name, status="off" if reason else "not_planned", reason=reason)
