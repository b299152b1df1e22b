"""What a message is made of: the small part of HTML that staff write, merge fields and conditional blocks."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from mail.frozen import Frozen


class Text(Frozen):
    """Literal text: character references resolved, runs of white space collapsed as HTML does."""

    text: str


class Field(Frozen):
    """A merge field, `[[name]]`."""

    name: str
    line: int


class If(Frozen):
    """A block that stays when the field `name` is not empty, `[[if name]] … [[end]]`."""

    name: str
    line: int
    children: "tuple[Node, ...]"


class Element(Frozen):
    """An element of the allow-list. `href` only for `a`, which has it always."""

    tag: str
    line: int
    href: tuple[Text | Field, ...] = ()
    children: "tuple[Node, ...]" = ()


Node = Text | Field | If | Element

TOP: Final = ""  # the message itself, as the parent of what stands outermost
INLINE: Final = frozenset({"a", "strong", "em", "br"})
LISTS: Final = frozenset({"ul", "ol"})
# What may stand directly inside what. Tables are the layout's, images would need an address on the open web.
CONTENT: Final = {
    TOP: LISTS | {"p", "h2", "blockquote"},
    **dict.fromkeys(LISTS, frozenset({"li"})),
    **dict.fromkeys(("li", "blockquote"), INLINE | LISTS | {"p"}),
    **dict.fromkeys(("p", "h2", "strong", "em"), INLINE),
    "a": INLINE - {"a"},
    "br": frozenset[str](),
}
WITHOUT_TEXT: Final = LISTS | {TOP, "br"}


class Use(NamedTuple):
    """A merge field used; a bare one is read outside every block, so that a message without it cannot go."""

    name: str
    line: int
    bare: bool = False


def fields_in(nodes: tuple[Node, ...], *, bare: bool = True) -> Iterator[Use]:
    """Every merge field, in the order of the source; the condition of a block before its content."""
    for node in nodes:
        if isinstance(node, Field | If):
            yield Use(node.name, node.line, bare and isinstance(node, Field))
        if isinstance(node, Element):
            yield from fields_in(node.href, bare=bare)
        if isinstance(node, Element | If):
            yield from fields_in(node.children, bare=bare and isinstance(node, Element))
