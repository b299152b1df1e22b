"""Who takes part: the roles that a plan may name as recipients and as the givers of facts (plan.md 28)."""

from collections.abc import Mapping
from typing import Final

from plan.model import Plan
from plan.once import once

APPLICANT: Final = "applicant"
SYNONYMS: Final = frozenset({"certificant", "candidate", "holder"})  # of applicant, at other points of the same path
PEOPLE: Final = frozenset({APPLICANT, "payer", "reviewer", "auditor", "supervisor", "referee"})
THIRD_PARTIES: Final = frozenset({"supervisor"})  # informed with consent alone, and never of why something failed
NOBODY: Final = "nobody"  # the end of a list of roles that may stay unfilled
TEST: Final = "test"  # the desk that gets what rules in `state: test` would send
STAFF: Final = "staff"  # whoever acts for the program; a giver of facts, never a recipient: that is a desk


def canonical(role: str) -> str:
    """The role itself, `applicant` for its synonyms."""
    return APPLICANT if role in SYNONYMS else role


def recipients(plan: Plan) -> frozenset[str]:
    """Every role that a rule may write to: people, fields of type person in events, and the plan's desks."""
    bound = {name for event in plan.events.values() for name, spec in event.data.items() if spec.type == "person"}
    return PEOPLE | bound | frozenset(plan.staff)


@once
def persons_named(plan: Plan, _: str) -> Mapping[str, tuple[str, ...]]:
    """The fields of type person of each event that has any: the roles that it binds."""
    fields = {
        event: tuple(name for name, spec in declared.data.items() if spec.type == "person")
        for event, declared in plan.events.items()
    }
    return {event: names for event, names in fields.items() if names}


def givers(plan: Plan) -> frozenset[str]:
    """Every role that a fact may come from."""
    return recipients(plan) | {STAFF}
