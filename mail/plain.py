"""What staff type as plain text becomes a template: paragraphs by blank lines, merge fields, and https links."""

import re
from html import escape
from typing import Final

from mail.links import may_be_sent
from mail.template import FENCE, Template, TemplateProblem, parse

HEAD: Final = 3  # lines before the text in the template
# As people write them in a sentence: the full stop or bracket behind an address is not part of it.
ADDRESS: Final = re.compile(r"https://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def written(subject: str, text: str) -> Template | TemplateProblem:
    """The message, or the first thing wrong with it; its line is the text's, and 0 the subject's.

    Nothing in the text is markup but `[[merge.fields]]` and `[[if name]] … [[end]]`.
    """
    one_line = " ".join(subject.split())
    parsed = parse(f"{FENCE}\nsubject: {one_line}\n{FENCE}\n{_body(text)}")
    if isinstance(parsed, TemplateProblem):
        return TemplateProblem(line=max(parsed.line - HEAD, 0), sentence=parsed.sentence)
    return parsed


def as_html(text: str) -> str:
    """The same for what is kept and not sent: `[[` and `]]` mean nothing."""
    return f"{_body(text)}\n"


def _body(text: str) -> str:
    """HTML with as many lines, so that an error names the right one."""
    lines = text.replace("\r\n", "\n").split("\n")
    done = []
    for at, line in enumerate(lines):
        if not line.strip():
            done.append("")
            continue
        begins = at == 0 or not lines[at - 1].strip()
        ends = at == len(lines) - 1 or not lines[at + 1].strip()
        done.append(f"{'<p>' if begins else ''}{_line(line.strip())}{'</p>' if ends else '<br>'}")
    return "\n".join(done)


def _line(line: str) -> str:
    parts, end = [], 0
    for found in ADDRESS.finditer(line):
        if not may_be_sent(found[0]):
            continue
        parts += [escape(line[end : found.start()]), f'<a href="{escape(found[0])}">{escape(found[0])}</a>']
        end = found.end()
    return "".join((*parts, escape(line[end:])))
