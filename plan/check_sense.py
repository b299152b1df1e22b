"""Whether notifications make sense: what can never be sent, and what nothing would stop (plan.md 13, 18, 19).

Asked only of a plan whose names are right. Whatever is not certain from the plan alone is left alone: somebody who
writes a good plan is never stopped here.
"""

from collections.abc import Iterable, Iterator

from plan.check import Case
from plan.check_awaited import check_awaited
from plan.check_clashes import check_clashes
from plan.check_effects import check_effects
from plan.check_offsets import check_offsets
from plan.check_paths import check_paths
from plan.check_values import check_values
from plan.conditions import asked_of, evaluate
from plan.model import Process, Rule, Stage
from plan.names import arrows, clocks_of, item_kinds_of, processes_of
from plan.problem import clip


def check_sense(case: Case) -> None:
    """Note what refers to something and still cannot be meant."""
    check_clashes(case)
    check_paths(case)
    check_awaited(case)
    check_effects(case)
    for rule in case.plan.rules.values():
        if rule.state != "off":
            check_offsets(case, rule)
            check_values(case, rule)
            _unstoppable(case, rule)
            _ended(case, rule)
            _elsewhere(case, rule)
            _never_true(case, rule)


def _unstoppable(case: Case, rule: Rule) -> None:
    """Reminders of a clock that nothing answers and that leads nowhere: only the end of the journey stops them."""
    if rule.purpose != "reminder" or not (rule.before or rule.after) or rule.while_ or rule.stages or rule.if_:
        return
    clocks = clocks_of(case.plan, rule)
    if clocks and not any(deadline.until or _leads(process, deadline.name) for process, deadline in clocks):
        process, deadline = clocks[0]
        answer = f"what answers it, `until:`, at `{deadline.name}`"
        if not item_kinds_of(case.plan, rule):
            answer = f"when it makes sense, such as `while: {process.start}`, or {answer}"
        sentence = f"nothing stops `{rule.name}`: `{deadline.name}` has neither `until:` nor an arrow; write {answer}"
        case.wrong(sentence, "notifications", rule.name)


def _leads(process: Process, name: str) -> bool:
    stages = [*process.stages.values(), *(s for kind in process.items.values() for s in kind.stages.values())]
    return name in process.anywhere or any(name == event for event, _ in arrows(stages))


def _ended(case: Case, rule: Rule) -> None:
    """Reminders after a deadline whose passing ends the journey."""
    if rule.purpose != "reminder" or rule.after is None or rule.while_ or rule.even_if:
        return
    clocks = clocks_of(case.plan, rule)
    ends = [_ends(process, deadline.name) for process, deadline in clocks]
    if clocks and all(ends) and not any(deadline.until or deadline.per_item for _, deadline in clocks):
        stage = min(stage for stages in ends for stage in stages)
        sentence = (
            f"`{rule.after}` ends the journey in `{stage}`, and nobody is reminded after the end: write "
            f"`while: {stage}`, or another purpose"
        )
        case.wrong(sentence, "notifications", rule.name)


def _ends(process: Process, name: str) -> frozenset[str]:
    """The final stages that a deadline leads to; none if it leads to others as well, or not always."""
    leading = [arrow for event, arrow in (*arrows(process.stages.values()), *process.anywhere.items()) if event == name]
    certain = all(arrow.if_ is None and process.stages[arrow.to].final for arrow in leading)
    return frozenset(arrow.to for arrow in leading) if certain else frozenset()


def _elsewhere(case: Case, rule: Rule) -> None:
    """Rules that are set off only when the stage that their `while:` names has just been left."""
    if not rule.while_ or rule.offsets or not (rule.on or rule.entered or rule.left):
        return
    where = [stages for stages in _lifecycles(case, rule) if stages.keys() & set(rule.while_)]
    if not where or not all(_just_left(rule, stages, stage) for stages in where for stage in rule.while_):
        return
    if rule.on:
        to = min(stages[name].arrows[rule.on].to for stages in where for name in rule.while_ if name in stages)
        wrong = f"`{rule.on}` leads from {_either(rule.while_)} to `{to}`"
    elif rule.entered:
        to, wrong = rule.entered, f"whoever enters `{rule.entered}` is not in {_either(rule.while_)}"
    else:
        targets = {arrow.to for stages in where for arrow in stages[rule.left or ""].arrows.values()}
        to, wrong = min(targets, default=""), f"whoever leaves `{rule.left}` is in it no longer"
    write = f"write `while: {to}`, or leave `while` out" if to else "leave `while` out"
    case.wrong(f"{wrong}: {write}", "notifications", rule.name, "while")


def _lifecycles(case: Case, rule: Rule) -> Iterator[dict[str, Stage]]:
    """The stages among which the rule's `while:` chooses, of each process or kind of item."""
    kinds = item_kinds_of(case.plan, rule)
    for process in processes_of(case.plan, rule):
        if kinds is None:
            anywhere = {**process.anywhere}
            final = {name: stage for name, stage in process.stages.items() if stage.final}
            yield final | {
                name: Stage(name=name, arrows={**anywhere, **stage.arrows})
                for name, stage in process.stages.items()
                if not stage.final
            }
        else:
            yield from ({**kind.stages} for kind in process.items.values() if kind.name in kinds)


def _just_left(rule: Rule, stages: dict[str, Stage], name: str) -> bool:
    """Whether nobody is in the stage at the instant that sets the rule off."""
    if rule.entered is not None:
        return name != rule.entered
    if rule.left is not None:
        return name == rule.left and name in stages and name not in {a.to for a in stages[name].arrows.values()}
    leading = {arrow.to for event, arrow in arrows(stages.values()) if event == rule.on}
    own = stages[name].arrows.get(rule.on or "") if name in stages else None
    return name not in stages or (own is not None and own.if_ is None and name not in leading)


def _either(stages: Iterable[str]) -> str:
    return " or ".join(f"`{stage}`" for stage in stages)


def _never_true(case: Case, rule: Rule) -> None:
    """Conditions that name nothing and do not hold."""
    conditions = (("if", rule.if_, case.known_now), ("becomes", rule.becomes, case.known_of_facts))
    for key, condition, declared in conditions:
        if condition is None or asked_of(condition, declared):
            continue
        if not evaluate(condition, declared, {}, case.plan.timezone).holds:
            sentence = f"the condition `{clip(condition)}` never holds: compare something told, or leave it out"
            case.wrong(sentence, "notifications", rule.name, key)
