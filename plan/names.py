"""What the names of a plan stand for: events and deadlines share one space, items have kinds (plan.md 4, 18)."""

from collections.abc import Iterable, Iterator
from typing import Final

from plan.model import RESERVED_EVENTS, Arrow, Deadline, EventType, Plan, Process, Rule, Stage

AUDIT: Final = "audit"  # the kind of item that the reserved event audit_selected opens


def deadlines(plan: Plan) -> frozenset[str]:
    """The deadlines of all processes."""
    return frozenset(name for process in plan.processes.values() for name in process.deadlines)


def item_kinds(plan: Plan) -> frozenset[str]:
    """The kinds of items of all processes."""
    return frozenset(kind for process in plan.processes.values() for kind in process.items)


def arrows(stages: Iterable[Stage]) -> Iterator[tuple[str, Arrow]]:
    """Every arrow of these stages with the name of its event or deadline."""
    for stage in stages:
        yield from stage.arrows.items()


def kinds_of(plan: Plan, *events: str) -> frozenset[str]:
    """The kinds of item that any of these events can be about: as declared, and those with an arrow for it."""
    declared = {plan.events[event].item for event in events if event in plan.events} - {None}
    asked = set(events)
    kinds = [kind for process in plan.processes.values() for kind in process.items.values()]
    with_arrow = (k.name for k in kinds if any(not asked.isdisjoint(stage.arrows) for stage in k.stages.values()))
    return frozenset(kind for kind in (*with_arrow, *declared) if kind)


def names_item(plan: Plan, process: Process, event: str) -> bool:
    """Whether a fact of this event is always about an item: it is declared so, or starts a clock per item."""
    declared = event in plan.events and plan.events[event].item is not None
    return declared or any(d.per_item and event in d.after for d in process.deadlines.values())


def processes_of(plan: Plan, rule: Rule) -> tuple[Process, ...]:
    """The processes that `in:` leaves to a rule (plan.md 18)."""
    return tuple(p for p in plan.processes.values() if rule.in_ is None or p.name in rule.in_)


def clock_of(rule: Rule) -> str | None:
    """The deadline that a rule counts from or watches."""
    return rule.before or rule.after or rule.moved


def clocks_of(plan: Plan, rule: Rule) -> list[tuple[Process, Deadline]]:
    """The clock that a rule counts from or watches, in each of its processes that has it."""
    name = clock_of(rule)
    return [(p, p.deadlines[name]) for p in processes_of(plan, rule) if name in p.deadlines] if name else []


def item_kinds_of(plan: Plan, rule: Rule) -> frozenset[str] | None:
    """The kinds of item that an item rule speaks about, None for a rule that is none (plan.md 18)."""
    if stage := rule.entered or rule.left:
        kinds = [k for p in processes_of(plan, rule) if stage not in p.stages for k in p.items.values()]
        return frozenset(kind.name for kind in kinds if stage in kind.stages) or None
    if rule.idle is not None:
        return frozenset({rule.of}) if rule.of else None
    name = rule.on or clock_of(rule) or ""
    clocks = [p.deadlines[name] for p in processes_of(plan, rule) if name in p.deadlines and p.deadlines[name].per_item]
    if clocks:
        return kinds_of(plan, *(event for clock in clocks for event in clock.after))
    event = plan.events.get(name)
    return kinds_of(plan, name) if event is not None and event.item is not None else None


def implied_events(plan: Plan) -> dict[str, EventType]:
    """Events that `events:` does not declare but an arrow, a deadline or a rule names (plan.md 4).

    One that only items have arrows for is about the first such kind; audit_selected opens an audit.
    """
    found: dict[str, str | None] = {}
    named: set[str] = {rule.on for rule in plan.rules.values() if rule.on}
    for process in plan.processes.values():
        named |= {process.audit.on} if process.audit is not None else set()
        named |= {*process.anywhere, *(name for name, _ in arrows(process.stages.values()))}
        for deadline in process.deadlines.values():
            named |= {*deadline.after, *deadline.until}
        for kind in process.items.values():
            for name, _ in arrows(kind.stages.values()):
                found.setdefault(name, kind.name)
    for process in plan.processes.values():
        for name, _ in (*arrows(process.stages.values()), *((n, a) for n, a in process.anywhere.items())):
            found.pop(name, None)
    kinds: dict[str, str | None] = {name: found.get(name) for name in named | found.keys()}
    known = {*plan.events, *deadlines(plan), *RESERVED_EVENTS}
    events = {name: EventType(name=name, item=item) for name, item in sorted(kinds.items()) if name not in known}
    drawn = next((p.audit.item for p in plan.processes.values() if p.audit is not None), AUDIT)
    if drawn in item_kinds(plan) and "audit_selected" not in plan.events:
        events["audit_selected"] = EventType(name="audit_selected", item=drawn)
    return events
