"""Names that stand for two things at once, and messages that would go out twice (plan.md 4, 20, 28)."""

from collections.abc import Iterable
from typing import Final

from plan.check import Case
from plan.model import Rule
from plan.names import processes_of
from plan.roles import APPLICANT, NOBODY, STAFF, SYNONYMS

OF_WAYPOST: Final = SYNONYMS | {APPLICANT, NOBODY, STAFF}
OF_PEOPLE: Final = frozenset({"adhoc", "broadcast"})  # messages that no plan sends go by these names
OF_CONDITIONS: Final = frozenset({"stage", "now", "person", "allows"})


def check_clashes(case: Case) -> None:
    """Note every name with two meanings, and every rule that repeats another."""
    _roles(case)
    for name in case.plan.told:
        group, *_ = name.split(".")
        if group in OF_CONDITIONS:
            sentence = f"`{group}` means something of its own in conditions: give the told field another name"
            case.wrong(sentence, "told", *name.split("."))
    for rule in case.plan.rules:
        if rule.casefold() in OF_PEOPLE:
            sentence = f"`{rule}` is what Waypost calls messages that no plan sends: give the notification another name"
            case.wrong(sentence, "notifications", rule)
    _capitals(case, case.plan.rules, "notifications")
    _capitals(case, case.plan.processes, "processes")
    _twice(case)


def _roles(case: Case) -> None:
    """A role is a desk, or somebody whom an event names, or one of Waypost's own."""
    for desk in case.plan.staff:
        if desk in OF_WAYPOST:
            case.wrong(f"`{desk}` is a role of Waypost's own: give the desk another name", "staff", desk)
    for event in case.plan.events.values():
        for field, spec in event.data.items():
            if spec.type == "person" and field in case.plan.staff:
                sentence = f"`{field}` is a desk too: give the desk or the field another name"
                case.wrong(sentence, "events", event.name, "data", field)


def _capitals(case: Case, names: Iterable[str], section: str) -> None:
    """Names are parts of file names and of ids; some systems do not tell capitals apart."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(name.casefold(), name)
        if other != name:
            case.wrong(f"`{other}` and `{name}` differ in capitals alone: rename one", section, name)


def _twice(case: Case) -> None:
    """Rules that send one text at one time to the same people."""
    first: dict[str, str] = {}
    for rule in case.plan.rules.values():
        if rule.state in {"off", "draft"}:
            continue
        for process in sorted(p.name for p in processes_of(case.plan, rule)):
            other = first.setdefault(f"{process} {case.plan.template_of(rule.name)} {_meaning(rule)}", rule.name)
            if other != rule.name:
                sentence = f"`{rule.name}` goes out whenever `{other}` does, with the same text: keep one of them"
                case.wrong(sentence, "notifications", rule.name)
                break


def _meaning(rule: Rule) -> str:
    own = {"name", "in_", "covers", "was", "template", "why", "urgent", "optional", "lateness", "when_unknown"}
    return rule.model_dump_json(exclude=own, exclude_defaults=True)
