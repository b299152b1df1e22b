"""Whether what clocks and fees wait for can ever come: a message, a deadline of the journey (plan.md 11, 12)."""

from plan.check import Case
from plan.model import Deadline, Process, Rule
from plan.names import clock_of, processes_of
from plan.planned import has_stage


def check_awaited(case: Case) -> None:
    """Note clocks that never start and steps of fees that never apply."""
    for process in case.plan.processes.values():
        for deadline in process.deadlines.values():
            _message(case, process, deadline)
    for name, steps in case.plan.fees.items():
        for step in steps:
            all_clocks = (d for p in case.plan.processes.values() for d in p.deadlines.values())
            clocks = [clock for clock in all_clocks if clock.name == step.from_]
            if clocks and all(clock.per_item for clock in clocks):
                sentence = (
                    f"`{step.from_}` is a clock of each item, and a fee is one amount for the journey: this step never "
                    "applies; write a deadline of the journey, or a date"
                )
                case.wrong(sentence, "fees", name)


def _message(case: Case, process: Process, deadline: Deadline) -> None:
    """The message that a clock counts from or waits for goes out in its process."""
    here = ("processes", process.name, "deadlines", deadline.name)
    for key, name in (("waits_for", deadline.waits_for), ("after", deadline.after_sent)):
        rule = case.plan.rules.get(name or "")
        if rule is None:
            continue
        if rule.state in {"off", "draft"}:
            never, instead = f"is `{rule.state}`", f"give `{rule.name}` `state: live`, or name another notification"
        elif not _goes_out(case, process, rule):
            never, instead = f"never goes out in `{process.name}`", "name a notification that does"
        else:
            continue
        case.wrong(f"`{deadline.name}` never starts, for `{rule.name}` {never}: {instead}", *here, key)


def _goes_out(case: Case, process: Process, rule: Rule) -> bool:
    """Whether the process has what sets the rule off, as far as that is certain."""
    name = clock_of(rule) or (rule.on if rule.on in case.deadlines else None)
    stage = rule.entered or rule.left
    return (
        process in processes_of(case.plan, rule)
        and (name is None or name in process.deadlines)
        and (stage is None or has_stage(process, stage))
    )
