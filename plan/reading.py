"""Turns the nodes of a plan into values.

Every problem is noted with its line, and reading goes on with a harmless value, so that one look finds all of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from plan import document
from plan.document import Entry, Node, Scalar
from plan.period import Period
from plan.problem import Problem, clip, instead

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")  # no dots: dots part the words of keys and merge fields
FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
PART_OF_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")  # a journey's id is made of these
# RFC 5322's dot-atom in ASCII, as mail leaves; an international domain is written in its xn-- form.
ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS: Final = re.compile(rf"(?=.{{3,254}}$){ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})+")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_LONG: Final = re.compile(r"(`[^`]{57})[^`]{143,}`")  # quoted; what nobody would read to its end
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


MOST_PROBLEMS: Final = 100  # nobody mends more between two looks, and each takes time to word


class Enough(Exception):
    """So many problems that looking for more is of no use."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one construct: those of this version and those of plans that it does not run yet."""

    what: str
    known: frozenset[str]
    later: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reader:
    """Collects the problems of one file while it reads values."""

    file: str
    found: dict[Problem, None] = field(default_factory=dict)

    def wrong(self, line: int, sentence: str, file: str | None = None) -> None:
        """Note a problem of the plan, or of the `file` beside it; the same one of a line once. Raises Enough."""
        if len(self.found) == MOST_PROBLEMS:
            raise Enough
        sentence = _LONG.sub(r"\1…`", sentence)
        self.found[Problem(file=file or self.file, line=line, sentence=sentence)] = None

    def problems(self) -> tuple[Problem, ...]:
        """All of them, in the order of the file."""
        return tuple(sorted(self.found, key=lambda p: (p.file != self.file, p.file, p.line)))

    def later(self, line: int, key: str) -> None:
        """Note a construct of the plan language that is not covered yet."""
        self.wrong(line, f"not supported yet: {key}")

    def table(self, node: Node, keys: Keys) -> dict[str, Node]:
        """The values of a construct by key; unknown keys are noted and left out."""
        found: dict[str, Node] = {}
        for entry in self.entries(node, keys.what):
            if entry.key in keys.known:
                found[entry.key] = entry.value
            elif entry.key in keys.later:
                self.later(entry.line, entry.key)
            else:
                self.wrong(
                    entry.line, f"`{clip(entry.key)}` is no key of {keys.what}: {instead(entry.key, keys.known)}"
                )
        return found

    def entries(self, node: Node, what: str) -> Iterable[Entry]:
        """The entries of a mapping, none of anything else."""
        if isinstance(node, document.Mapping):
            return node.entries.values()
        self.wrong(node.line, f"{what} is written as keys with values: `key: value`")
        return ()

    def named(self, node: Node, what: str, pattern: re.Pattern[str] = NAME) -> Iterable[Entry]:
        """The entries of a mapping whose keys the plan chooses; `what` is such as "a stage"."""
        for entry in self.entries(node, f"{what} has a name and"):
            if not pattern.fullmatch(entry.key):
                self.wrong(entry.line, f"`{clip(entry.key)}` cannot name {what}: {spelt(pattern)}")
            yield entry

    def items(self, node: Node) -> tuple[Node, ...]:
        """The values of a list; one value alone is a list of one."""
        if isinstance(node, document.Sequence):
            if not node.items:
                self.wrong(node.line, "the list is empty: write at least one value, or leave the key out")
            return node.items
        return (node,)

    def text(self, node: Node) -> str:
        """Text that is not empty."""
        if not isinstance(node, Scalar) or not node.text.strip():
            self.wrong(node.line, "write a text here")
            return ""
        return node.text.strip()

    def words(self, node: Node) -> tuple[str, ...]:
        """A list of texts, none twice."""
        words = [self.text(item) for item in self.items(node)]
        seen: set[str] = set()
        for word in words:
            if word in seen:
                self.wrong(node.line, f"`{clip(word)}` is listed twice: keep one")
            seen.add(word)
        return tuple(dict.fromkeys(w for w in words if w))

    def one_of(self, node: Node, known: Iterable[str]) -> str | None:
        """One word out of a closed list."""
        word = self.text(node)
        if word and word not in (names := tuple(known)):
            self.wrong(node.line, f"`{clip(word)}` is not known here: {instead(word, names)}")
            return None
        return word or None

    def flag(self, node: Node) -> bool:
        """`true` or `false`."""
        return self.one_of(node, ("true", "false")) == "true"

    def count(self, node: Node, most: int) -> int:
        """A whole number from 1."""
        text = self.text(node)
        if text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most:
            return int(text)
        if text:
            self.wrong(node.line, f"`{clip(text)}` is no number from 1 to {most}")
        return 1

    def length(self, node: Node) -> Period | None:
        """A length of calendar time, without a sign."""
        text = self.text(node)
        if re.search(r"business|working", text):
            self.later(node.line, "business days")
        elif re.match(r"[-+−–]", text):
            plain = clip(text[1:].strip())
            self.wrong(node.line, f"`{clip(text)}` has a sign: write `{plain}`, the key says the direction")
        elif text:
            try:
                return Period.parse(text)
            except ValueError as error:
                self.wrong(node.line, str(error))
        return None

    def period(self, node: Node) -> Period:
        """A length of calendar time, without a sign; none in place of a wrong one."""
        return self.length(node) or Period()

    def span(self, node: Node) -> timedelta:
        """A length of time in days or less, a day being 24 hours."""
        try:
            return self.period(node).elapsed()
        except ValueError as error:
            self.wrong(node.line, str(error))
            return timedelta(0)

    def clock(self, node: Node) -> time | None:
        """A local time of day, to the second."""
        text = self.text(node)
        match = _CLOCK.fullmatch(text)
        if match is None and text:
            self.wrong(node.line, f'`{clip(text)}` is not a time of day: write one such as "09:00" or "23:59:59"')
        return time(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None

    def day(self, node: Node) -> date | datetime | None:
        """A date, or a date with a local time."""
        text = self.text(node)
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
            if _DAY.match(text) and _CLOCK.fullmatch(text[11:]) and text[10] in "T ":
                return datetime.fromisoformat(text)
        except ValueError:
            pass
        if text:
            self.wrong(
                node.line, f"`{clip(text)}` is not a date: write one such as 2026-12-31, in the plan's time zone"
            )
        return None

    def address(self, node: Node) -> str:
        """An e-mail address of the program itself."""
        text = self.text(node)
        if text and not ADDRESS.fullmatch(text):
            self.wrong(node.line, f"`{clip(text)}` is not an e-mail address: write one such as help@example.org")
        return text


def spelt(pattern: re.Pattern[str]) -> str:
    """How a name of this pattern is spelt."""
    if pattern is PART_OF_ID:
        return "use letters, digits, `.`, `_` and `-`, at most 32 in all, beginning with a letter or digit"
    dash = " and `_`" if pattern is FIELD else ", `_` and `-`"
    return f"begin with a letter, go on with letters, digits{dash}, at most 64 in all"
