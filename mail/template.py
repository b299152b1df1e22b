"""A message as staff wrote it: a subject between two `---` lines, then a small part of HTML with `[[merge.fields]]`.

    ---
    subject: Your application is due [[deadline.date]]
    ---
    <p>Hello[[if applicant.first_name]] [[applicant.first_name]][[end]],</p>
    <p><a href="[[links.application]]">Open your application</a></p>

A paragraph that holds nothing but a link is shown as a button. Nothing in a template is evaluated: a merge field is
replaced by its value, a block stays when its field is not empty, and that is all there is.
"""

import hashlib
import re
from functools import lru_cache
from typing import Final

from mail.frozen import Frozen
from mail.markup import If, Node, Text, Use, fields_in
from mail.reader import WrongMarkup, read_body, read_subject

MAX_SOURCE: Final = 200_000  # characters; a message is read, not scrolled for ever
REMEMBERED: Final = 64  # templates: a program has some thirty in each language, and they hardly ever change
FENCE: Final = "---"
UNREADABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Template(Frozen):
    """A template that was understood: render it as often as you like."""

    subject: tuple[Node, ...]
    body: tuple[Node, ...]


class TemplateProblem(Frozen):
    """The first thing that is wrong in a template, for the person who wrote it; lines count from 1."""

    line: int
    sentence: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


def parse(source: str, file: str = "") -> Template | TemplateProblem:
    """The template, or the first thing wrong with it. Which merge fields exist is the plan's to know: see `names`."""
    try:
        return _parse(source)
    except WrongMarkup as wrong:
        return TemplateProblem(line=wrong.line, sentence=wrong.sentence, file=file)


def names(template: Template) -> tuple[Use, ...]:
    """Every merge field used, conditions of blocks included: the subject's first, then in order."""
    return (*fields_in(template.subject), *fields_in(template.body))


def template_version(source: str) -> str:
    """Twelve digits of the source's SHA-256, the same whatever line ends a checkout gave it."""
    return hashlib.sha256(source.replace("\r\n", "\n").encode()).hexdigest()[:12]


@lru_cache(REMEMBERED)
def _parse(source: str) -> Template:
    source = source.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(source) > MAX_SOURCE:
        raise WrongMarkup(1, f"a template has at most {MAX_SOURCE:,} characters")
    if unreadable := UNREADABLE.search(source):
        at = source.count("\n", 0, unreadable.start()) + 1
        raise WrongMarkup(at, f"the character U+{ord(unreadable[0]):04X} may not stand in a template")
    lines = source.split("\n")
    if lines[0].rstrip() != FENCE:
        raise WrongMarkup(1, "a template begins with a line ---, then `subject: …`, then another line ---")
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == FENCE), None)
    if end is None:
        raise WrongMarkup(1, "the second line --- is missing, the one after the subject")
    subject = _subject(lines[1:end])
    body = read_body("\n".join(lines[end + 1 :]), end + 2)
    if not _says_something(body):
        raise WrongMarkup(end + 1, "the message has no text outside [[if]] … [[end]]")
    return Template(subject=subject, body=body)


def _subject(front: list[str]) -> tuple[Node, ...]:
    """The subject among the lines between the fences, of which the first is line 2 of the file."""
    subject: tuple[Node, ...] | None = None
    for at, line in enumerate(front, start=2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or key != "subject":
            raise WrongMarkup(at, f"“{key}” is not known here; there is only `subject: …`, on one line")
        if subject is not None:
            raise WrongMarkup(at, "the subject is given twice")
        if not value:
            raise WrongMarkup(at, "the subject is empty")
        if value[0] == value[-1] and value[0] in "\"'":
            raise WrongMarkup(at, "write the subject without quotation marks around it")
        subject = read_subject(value, at)
        if not _says_something(subject):
            raise WrongMarkup(at, "the subject has no text outside [[if]] … [[end]]")
    if subject is None:
        raise WrongMarkup(1, "the subject is missing; write `subject: …` between the lines ---")
    return subject


def _says_something(nodes: tuple[Node, ...]) -> bool:
    """Whether something is left when every block is left out."""
    return any(not isinstance(node, If) and not (isinstance(node, Text) and not node.text.strip()) for node in nodes)
