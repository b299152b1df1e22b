"""A plan's YAML text becomes a checked `Plan`, or all of its problems at once, each with its line."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from plan import document
from plan.check import Case, check
from plan.check_deadlines import check_deadlines
from plan.check_rules import check_rules, check_templates
from plan.check_sense import check_sense
from plan.document import line_of
from plan.model import Plan
from plan.names import implied_events
from plan.problem import Problem
from plan.read_plan import read_plan
from plan.reading import Reader

__all__ = ["Problem", "load"]

VERSION_DIGITS: Final = 12


def load(
    text: str, file: str, templates: Mapping[str, Sequence[tuple[str, int]]] | None = None
) -> Plan | tuple[Problem, ...]:
    """The plan, or every problem, the plan's first, in the order of the file. `file` is what problems call it.

    `templates`: file name → (merge field, line) as used in it; None leaves templates unchecked. The plan's `events`
    hold every name that is an event, declared or implied by an arrow, a deadline or a rule.
    """
    reader = Reader(file)
    root, faults = document.read(text)
    for fault in faults:
        reader.wrong(fault.line, fault.sentence)
    if root is None:
        return reader.problems()
    read = read_plan(reader, root)
    plan = read.model_copy(update={"events": {**read.events, **implied_events(read)}})
    case = Case(reader, root, plan, frozenset(read.events))
    check(case)
    check_deadlines(case)
    check_rules(case)
    if not reader.problems():
        check_sense(case)
    problems = reader.problems()
    if templates is not None:
        lines = {name: line_of(root, "notifications", name) for name in plan.rules}
        problems += check_templates(plan, file, lines, templates)
    return problems or plan.model_copy(update={"version": version_of(plan)})


def version_of(plan: Plan) -> str:
    """Twelve digits of the hash of what the plan means: comments, order of keys and spelling of durations left out.

    Defaults are left out too, so that a later field with a default gives published plans no new version.
    """
    meaning = plan.model_dump(mode="json", exclude={"version"}, exclude_defaults=True)
    canonical = json.dumps(meaning, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:VERSION_DIGITS]
