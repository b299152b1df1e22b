"""The reader's pages as HTML: templates of ours, filled with plain values, and what a browser may do with them.

No page holds a script, none asks for anything from elsewhere, and every page works without its style sheet.
"""

import base64
from functools import cache
from hashlib import sha256
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from mail.look import DAY, FONT, NIGHT
from mail.reader_links import without_links

LOCKED: Final = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# The message has styles in its elements, and links that may be followed; in the sandbox nothing else works.
AS_SENT: Final = f"{LOCKED}; style-src 'unsafe-inline'; form-action 'none'; sandbox"


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """One of the templates beside this module. A value that it names and is not given is an error."""
    style, digest = _style()
    html = _environment().get_template(f"{template}.html.j2").render(**values, style=style)
    policy = f"{LOCKED}; style-src 'sha256-{digest}'; form-action 'self'"
    return HTMLResponse(html, status, {"Content-Security-Policy": policy})


def message(html: str) -> HTMLResponse:
    """A kept message as its reader got it, as a document of its own: it reflows, and speaks its own language."""
    return HTMLResponse(without_links(html), headers={"Content-Security-Policy": AS_SENT})


@cache
def _style() -> tuple[str, str]:
    """The style sheet and its hash, by which alone a browser takes it."""
    style = _environment().get_template("page.css.j2").render(day=DAY, night=NIGHT, font=FONT)
    return style, base64.b64encode(sha256(style.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("starter.api", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
