"""Turns a template and its values into the three parts of an e-mail: subject, HTML and plain text."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from jinja2 import PackageLoader, StrictUndefined
from jinja2 import Template as Layout
from jinja2.sandbox import SandboxedEnvironment

from mail.frozen import Frozen
from mail.html_part import html_of
from mail.look import DAY, FONT, NIGHT
from mail.merge import BadLink, MissingField, merge
from mail.reader_links import CLASS, ReaderLinks
from mail.template import Template
from mail.text_part import opening, text_of, wrapped

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi"})


class Letterhead(Frozen):
    """What every message of a program has around its text.

    `footer`: whole sentences in the reader's language, such as why they get this and the postal address.
    """

    program_title: str
    sender_name: str
    help_address: str | None = None
    locale: str = "en"  # of the template, as a language tag
    footer: tuple[str, ...] = ()


class Rendered(Frozen):
    """A message ready to be addressed. The subject is one line."""

    subject: str
    html: str
    text: str


def render(
    template: Template, fields: Mapping[str, str], letterhead: Letterhead, links: ReaderLinks | None = None
) -> Rendered | MissingField | BadLink:
    """The message with its fields merged in once, each value escaped for the place where it lands.

    Values are plain text. One that holds HTML, `[[brackets]]` or line ends is shown as it is, never obeyed.
    """
    merged_subject = merge(template.subject, fields)
    if isinstance(merged_subject, MissingField | BadLink):
        return merged_subject
    body = merge(template.body, fields)
    if isinstance(body, MissingField | BadLink):
        return body
    subject = " ".join("".join(piece for piece in merged_subject if isinstance(piece, str)).split())
    html = _layout().render(
        lang=letterhead.locale,
        direction="rtl" if letterhead.locale.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr",
        subject=subject,
        preheader=opening(body),
        program_title=letterhead.program_title,
        body=html_of(body),
        footer=letterhead.footer,
        sender_name=letterhead.sender_name,
        help_address=letterhead.help_address,
        own_pages=links.shown if links else (),
        own_pages_class=CLASS,
        day=DAY,
        night=NIGHT,
        font=FONT,
    )
    return Rendered(subject=subject, html=html, text=f"{text_of(body)}\n\n{_signature(letterhead, links)}\n")


def _signature(letterhead: Letterhead, links: ReaderLinks | None) -> str:
    """The letterhead in plain text, after the line `-- ` by which mail programs know a signature."""
    contact = " · ".join(filter(None, (letterhead.sender_name, letterhead.help_address)))
    own_pages = (f"{label}:\n{address}" for label, address in (links.shown if links else ()))
    lines = (letterhead.program_title, *letterhead.footer, contact, *own_pages)
    return "\n".join(("-- ", *(wrapped(line) for line in lines)))


@cache
def _layout() -> Layout:
    """Layouts are the developers'; only plain values reach them."""
    environment = SandboxedEnvironment(
        loader=PackageLoader("mail", "layouts"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("message.html.j2")
