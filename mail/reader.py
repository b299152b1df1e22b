"""Reads what staff wrote, strictly: whatever is not understood is an error with its line.

Strict because a lenient reader repairs, and every mail client repairs differently. `html.parser` is lenient, and
differently so from one Python release to the next; the part of HTML allowed here needs no more than one expression.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from mail.links import shape_problem
from mail.markup import CONTENT, TOP, WITHOUT_TEXT, Element, Field, If, Node, Text

MAX_BLOCKS: Final = 3  # [[if]] inside [[if]] inside [[if]]
MAX_DEPTH: Final = 12  # elements and blocks together, because reading, merging and writing recurse
IF: Final = "[[if]]"  # its kind on the stack; no tag is called that

MERGE: Final = re.compile(r"\[\[(?P<merge>.*?)\]\]")
TOKEN: Final = re.compile(MERGE.pattern + r"|<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)(?P<rest>(?:[\s/][^<>]*)?)>")
HREF: Final = re.compile(r"""\s+href\s*=\s*(?P<quote>["'])(?P<url>[^"']*)(?P=quote)\s*""")
ATTRIBUTE: Final = re.compile(r"[^\s=/]+")
NAME: Final = re.compile(r"(?!(?:if|else|end)\Z)[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)*")
NOT_LITERAL: Final = (
    ("[[", "this [[ has no ]] on its line, as in [[applicant.name]]"),
    ("]]", "this ]] has no [[ before it on its line, as in [[applicant.name]]"),
    ("<", "this < begins no tag; write &lt; for the sign itself, and leave no comments"),
)
SPACE: Final = re.compile(r"[ \t\r\n\f]+")  # HTML's own; a no-break space stays


class WrongMarkup(Exception):
    """What is wrong in a template and on which line; `template.parse` makes a value of it."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


def read_body(source: str, line: int) -> tuple[Node, ...]:
    """The tree of a message body whose first line is `line` of its file. Raises WrongMarkup."""
    return _Reader(html=True).read(source, line)


def read_subject(source: str, line: int) -> tuple[Node, ...]:
    """The parts of a subject: text, merge fields, blocks; `<` and `&` are themselves. Raises WrongMarkup."""
    return _Reader(html=False).read(source, line)


@dataclass
class _Open:
    """An element or a block whose end has not come yet."""

    kind: str  # a tag, IF or TOP
    line: int
    name: str = ""  # of a block
    href: tuple[Text | Field, ...] = ()
    children: list[Node] = field(default_factory=list)

    @property
    def written(self) -> str:
        return f"[[if {self.name}]]" if self.kind == IF else f"<{self.kind}>"

    def node(self) -> Node:
        if self.kind == IF:
            return If(name=self.name, line=self.line, children=tuple(self.children))
        return Element(tag=self.kind, line=self.line, href=self.href, children=tuple(self.children))


class _Reader:
    def __init__(self, *, html: bool) -> None:
        self._html = html
        self._open = [_Open(TOP, 0)]

    def read(self, source: str, line: int) -> tuple[Node, ...]:
        end = 0
        for token in (TOKEN if self._html else MERGE).finditer(source):
            self._literal(source[end : token.start()], line)
            line += source.count("\n", end, token.start())
            found = token.groupdict()
            if found["merge"] is not None:
                self._merge(found["merge"], line)
            elif found["close"]:
                self._end_tag(found["tag"].lower(), found["rest"], line)
            else:
                self._start_tag(found["tag"].lower(), found["rest"], line)
            line += token[0].count("\n")
            end = token.end()
        self._literal(source[end:], line)
        if len(self._open) > 1:
            raise WrongMarkup(self._open[-1].line, f"{self._open[-1].written} is never closed")
        return tuple(self._open[0].children)

    @property
    def _parent(self) -> str:
        """The element that what comes now stands in; blocks are transparent."""
        return next(entry.kind for entry in reversed(self._open) if entry.kind != IF)

    def _literal(self, text: str, line: int) -> None:
        for sign, sentence in NOT_LITERAL if self._html else NOT_LITERAL[:2]:
            if sign in text:
                raise WrongMarkup(line + text.count("\n", 0, text.find(sign)), sentence)
        if self._no_text_here:
            if text.strip():
                line += text.count("\n", 0, len(text) - len(text.lstrip()))
                raise WrongMarkup(line, f"text stands {self._inside}; put it into <{self._home}>")
        elif text:
            self._open[-1].children.append(Text(text=SPACE.sub(" ", unescape(text) if self._html else text)))

    @property
    def _no_text_here(self) -> bool:
        return self._html and self._parent in WITHOUT_TEXT

    @property
    def _inside(self) -> str:
        return f"in <{self._parent}>" if self._parent else "by itself"

    @property
    def _home(self) -> str:
        return "li" if self._parent else "p"

    def _merge(self, inner: str, line: int) -> None:
        if inner == "end":
            self._end(IF, "[[end]]", line)
        elif NAME.fullmatch(inner):
            if self._no_text_here:
                raise WrongMarkup(line, f"[[{inner}]] stands {self._inside}; put it into <{self._home}>")
            self._open[-1].children.append(Field(name=inner, line=line))
        elif inner.startswith("if ") and NAME.fullmatch(inner[3:]):
            if sum(entry.kind == IF for entry in self._open) >= MAX_BLOCKS:
                raise WrongMarkup(line, f"[[if]] is nested more than {MAX_BLOCKS} deep")
            self._start(_Open(IF, line, name=inner[3:]))
        else:
            raise WrongMarkup(line, f"[[{inner}]] is not understood; write [[name]], [[if name]] or [[end]]")

    def _start_tag(self, tag: str, rest: str, line: int) -> None:
        if tag not in CONTENT:
            known = ", ".join(name for name in CONTENT if name)
            raise WrongMarkup(line, f"<{tag}> is not allowed in a message; allowed are {known}")
        if tag not in CONTENT[self._parent]:
            raise WrongMarkup(line, f"<{tag}> may not stand {self._inside}")
        if tag == "a" and any(entry.kind == "a" for entry in self._open):
            raise WrongMarkup(line, "a link may not stand in another link")
        opened = _Open(tag, line, href=self._href(tag, rest, line))
        if tag == "br":
            self._open[-1].children.append(opened.node())
        else:
            self._start(opened)

    def _href(self, tag: str, rest: str, line: int) -> tuple[Text | Field, ...]:
        found = HREF.fullmatch(rest)
        if tag == "a" and found:
            parts = _parts(found["url"], line + rest.count("\n", 0, found.start("url")))
            if problem := shape_problem(parts):
                raise WrongMarkup(line, problem)
            return parts
        if tag == "a":
            raise WrongMarkup(line, 'a link is written <a href="…">, with no other attribute')
        if rest.strip(" \t\r\n/") or ("/" in rest and tag != "br"):
            written = ATTRIBUTE.search(rest)
            raise WrongMarkup(line, f"<{tag}> takes no attribute ({written[0] if written else '/'})")
        return ()

    def _end_tag(self, tag: str, rest: str, line: int) -> None:
        if rest.strip():
            raise WrongMarkup(line, f"</{tag}> takes no attribute")
        self._end(tag, f"</{tag}>", line)

    def _start(self, entry: _Open) -> None:
        if len(self._open) > MAX_DEPTH:
            raise WrongMarkup(entry.line, f"{entry.written} is nested more than {MAX_DEPTH} deep")
        self._open.append(entry)

    def _end(self, kind: str, written: str, line: int) -> None:
        last = self._open[-1]
        if last.kind == TOP:
            raise WrongMarkup(line, f"{written} closes nothing")
        if last.kind != kind:
            raise WrongMarkup(line, f"{written} comes before the end of {last.written} of line {last.line}")
        self._open.pop()
        self._open[-1].children.append(last.node())


def _parts(url: str, line: int) -> tuple[Text | Field, ...]:
    """The text and the merge fields of a link's address. Raises WrongMarkup for a block or a stray bracket."""
    parts: list[Text | Field] = []
    for position, piece in enumerate(MERGE.split(url.strip())):
        if position % 2 == 0:
            if "[[" in piece or "]]" in piece:
                raise WrongMarkup(line, "[[ and ]] belong together on one line, as in [[links.application]]")
            if piece:
                parts.append(Text(text=unescape(piece)))
        elif NAME.fullmatch(piece):
            parts.append(Field(name=piece, line=line))
        else:
            raise WrongMarkup(line, f"[[{piece}]] is not allowed in a link; write [[name]]")
    return tuple(parts)
