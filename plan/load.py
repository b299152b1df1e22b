"""A plan's YAML text becomes a checked `Plan`, or all of its problems at once, each with its line.

Whatever the text, the answer comes within a second: a file has at most 256 KB and 10,000 values, nested 24 deep
(`plan.document`), and the first hundred problems are told.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from plan import document
from plan.check import Case, check
from plan.check_deadlines import check_deadlines
from plan.check_rules import check_rules
from plan.check_sense import check_sense
from plan.check_templates import Use, check_templates
from plan.model import Plan
from plan.names import implied_events
from plan.problem import Problem
from plan.read_plan import read_plan
from plan.reading import Enough, Reader

__all__ = ["Problem", "Use", "load", "read_back"]

VERSION_DIGITS: Final = 12


def load(text: str, file: str, templates: Mapping[str, Sequence[Use]] | None = None) -> Plan | tuple[Problem, ...]:
    """The plan, or every problem, the plan's first, in the order of the file. `file` is what problems call it.

    `templates`: file name → merge fields used in it; None leaves templates unchecked. The plan's `events` hold every
    name that is an event, declared or implied by an arrow, a deadline or a rule.
    """
    reader = Reader(file)
    try:
        case = _named(reader, text)
        if case is not None and not reader.problems():
            check_sense(case)
        if case is not None and templates is not None:
            check_templates(case, templates)
    except Enough:
        return _the_first(reader.problems())
    return reader.problems() or _plan(case)


def read_back(text: str, file: str) -> Plan | tuple[Problem, ...]:
    """A plan that was published: a later version of Waypost, stricter about sense, still runs it."""
    reader = Reader(file)
    try:
        case = _named(reader, text)
    except Enough:
        return _the_first(reader.problems())
    return reader.problems() or _plan(case)


def _named(reader: Reader, text: str) -> Case | None:
    """The plan as far as it can be read, with all names looked up; None without anything to read."""
    root, faults = document.read(text)
    for fault in faults:
        reader.wrong(fault.line, fault.sentence)
    if root is None:
        return None
    read = read_plan(reader, root)
    plan = read.model_copy(update={"events": {**read.events, **implied_events(read)}})
    case = Case(reader, root, plan, frozenset(read.events))
    check(case)
    check_deadlines(case)
    check_rules(case)
    return case


def _the_first(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    last = problems[-1]
    sentence = f"these are the first {len(problems)} problems: mend them, then look again"
    return (*problems, last.model_copy(update={"sentence": sentence}))


def _plan(case: Case | None) -> Plan | tuple[Problem, ...]:
    return case.plan.model_copy(update={"version": version_of(case.plan)}) if case is not None else ()


def version_of(plan: Plan) -> str:
    """Twelve digits of the hash of what the plan means: comments, order of keys and spelling of durations left out.

    Defaults are left out too, so that a later field with a default gives published plans no new version.
    """
    meaning = plan.model_dump(mode="json", exclude={"version"}, exclude_defaults=True)
    canonical = json.dumps(meaning, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:VERSION_DIGITS]
