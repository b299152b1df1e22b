"""YAML 1.2 with text scalars as a tree of nodes with line numbers: `on`, `no` and `20:00` stay the text they are.

Anchors, aliases and tags are refused: a plan says each thing where it is read. A file has at most 256 KB, 10,000
values in 24 levels, and keys of 120 characters; reading stops at the first place that has more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import yaml

LARGEST: Final = 256 * 1024  # bytes in UTF-8; the largest plan we know has under 30 KB
DEEPEST: Final = 24  # levels; the plan language needs eight
MOST: Final = 10_000  # keys, values and lists; the full example has 805
LONGEST_KEY: Final = 120  # characters; a name has 64

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is left out of some builds
_ODD: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class Fault(NamedTuple):
    """What is wrong in a line, as one sentence."""

    line: int
    sentence: str


class Unreadable(Exception):
    """Nothing behind this place can be read."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = Fault(line, sentence)


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as written, without quotes."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value; `line` is the key's."""

    key: str
    value: "Node"
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries by key, in the order written."""

    entries: dict[str, Entry]
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Values in the order written."""

    items: tuple["Node", ...]
    line: int


Node = Scalar | Mapping | Sequence


def read(text: str) -> tuple[Mapping | None, tuple[Fault, ...]]:
    """The document's mapping, None where it cannot be read to its end, and everything that is wrong with it as YAML."""
    reader = _Reader()
    try:
        return reader.document(text.removeprefix("\ufeff")), tuple(reader.faults)
    except Unreadable as wrong:
        fault = wrong.fault
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        fault = Fault(mark.line + 1 if mark else 1, f"this is not YAML: {said}")
    except yaml.YAMLError as error:
        fault = Fault(1, f"this is not YAML: {str(error).splitlines()[0]}")
    return None, (*reader.faults, fault)


def line_of(root: Node, *path: str) -> int:
    """The line of the deepest part of `path` that is there: keys of mappings, then texts of sequences."""
    node, line = root, root.line
    for step in path:
        match node:
            case Mapping(entries=entries) if entry := entries.get(step):
                node, line = entry.value, entry.line
            case Sequence(items=items):
                found = next((i for i in items if isinstance(i, Scalar) and i.text.strip() == step), None)
                return found.line if found else line
            case _:
                return line
    return line


class _Reader:
    """Reads the parser's events, so that depth is bounded before anything recurses."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.events: Iterator[yaml.Event] = iter(())
        self.count = 0

    def document(self, text: str) -> Mapping:
        if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
            raise Unreadable(1, f"the file is larger than {LARGEST // 1024} KB: keep texts in templates")
        if odd := _ODD.search(text):
            line = text.count("\n", 0, odd.start()) + 1
            raise Unreadable(line, f"the character U+{ord(odd.group()):04X} cannot stand in a plan: remove it")
        self.events = yaml.parse(text, Loader=_LOADER)
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise Unreadable(1, "the file is empty: begin with `program:`")
        root = self.node(next(self.events), 1)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise Unreadable(_line(after), "a second document begins here: a plan is one document")
        if not isinstance(root, Mapping):
            raise Unreadable(root.line, "a plan is a mapping of keys to values: begin with `program:`")
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        self.count += 1
        if self.count > MOST:
            raise Unreadable(
                line, f"the plan has more than {MOST:,} values: make it two programs, or say it in schedules"
            )
        if depth > DEEPEST:
            raise Unreadable(line, f"this is nested more than {DEEPEST} levels deep")
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(line, f"`*{event.anchor}` repeats another place: write the value itself")
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self.faults.append(Fault(line, f"`&{event.anchor}` is an anchor: a plan has none, remove it"))
        if getattr(event, "tag", None):
            self.faults.append(Fault(line, "a tag (`!…`) stands here: all values are text, remove it"))
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(line, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(line, depth)
        return Scalar(event.value if isinstance(event, yaml.ScalarEvent) else "", line)

    def sequence(self, line: int, depth: int) -> Sequence:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), line)

    def mapping(self, line: int, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise Unreadable(key.line, "a key is one word: write `key: value`")
            if len(key.text) > LONGEST_KEY:
                raise Unreadable(key.line, f"`{key.text[:57]}…` is longer than any key: write `key: value`")
            value = self.node(next(self.events), depth + 1)
            if first := entries.get(key.text):
                lines = f"lines {first.line} and {key.line}"
                self.faults.append(Fault(key.line, f"`{key.text}` is written twice, in {lines}: keep one"))
            else:
                entries[key.text] = Entry(key.text, value, key.line)
        return Mapping(entries, line)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
