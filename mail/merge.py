"""Puts values into a template. What comes out holds no merge field any more, so nothing can be merged twice."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mail.frozen import Frozen
from mail.links import joined, may_be_sent
from mail.markup import Element, Field, If, Node, Text

# Control characters and lone surrogates can be shown by no mail client, and the latter not even be encoded.
UNSHOWABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
LINE_END: Final = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")


class MissingField(Frozen):
    """A merge field outside every [[if]] has no value: the message is held, never sent with a gap."""

    name: str
    line: int

    @property
    def sentence(self) -> str:
        return f"the template needs {self.name} (line {self.line}), which is empty"


class BadLink(Frozen):
    """With its values merged in, the link of this line leads to none of https, mailto and tel."""

    line: int

    @property
    def sentence(self) -> str:
        return f"the link of line {self.line} does not lead to a complete https, mailto or tel address"


@dataclass(frozen=True, slots=True)
class Shown:
    """An element with its values in place. `href` is a complete address, checked."""

    tag: str
    href: str
    children: "tuple[Piece, ...]"


Piece = str | Shown  # text is plain text, not HTML; a line end in it came with a value and is meant


def merge(nodes: tuple[Node, ...], fields: Mapping[str, str]) -> tuple[Piece, ...] | MissingField | BadLink:
    """The nodes with every field replaced by its value and every block kept or left out."""
    values = {name: cleaned for name, value in fields.items() if (cleaned := _clean(value))}
    kept = tuple(_kept(nodes, values))
    for node in _flat(kept):
        if isinstance(node, Field) and node.name not in values:
            return MissingField(name=node.name, line=node.line)
    for node in _flat(kept):
        if isinstance(node, Element) and node.href and not may_be_sent(joined(node.href, values)):
            return BadLink(line=node.line)
    return _pieces(kept, values)


def _clean(value: str) -> str:
    return UNSHOWABLE.sub("", LINE_END.sub("\n", value)).strip()


def _kept(nodes: Iterable[Node], values: Mapping[str, str]) -> Iterator[Text | Field | Element]:
    """The nodes without their blocks: the content of those that hold, nothing of the others."""
    for node in nodes:
        if isinstance(node, If):
            if node.name in values:
                yield from _kept(node.children, values)
        elif isinstance(node, Element):
            yield node.model_copy(update={"children": tuple(_kept(node.children, values))})
        else:
            yield node


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if isinstance(node, Element):
            yield from node.href
            yield from _flat(node.children)


def _pieces(nodes: Iterable[Node], values: Mapping[str, str]) -> tuple[Piece, ...]:
    done: list[Piece] = []
    for node in nodes:
        if isinstance(node, Text):
            done.append(node.text)
        elif isinstance(node, Field):
            done.append(values[node.name])
        elif isinstance(node, Element) and (node.children or node.tag == "br"):  # a list of blocks all left out is too
            href = joined(node.href, values) if node.href else ""
            done.append(Shown(tag=node.tag, href=href, children=_pieces(node.children, values)))
    return tuple(done)
