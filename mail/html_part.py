"""Writes the HTML of a message's body. Every value is escaped where it lands; tags come from the template alone.

One exception is meant: a line end in a value (a reviewer's note of several lines) becomes `<br>`.
"""

from collections.abc import Iterable

from markupsafe import Markup, escape

from mail.look import BUTTON, BUTTON_CELL, STYLE
from mail.markup import INLINE
from mail.merge import Piece, Shown

LINE_BREAK = Markup("<br>")
ELEMENT = Markup('<{tag} class="{tag}" style="{style}">{inner}</{tag}>{end}')
LINK = Markup('<a class="a" href="{href}" style="{style}">{inner}</a>')
BUTTON_TABLE = Markup(
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:6px 0 24px"><tr>'
    '<td class="button" style="{cell}"><a class="on-button" href="{href}" style="{style}">{inner}</a></td>'
    "</tr></table>\n"
)


def html_of(pieces: Iterable[Piece]) -> Markup:
    """The pieces as HTML, in order."""
    return Markup("").join(_html(piece) for piece in pieces)


def lone_link(piece: Shown) -> Shown | None:
    """The link of an element that holds nothing else: a button in HTML, a line `Label: address` in text."""
    inner = [child for child in piece.children if not (isinstance(child, str) and not child.strip())]
    if len(inner) == 1 and isinstance(inner[0], Shown) and inner[0].tag == "a":
        return inner[0]
    return None


def _html(piece: Piece) -> Markup:
    if isinstance(piece, str):
        return LINE_BREAK.join(escape(line) for line in piece.split("\n"))
    if piece.tag == "br":
        return LINE_BREAK
    link = lone_link(piece) if piece.tag == "p" else None
    if link is not None and link.children != (link.href,):  # an address that shows itself is for reading
        return BUTTON_TABLE.format(cell=BUTTON_CELL, href=link.href, style=BUTTON, inner=html_of(link.children))
    if piece.tag == "a":
        return LINK.format(href=piece.href, style=STYLE["a"], inner=html_of(piece.children))
    return ELEMENT.format(
        tag=piece.tag,
        style=STYLE[piece.tag],
        inner=html_of(piece.children),
        end="" if piece.tag in INLINE else "\n",
    )
