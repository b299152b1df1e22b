"""Writes the plain-text part: complete by itself, 72 characters wide, every link with its address.

For people who read without HTML, for screen readers and for the grep of a mail folder.
"""

import textwrap
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from mail.html_part import lone_link
from mail.markup import INLINE, LISTS
from mail.merge import Piece, Shown

WIDTH: Final = 72


def text_of(pieces: Iterable[Piece], width: int = WIDTH) -> str:
    """The pieces as paragraphs separated by empty lines. A word longer than a line, such as an address, stays whole."""
    return "\n\n".join(_blocks(pieces, width))


def opening(pieces: Iterable[Piece]) -> str:
    """The first sentence or so that says something, for the preview of an inbox: a salutation does not."""
    for piece in pieces:
        if isinstance(piece, Shown) and piece.tag == "p" and not lone_link(piece):
            text = " ".join(_inline(piece.children).split())
            if text and not text.endswith(","):
                return textwrap.shorten(text, 140, placeholder=" …")
    return ""


def _blocks(pieces: Iterable[Piece], width: int) -> list[str]:
    blocks: list[str] = []
    for inline, run in groupby(pieces, key=lambda piece: isinstance(piece, str) or piece.tag in INLINE):
        if inline:
            blocks.append(wrapped(_inline(run), width))
        else:
            blocks.extend(_block(piece, width) for piece in run if isinstance(piece, Shown))
    return [block for block in blocks if block]


def _block(piece: Shown, width: int) -> str:
    if piece.tag in LISTS:
        return _list(piece, width)
    if piece.tag == "blockquote":
        lines = "\n\n".join(_blocks(piece.children, width - 2)).split("\n")
        return "\n".join(f"> {line}".rstrip() for line in lines)
    if link := lone_link(piece):
        return wrapped(_labelled(link), width)
    text = wrapped(_inline(piece.children), width)
    if piece.tag == "h2" and text:
        return f"{text}\n{'-' * max(len(line) for line in text.splitlines())}"
    return text


def _list(piece: Shown, width: int) -> str:
    items = []
    for number, item in enumerate((child for child in piece.children if isinstance(child, Shown)), start=1):
        marker = f"{number}. " if piece.tag == "ol" else "- "
        link = lone_link(item)
        inner = width - len(marker)
        text = wrapped(_labelled(link), inner) if link else "\n".join(_blocks(item.children, inner))
        items.append(marker + textwrap.indent(text, " " * len(marker)).lstrip())
    return "\n".join(items)


def _inline(pieces: Iterable[Piece]) -> str:
    """Running text; a line end in it is meant."""
    done = []
    for piece in pieces:
        if isinstance(piece, str):
            done.append(piece)
        elif piece.tag == "br":
            done.append("\n")
        elif piece.tag == "a":
            label, address = _link(piece)
            done.append(label if label == address else f"{label} ({address})")
        else:
            done.append(_inline(piece.children))
    return "".join(done)


def _labelled(link: Shown) -> str:
    label, address = _link(link)
    return label if label == address else f"{label}: {address}"


def _link(link: Shown) -> tuple[str, str]:
    """What a link says and where it leads, `mailto:` and `tel:` left out."""
    label = " ".join(_inline(link.children).split())
    address = link.href.removeprefix("mailto:").removeprefix("tel:")
    return label or address, address


def wrapped(text: str, width: int = WIDTH) -> str:
    """The lines of a text, each folded to `width`."""
    lines = []
    for line in text.strip().split("\n"):
        lines.extend(textwrap.wrap(line.strip(), width, break_long_words=False, break_on_hyphens=False) or [""])
    return "\n".join(lines)
