"""Whether notifications refer to something: roles, triggers, stages, other notifications, the window."""

from typing import Final

from plan.check import Case
from plan.conditions import asked_of, fault
from plan.model import RESERVED_EVENTS, Process, Rule
from plan.names import clock_of, item_kinds, item_kinds_of, processes_of
from plan.problem import clip
from plan.roles import NOBODY, TEST

FAILED: Final = "delivery_failed"


def check_rules(case: Case) -> None:
    """Note everything in notifications that refers to nothing."""
    for rule in case.plan.rules.values():
        here = ("notifications", rule.name)
        for role in rule.to:
            case.known(role, case.recipients | {NOBODY}, "role", *here, "to")
        if NOBODY in rule.to[:-1] or rule.to == (NOBODY,):
            case.wrong("`nobody` stands last, after a role that may stay unfilled: `reviewer or nobody`", *here, "to")
        for process in rule.in_ or ():
            case.known(process, case.plan.processes, "process", *here, "in")
        if all(process in case.plan.processes for process in rule.in_ or ()):
            _trigger(case, rule)
            _stages(case, rule)
        if rule.if_ and (wrong := fault(rule.if_, case.known_now)):
            case.wrong(f"the condition `{clip(rule.if_)}` cannot be used: {wrong}", *here, "if")
        changing = asked_of(rule.becomes or "", case.known_now.keys() - case.known_of_facts.keys())
        if changing:
            sentence = f"`becomes` looks at what was told alone, not at `{min(changing)}`: write `if:` for that"
            case.wrong(sentence, *here, "becomes")
        elif rule.becomes and (wrong := fault(rule.becomes, case.known_of_facts)):
            case.wrong(f"the condition `{clip(rule.becomes)}` cannot be used: {wrong}", *here, "becomes")
        if rule.of is not None and rule.on != FAILED:
            case.known(rule.of, item_kinds(case.plan), "item", *here, "of")
        _other_rules(case, rule)
        if rule.state == "test" and TEST not in case.plan.staff:
            case.wrong(
                "`state: test` sends to the desk `test`: write its addresses, `staff: {test: [..]}`", *here, "state"
            )
        _at(case, rule)


def _other_rules(case: Case, rule: Rule) -> None:
    """Notifications that this one names: what it corrects, was called, reads like, or tells the failure of."""
    here = ("notifications", rule.name)
    rules = case.plan.rules
    for other in rule.corrects:
        case.known(other, rules.keys() - {rule.name}, "notification", *here, "corrects")
    if rule.on == FAILED and rule.of is not None:
        case.known(rule.of, rules.keys() - {rule.name}, "notification", *here, "of")
    if rule.template is not None:
        case.known(rule.template, rules.keys() - {rule.name}, "notification", *here, "template")
    for name in rule.was:
        if name in rules:
            case.wrong(f"`{name}` is still a notification: `was` names one that is gone", *here, "was")
        elif any(name in other.was and other.name < rule.name for other in rules.values()):
            case.wrong(f"two notifications were `{name}`: keep the name with one", *here, "was")


def _trigger(case: Case, rule: Rule) -> None:
    here = ("notifications", rule.name)
    of: tuple[Process, ...] = processes_of(case.plan, rule)
    clocks = {name for process in of for name in process.deadlines}
    name = clock_of(rule)
    if name is not None:
        key = "before" if rule.before else "after" if rule.after else "moved"
        if name in case.named - case.deadlines:
            case.wrong(f"`{name}` is an event, not a deadline: write `on: {name}`", *here, key)
        else:
            case.known(name, clocks, "deadline", *here, key)
    turn = rule.entered or rule.left
    if turn is not None:
        whole = {stage for process in of for stage in process.stages}
        parts = {stage for process in of for kind in process.items.values() for stage in kind.stages}
        case.known(turn, whole | parts, "stage", *here, "entered" if rule.entered else "left")
    if rule.on in case.deadlines and rule.on not in clocks:
        case.known(rule.on, clocks, "deadline", *here, "on")
    elif rule.on and rule.on not in RESERVED_EVENTS:
        known = case.named | RESERVED_EVENTS
        case.slip(rule.on, known, f"declare it: `events: {{{rule.on}: }}`", *here, "on")


def _stages(case: Case, rule: Rule) -> None:
    here = ("notifications", rule.name)
    of = processes_of(case.plan, rule)
    whole = {name for process in of for name in process.stages}
    kinds = item_kinds_of(case.plan, rule)
    own, what = whole, "stage"
    if kinds:
        own = {name for p in of for kind in p.items.values() if kind.name in kinds for name in kind.stages}
        what = f"stage of {' or '.join(sorted(kinds))}"
    for name in rule.while_ or ():
        case.known(name, own, what, *here, "while")
    for name in rule.stages or ():
        case.known(name, whole, "stage", *here, "stages")
    if rule.stages is not None and kinds is None:
        case.wrong(f"`{rule.name}` is not about items: write `while:` in place of `stages:`", *here, "stages")


def _at(case: Case, rule: Rule) -> None:
    window = case.plan.window
    if rule.at is None or rule.ignores_window:
        return
    if rule.at < window.opens or (window.closes is not None and rule.at >= window.closes):
        hours = f"{window.opens:%H:%M} to {f'{window.closes:%H:%M}' if window.closes else '24:00'}"
        sentence = f"{rule.at:%H:%M} is outside the send window: write a time from {hours}"
        case.wrong(sentence, "notifications", rule.name, "at")
