"""Whether every notification has a template, in English too, and one whose merge fields it can fill (plan.md 17)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plan.check import Case
from plan.check_paths import reached
from plan.fees import Fee
from plan.merge import catalogue
from plan.model import Plan, Process, Rule
from plan.names import clock_of, deadlines, item_kinds_of, processes_of
from plan.problem import instead

TEMPLATE: Final = re.compile(r"(?:.*/)?(?P<rule>[^/.]+)\.(?P<locale>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.html")
FALLBACK: Final = "en"  # read by everybody in whose language there is no template


class Use(NamedTuple):
    """A merge field used in a template. A bare one stands outside every `[[if]]`: empty, it holds the message."""

    field: str
    line: int
    bare: bool = False


def check_templates(case: Case, templates: Mapping[str, Sequence[Use]]) -> None:
    """Note notifications without a template, and fields that their template cannot have. `templates`: by file name."""
    written: dict[str, list[str]] = {}
    english: set[str] = set()
    for file in sorted(templates):
        match = TEMPLATE.fullmatch(file)
        written.setdefault(match["rule"] if match else file, []).append(file)
        if match and match["locale"].lower() == FALLBACK:
            english.add(match["rule"])
    for rule in case.plan.rules.values():
        name = case.plan.template_of(rule.name)
        files = written.get(name, [])
        if name not in english:
            spare = [file for stem, of in written.items() if stem not in case.plan.rules for file in of]
            _missing(case, rule, f"templates/{name}.{FALLBACK}.html", files, spare)
        known = catalogue(case.plan, rule)
        for file in files:
            for use in dict.fromkeys(templates[file]):
                if use.field not in known:
                    sentence = f"`{rule.name}` has no merge field [[{use.field}]]: {instead(use.field, known)}"
                    case.reader.wrong(use.line, sentence, file)
                elif use.bare and (empty := _empty(case.plan, rule, use.field)):
                    case.reader.wrong(use.line, empty, file)


def _missing(case: Case, rule: Rule, file: str, others: Sequence[str], spare: Sequence[str]) -> None:
    near = instead(file, spare) if spare else ""
    hint = f" ({near})" if near.startswith("did") else ""
    sentence = f"`{rule.name}` has no template: write {file}{hint}"
    if others:
        sentence = f"`{rule.name}` has no template for readers of other languages than {others[0]}: write {file}"
    case.wrong(sentence, "notifications", rule.name)


def _empty(plan: Plan, rule: Rule, field: str) -> str | None:
    """Why the field, outside [[if]], would hold messages of the rule: only what the plan alone makes certain."""
    first, *rest = field.split(".")
    if field in {"days_left", "days_late"}:
        return _days(plan, rule, field)
    if first == "clock":
        without = [p for p in _heard_by(plan, rule) if rest[0] not in p.deadlines]
        why = f"`{without[0].name}` has no such deadline" if without else ""
        return _at_times(rule, field, why) if without else None
    if first == "fees" and rest[-1] in Fee.model_fields:
        return _now(plan, rule, field, rest[0]) if rest[-1] == "now" else _fee(plan, rule, field, rest[0])
    if field == "allowed" and not any(d.allows for p in plan.processes.values() for d in p.deadlines.values()):
        return f"[[{field}]] is always empty: no deadline says what it `allows:`"
    if first == "allows":
        return f"[[{field}]] is no text: ask for it, `[[if {field}]] … [[end]]`"
    if field == "items" and item_kinds_of(plan, rule) is None and not rule.digest:
        return _at_times(rule, field, "no item need be open")
    return None


def _days(plan: Plan, rule: Rule, field: str) -> str | None:
    """Days are left before a deadline alone, and days late after it."""
    if rule.moved is not None:
        return _at_times(rule, field, "a deadline can be moved to either side of today")
    late = rule.after is not None or rule.on in deadlines(plan)
    if late and field == "days_left":
        return f"[[days_left]] is always empty in `{rule.name}`, after the deadline: write [[days_late]]"
    if rule.before is not None and rule.purpose == "reminder" and field == "days_late":
        return f"[[days_late]] is always empty in `{rule.name}`, before the deadline: write [[days_left]]"
    return None


def _now(plan: Plan, rule: Rule, field: str, name: str) -> str | None:
    """Before its first step a fee has no amount."""
    steps = plan.fees[name]
    if any(step.from_ is None or (step.if_ is None and _behind(plan, rule, step.from_)) for step in steps):
        return None
    return _at_times(rule, field, f"the fee `{name}` has no step without `from:`")


def _behind(plan: Plan, rule: Rule, deadline: str | date) -> bool:
    """Whether the rule goes out only once this deadline has passed."""
    if deadline in {rule.after, rule.on}:
        return True
    stages = (rule.entered,) if rule.entered is not None else rule.while_
    if item_kinds_of(plan, rule) is not None:
        stages = rule.stages
    if not isinstance(deadline, str) or not stages:
        return False
    of = [process for process in processes_of(plan, rule) if process.stages.keys() & set(stages)]
    return bool(of) and not any(reached(process, {deadline}).intersection(stages) for process in of)


def _fee(plan: Plan, rule: Rule, field: str, name: str) -> str | None:
    """There is no next amount of a fee behind its last step."""
    steps = plan.fees[name]
    if len(steps) == 1:
        return f"[[{field}]] is always empty: the fee `{name}` has one step; write [[fees.{name}.now]]"
    passed = rule.after or (rule.on if rule.on in deadlines(plan) else None)
    if passed is not None and all(step.from_ == passed for step in steps[1:]):
        return f"[[{field}]] is always empty in `{rule.name}`, after `{passed}`: write [[fees.{name}.now]]"
    return None


def _heard_by(plan: Plan, rule: Rule) -> list[Process]:
    """The processes in which the rule goes out, as far as that is certain."""
    found = processes_of(plan, rule)
    clock = clock_of(rule) or (rule.on if rule.on in deadlines(plan) else None)
    if clock is not None:
        return [process for process in found if clock in process.deadlines]
    return list(found) if rule.on == "created" else []


def _at_times(rule: Rule, field: str, why: str) -> str:
    return f"[[{field}]] is empty in some messages of `{rule.name}` ({why}): write `[[if {field}]] … [[end]]` around it"
