"""Who a message goes to: roles, and the people that hold them in one journey (plan.md E)."""

from typing import NamedTuple

from plan.facts import People, Person
from plan.life import Life
from plan.model import Plan, Rule
from plan.planned import Planned
from plan.roles import APPLICANT, NOBODY, TEST, canonical


class Recipient(NamedTuple):
    """A holder of a role, a desk, or nobody yet. `to` is as keys spell it."""

    to: str
    role: str
    person_id: str | None = None
    person: Person | None = None  # None: a desk, nobody, or somebody the directory does not know
    desk: bool = False


def recipients(plan: Plan, life: Life, people: People, planned: Planned) -> tuple[Recipient, ...]:
    """Everybody that one occurrence goes to: the holders of the first role that anybody holds; never empty (28)."""
    if planned.rule.state == "test":
        return (Recipient(TEST, TEST, desk=True),)
    for role in planned.rule.to:
        if role == NOBODY:
            return (Recipient(planned.rule.to[0], NOBODY),)
        if role in plan.staff:
            return (Recipient(role, role, desk=True),)
        if canonical(role) == APPLICANT:
            return (_recipient(APPLICANT, APPLICANT, life.journey.person_id, people),)
        found = _holders(role, plan, life, people, planned)
        if found:
            return tuple(_recipient(f"{role}.{p}", role, p, people) for p in found)
    first = planned.rule.to[0]
    return (Recipient(first, first),)


def always_the_same(rule: Rule, plan: Plan) -> bool:
    """Whether all occurrences of a rule go to the same reader, whatever sets them off."""
    return rule.state == "test" or rule.to[0] in plan.staff or canonical(rule.to[0]) == APPLICANT


def _recipient(to: str, role: str, id_: str, people: People) -> Recipient:
    """Whoever is written to; somebody merged into another keeps their place in keys, and the other gets the mail."""
    person = people.people.get(id_)
    return Recipient(to, role, id_ if person is None else person.id, person)


def _holders(role: str, plan: Plan, life: Life, people: People, planned: Planned) -> tuple[str, ...]:
    """Ids of the role's holders: by the triggering fact, by other facts, by the enrolment, else the program's list."""
    trigger = planned.trigger
    fact = trigger.fact if trigger is not None else None
    declared = plan.events.get(fact.type) if fact is not None else None
    field = declared.data.get(role) if declared is not None else None
    if fact is not None and field is not None and field.type == "person":
        named = fact.data.get(role)  # left out, it names nobody: another fact's payer did not pay this time
        bound = named if isinstance(named, str) else None
    else:
        bound = _bound(role, life, planned.item)
    if bound is not None:
        return (bound,)
    return tuple(dict.fromkeys(life.journey.roles.get(role) or people.roles.get(role) or ()))


def _bound(role: str, life: Life, item: str | None) -> str | None:
    """Whom facts put into the role last: for the same item before others. What has not left yet goes to them."""
    bindings = [b for b in life.bindings if b.role == role]
    bindings = [b for b in bindings if b.item == item] or [b for b in bindings if b.item is None] or bindings
    return bindings[-1].person_id if bindings else None
