"""Every sending that a plan calls for in one journey: each rule asked by its trigger (plan.md 18)."""

from collections.abc import Iterator

from plan.becoming import becoming
from plan.idling import idling
from plan.life import Life
from plan.model import Plan
from plan.planned import Planned, by_clock_or_event, is_set_off, rules_of


def planned(plan: Plan, life: Life) -> Iterator[Planned]:
    """Every occurrence of every rule of the journey's process."""
    for rule in rules_of(plan, life.process.name):
        if not is_set_off(rule, life):
            continue
        if rule.idle is not None:
            yield from idling(rule, plan, life)
        elif rule.becomes is not None:
            yield from becoming(rule, plan, life)
        elif not rule.corrects:  # corrections follow from what was sent, when all others are known
            yield from by_clock_or_event(rule, life, plan.timezone)
