"""Whether conditions compare with words that there are: stages, and the choices of a field (plan.md 20)."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from plan.check import Case
from plan.model import Rule
from plan.names import processes_of

_TEXT: Final = r"""(?:"([^"\\]*)"|'([^'\\]*)')"""
_QUOTED: Final = re.compile(_TEXT)


def check_values(case: Case, rule: Rule) -> None:
    """Note every text that a condition compares with a stage or choice and that is none."""
    choices = {name: spec.choices for name, spec in case.plan.told.items()}
    choices |= {f"person.{name}": spec.choices for name, spec in case.plan.person.items()}
    stages = {stage for process in processes_of(case.plan, rule) for stage in process.stages}
    for key, condition in (("if", rule.if_ or ""), ("becomes", rule.becomes or "")):
        here = ("notifications", rule.name, key)
        _words(case, condition, "stage", stages, "stage", *here)
        for name, known in choices.items():
            if known and name in condition:
                _words(case, condition, name, known, f"choice of `{name}`", *here)


def _words(case: Case, condition: str, name: str, known: Collection[str], what: str, *path: str) -> None:
    for word in _compared(condition, name):
        case.known(word, known, what, *path)


def _compared(condition: str, name: str) -> Iterator[str]:
    """The texts next to a name: `stage == "x"`, `"x" != stage`, `stage in ["x", "y"]`."""
    whole = rf"(?<![\w.]){re.escape(name)}(?![\w.])"
    for found in re.finditer(rf"{whole} *[!=]= *{_TEXT}|{_TEXT} *[!=]= *{whole}", condition):
        yield next((word for word in found.groups() if word is not None), "")
    for listed in re.finditer(rf"{whole} +in +\[([^\]]*)\]", condition):
        yield from (one or other for one, other in _QUOTED.findall(listed[1]))
