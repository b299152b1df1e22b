"""Rules that nothing in a journey has triggered yet, each with the name that it waits for."""

from collections.abc import Set as AbstractSet
from functools import lru_cache

from plan.agenda import Occurrence
from plan.life import Life
from plan.model import Plan, Purpose
from plan.planned import rules_of, waits_for
from plan.roles import canonical


def untriggered(plan: Plan, life: Life, derived: AbstractSet[str]) -> tuple[Occurrence, ...]:
    """In the order of the plan; `derived` are the names of the rules that something has triggered."""
    found = []
    for rule in rules_of(plan, life.process.name):
        name = waits_for(rule, life) if rule.name not in derived else None
        if name is not None:
            found.append(_waiting(rule.name, rule.purpose, canonical(rule.to[0]), name))
    return tuple(found)


@lru_cache(4096)
def _waiting(rule: str, purpose: Purpose, to: str, name: str) -> Occurrence:
    """The same in every journey that has not come so far."""
    return Occurrence(key=None, notification=rule, purpose=purpose, to=to, outcome="not_triggered", reason=name)
