"""A message as a letter: one HTML file for the printer, complete by itself, on A4 and on US Letter."""

from collections.abc import Mapping
from functools import cache

from jinja2 import PackageLoader, StrictUndefined
from jinja2 import Template as Layout
from jinja2.sandbox import SandboxedEnvironment

from mail.frozen import Frozen
from mail.html_part import html_of
from mail.merge import BadLink, MissingField, merge
from mail.render import RIGHT_TO_LEFT, Letterhead
from mail.template import Template


class Printed(Frozen):
    """The letter; the subject is one line."""

    subject: str
    html: str


def letter(
    template: Template, fields: Mapping[str, str], letterhead: Letterhead, reader: str, date: str
) -> Printed | MissingField | BadLink:
    """The message with its fields merged in, to `reader`, dated `date` as people write it."""
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
        program_title=letterhead.program_title,
        reader=reader,
        date=date,
        body=html_of(body),
        footer=letterhead.footer,
        sender_name=letterhead.sender_name,
        help_address=letterhead.help_address,
    )
    return Printed(subject=subject, html=html)


@cache
def _layout() -> Layout:
    environment = SandboxedEnvironment(
        loader=PackageLoader("mail", "layouts"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("letter.html.j2")
