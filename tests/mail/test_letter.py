"""Letters: complete by themselves, fit for the paper of both worlds, and never more than their template says."""

import re

import pytest

from mail.letter import Printed, letter
from mail.merge import MissingField
from mail.template import Template, parse
from tests.mail.sample import FULL, LETTERHEAD

SOURCE = """---
subject: Your application is due [[deadline.on]]
---
<p>Hello [[applicant.name]],</p>
<p>see <a href="https://portal.example.org/help">the help pages</a>.</p>
<p><a href="[[links.application]]">Open your application</a></p>
"""


def printed(source: str = SOURCE, reader: str = "Ada Lovelace", **fields: str) -> Printed:
    template = parse(source)
    assert isinstance(template, Template), template
    done = letter(template, {**FULL, **fields}, LETTERHEAD, reader, "5 October 2026")
    assert isinstance(done, Printed), done
    return done


def test_a_letter_says_who_writes_to_whom_when_and_what() -> None:
    page = printed().html
    for part in ("Certified Widget Engineer", "Ada Lovelace", "5 October 2026", f"<h1>{printed().subject}</h1>"):
        assert part in page
    assert page.count("Open your application") == 1


def test_a_letter_loads_nothing_from_anywhere() -> None:
    page = printed().html
    assert not re.findall(r"<(?:script|link|img|iframe|object)\b|@import|url\(|src=", page)


def test_the_paper_is_the_printers_own_and_links_show_where_they_lead() -> None:
    page = printed().html
    assert "@page { margin: 25mm 22mm; }" in page
    assert not re.search(r"size:\s*(A4|letter)", page)
    assert 'content: " (" attr(href) ")"' in page


def test_values_are_escaped_where_they_land() -> None:
    page = printed(reader="<b>Ada</b>", **{"applicant.name": "<i>Ada</i>"}).html
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "&lt;i&gt;Ada&lt;/i&gt;" in page


def test_the_same_message_is_the_same_page() -> None:
    assert printed() == printed()


@pytest.mark.parametrize(
    "part", ["subject: [[applicant.name]]\n---\n<p>a</p>", "subject: a\n---\n<p>[[applicant.name]]</p>"]
)
def test_a_field_without_a_value_leaves_no_gap(part: str) -> None:
    template = parse(f"---\n{part}")
    assert isinstance(template, Template)
    assert letter(template, {}, LETTERHEAD, "Ada", "today") == MissingField(
        name="applicant.name", line=2 if "subject: [[" in part else 4
    )
