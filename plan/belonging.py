"""Which processes a rule belongs to: each that has its event, unless `in:` says which (plan.md 18).

An event that no process has, such as a receipt's, is everybody's.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from plan.model import RESERVED_EVENTS, Plan, Process, Rule
from plan.once import once

EVERYWHERE: Final = RESERVED_EVENTS - {"audit_selected", "cancel_requested"}  # no process can be without these


@once
def unheard(plan: Plan, process: str) -> AbstractSet[str]:
    """Events that would be told in this process in vain, since their rules belong to others that have them.

    Rules that name their processes are not missed elsewhere.
    """
    here = {rule.on for rule in plan.rules.values() if belongs(plan, plan.processes[process], rule)}
    elsewhere = {rule.on for rule in plan.rules.values() if rule.in_ is None and rule.state != "off"}
    return frozenset(name for name in elsewhere - here if name is not None)


def belongs(plan: Plan, process: Process, rule: Rule) -> bool:
    """Whether a rule can apply in a process."""
    if rule.in_ is not None:
        return process.name in rule.in_
    if rule.on is None or rule.on in EVERYWHERE or has_event(plan, process, rule.on):
        return True
    stages = {*(rule.while_ or ()), *(rule.stages or ())}
    meant = (other for other in plan.processes.values() if not stages or stages & _stages(other))
    return not any(has_event(plan, other, rule.on) for other in meant)


def has_event(plan: Plan, process: Process, event: str) -> bool:
    """Whether an event or a deadline can change anything in a process.

    It leads on, starts or answers a clock, draws an audit, or is about an item of the process.
    """
    stages = [*process.stages.values(), *(s for kind in process.items.values() for s in kind.stages.values())]
    return (
        event in process.anywhere
        or event in process.deadlines
        or any(event in stage.arrows for stage in stages)
        or any(event in {*clock.after, *clock.until} for clock in process.deadlines.values())
        or (process.audit is not None and process.audit.on == event)
        or (event in plan.events and plan.events[event].item in process.items)
    )


def _stages(process: Process) -> set[str]:
    return {*process.stages, *(stage for kind in process.items.values() for stage in kind.stages)}
