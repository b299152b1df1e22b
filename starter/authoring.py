"""Starts a new plan from a shipped one: ten answers take the place of ten values, all comments stay."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from plan.calendar import zones
from plan.period import Period
from plan.problem import instead
from plan.reading import ADDRESS, PART_OF_ID
from starter.plans import SHIPPED, TEMPLATES, WrongPlan, read_plan
from starter.refusal import Refused


class Question(NamedTuple):
    """One value of the plan. `place` finds it in the text of the shipped plan, wherever it counts, in its one group."""

    name: str
    words: str
    place: str
    fault: Callable[[str], str | None]


def _program(text: str) -> str | None:
    fine = PART_OF_ID.fullmatch(text)
    return None if fine else "use letters, digits, `.`, `_` and `-`, at most 32, beginning with a letter or digit"


def _line(text: str) -> str | None:
    return None if re.fullmatch(r"[^\n{}\[\],#:\"']{1,80}", text) else "write one line without { } [ ] , # : or quotes"


def _zone(text: str) -> str | None:
    return None if text in zones() else f"that is no time zone: {instead(text, zones())}"


def _address(text: str) -> str | None:
    return None if ADDRESS.fullmatch(text) else "write an e-mail address such as help@example.org"


def _length(text: str) -> str | None:
    try:
        return None if Period.parse(text) != Period() else "write such as `90 days` or `1 year`"
    except ValueError as error:
        return str(error)


def _lengths(text: str) -> str | None:
    return next((fault for part in text.split(",") if (fault := _length(part.strip()))), None)


QUESTIONS: Final = (
    Question("program", "A short id of the program, for ever", r"^program: (.+)$", _program),
    Question("title", "Its full name, as applicants read it", r"^title: (.+)$", _line),
    Question("timezone", "The time zone in which its deadlines end", r"^timezone: (\S+)", _zone),
    Question("sender", "The name that messages come from", r"^sender: \{name: ([^,}]+)", _line),
    Question("email", "The address that messages come from", r"^sender: \{.*\bemail: ([^,}]+)", _address),
    Question("help", "The address that answers go to", r"^sender: \{.*\breply_to: ([^,}]+)", _address),
    Question("due", "How long there is to apply", r"^ +due: +\{after: created, plus: ([^,}]+)", _length),
    Question("grace", "How long it can still be submitted late", r"^ +grace: +\{after: due, plus: ([^,}]+)", _length),
    Question("answer", "How long there is to answer a question", r"\bplus: (30 days)\b", _length),
    Question("reminders", "Reminders so long before the deadline", r"^ +usual: \[([^\]]+)\]", _lengths),
)


def defaults(shipped: str) -> Mapping[str, str]:
    """The shipped plan's own answers, by question. Raises Refused for a plan that does not come with Waypost."""
    source = _source(shipped)
    return {question.name: _places(question, source)[0][1].strip() for question in QUESTIONS}


def write(shipped: str, answers: Mapping[str, str], folder: Path) -> Path:
    """The new plan file, with its templates beside it, fit to be published. Raises Refused; then nothing is left."""
    source = _source(shipped)
    for question in QUESTIONS:
        answer = answers[question.name].strip()
        if wrong := question.fault(answer):
            raise Refused(f"{question.name}: {wrong}")
        for place in reversed(_places(question, source)):
            source = source[: place.start(1)] + answer + source[place.end(1) :]
    if folder.exists():
        raise Refused(f"{folder} is there already: choose another folder by --to")
    try:
        folder.mkdir(parents=True)
        shutil.copytree(SHIPPED / shipped / TEMPLATES, folder / TEMPLATES)
        file = folder / "plan.yaml"
        file.write_text(source, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {(error.strerror or 'no reason given').lower()}") from None
    try:
        read_plan(file)
    except WrongPlan:
        shutil.rmtree(folder)
        raise
    return file


def _source(shipped: str) -> str:
    file = SHIPPED / shipped / "plan.yaml"
    known = sorted(path.parent.name for path in SHIPPED.glob("*/plan.yaml"))
    if shipped != "cwe" and shipped in known:
        raise Refused(f"{shipped} is too small to be asked about: copy it, or use --from cwe")
    if shipped not in known:
        raise Refused(f"no plan {shipped!r} comes with Waypost: {instead(shipped, known)}")
    return file.read_text(encoding="utf-8")


def _places(question: Question, source: str) -> list[re.Match[str]]:
    found = list(re.finditer(question.place, source, re.MULTILINE))
    if not found:
        raise Refused(f"the shipped plan has no place for {question.name}")
    return found
