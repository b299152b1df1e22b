"""Whether deadlines refer to something: fields, events, other deadlines, notifications (plan.md B)."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from plan.check import STARTS, Case
from plan.model import RESERVED_EVENTS, Deadline, Plan, Process
from plan.names import clock_of, kinds_of
from plan.period import Period


def check_deadlines(case: Case) -> None:
    """Note every deadline that refers to nothing, and those that count from each other."""
    for process in case.plan.processes.values():
        for deadline in process.deadlines.values():
            _deadline(case, process, deadline)
        for circle in circles(case.plan, process):
            names = " after ".join(circle if len(circle) < 10 else (*circle[:8], "…", circle[0]))
            sentence = f"these deadlines count from each other: {names}; let one count from an event"
            case.wrong(sentence, "processes", process.name, "deadlines", circle[0], "after")


def _deadline(case: Case, process: Process, deadline: Deadline) -> None:
    here = ("processes", process.name, "deadlines", deadline.name)
    if deadline.name in RESERVED_EVENTS:
        case.wrong(f"`{deadline.name}` is an event of Waypost's own: rename the deadline", *here)
    _dates(case, process, deadline)
    for name in deadline.after:
        _start(case, process, name, *here, "after")
        if deadline.per_item and not _about_item(case, process, name):
            sentence = f"`{name}` is about no item: declare `events: {{{name}: {{item: …}}}}`"
            case.wrong(sentence, *here, "after", name)
    for name in deadline.until:
        _start(case, process, name, *here, "until")
    _others(case, process, deadline)


def _dates(case: Case, process: Process, deadline: Deadline) -> None:
    """The fields that its date is read from."""
    here = ("processes", process.name, "deadlines", deadline.name)
    told = case.plan.told
    if deadline.told is not None and case.known(deadline.told, told, "told field", *here, "told"):
        kind = told[deadline.told].type
        if kind != "date":
            case.wrong(f"`{deadline.told}` is declared as {kind}: a deadline needs a date", *here, "told")
    if deadline.then is not None and deadline.then.of is not None:
        field = deadline.then.of
        if field not in case.plan.person:
            case.wrong(f"`then` counts with {field}: declare it, `person: {{{field}: date}}`", *here, "then")
        elif case.plan.person[field].type != "date":
            case.wrong(
                f"`{field}` is declared as {case.plan.person[field].type}: a deadline needs a date", *here, "then"
            )


def _others(case: Case, process: Process, deadline: Deadline) -> None:
    """The clocks that it pauses, the messages that it waits for, and its coming again."""
    here = ("processes", process.name, "deadlines", deadline.name)
    for name in deadline.pauses:
        case.known(name, process.deadlines.keys() - {deadline.name}, "deadline", *here, "pauses")
        if name in process.deadlines and process.deadlines[name].pauses:
            case.wrong(f"`{name}` pauses others itself: a clock that pauses is never paused", *here, "pauses")
    for rule in (deadline.after_sent, deadline.waits_for):
        if rule is not None:
            case.known(rule, case.plan.rules, "notification", *here)
    if deadline.every is not None and (deadline.every == Period() or not deadline.every.dated):
        case.wrong("a clock comes again after days or more: write such as `every: 1 year`", *here, "every")


def _start(case: Case, process: Process, name: str, *path: str) -> None:
    """A name that starts or answers a clock."""
    if name in RESERVED_EVENTS - STARTS:
        case.wrong(f"`{name}` cannot stand here: write an event of your own", *path, name)
    elif name in case.deadlines and name not in process.deadlines:
        case.wrong(f"`{name}` is a deadline of another process: give `{process.name}` one of its own", *path, name)
    elif name not in RESERVED_EVENTS:
        case.slip(name, case.named | STARTS, f"declare it: `events: {{{name}: }}`", *path)


def _about_item(case: Case, process: Process, name: str) -> bool:
    """Whether it may be; an event that nothing declares is taken for one."""
    if name in process.deadlines:
        return process.deadlines[name].per_item
    if name in case.declared | RESERVED_EVENTS:
        return bool(kinds_of(case.plan, name))
    return True


def circles(plan: Plan, process: Process) -> Iterator[tuple[str, ...]]:
    """Deadlines that count from each other, or from messages that count from them, each circle once: b after a after b.

    It begins and ends with a deadline.
    """
    clocks = process.deadlines
    before = {d.name: {name for name in d.after if name in clocks} for d in clocks.values()}
    for deadline in clocks.values():
        for rule in (plan.rules.get(name or "") for name in (deadline.after_sent, deadline.waits_for)):
            if rule is not None and (clock_of(rule) or rule.on) in clocks:
                before[deadline.name].add(f"the message {rule.name}")
                before[f"the message {rule.name}"] = {clock_of(rule) or rule.on or ""}
    while True:
        try:
            TopologicalSorter(before).prepare()
        except CycleError as error:
            circle = tuple(reversed(error.args[1]))
            if circle[0] not in clocks:
                circle = (*circle[1:], circle[1])
            yield circle
            before[circle[0]] = set()
        else:
            return
