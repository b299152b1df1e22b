"""What staff type becomes a message, and never anything that they did not type."""

import pytest

from mail.plain import written
from mail.render import Rendered, render
from mail.template import Template, TemplateProblem, names
from tests.mail.sample import LETTERHEAD


def shown(text: str, subject: str = "News", **fields: str) -> Rendered:
    template = written(subject, text)
    assert isinstance(template, Template), template
    done = render(template, {name.replace("__", "."): value for name, value in fields.items()}, LETTERHEAD)
    assert isinstance(done, Rendered), done
    return done


def test_blank_lines_part_paragraphs_and_line_ends_stay() -> None:
    text = shown("Dear Ada,\n\nyour seat is\nroom 4.\n\n\nThe desk\n").text
    assert text.startswith("Dear Ada,\n\nyour seat is\nroom 4.\n\nThe desk\n\n-- ")


def test_lines_that_end_as_on_windows_read_the_same() -> None:
    assert shown("One\r\n\r\ntwo\r\nthree").text == shown("One\n\ntwo\nthree").text


def test_html_in_the_text_is_shown_and_not_obeyed() -> None:
    done = shown('<b onclick="x">R&D</b> <script>', subject="a < b & c")
    assert "&lt;b onclick=&#34;x&#34;&gt;R&amp;D&lt;/b&gt; &lt;script&gt;" in done.html
    assert '<b onclick="x">R&D</b> <script>' in done.text
    assert done.subject == "a < b & c"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://portal.example.org/a?b=1&c=2.", "https://portal.example.org/a?b=1&amp;c=2"),
        ("(https://portal.example.org/a)", "https://portal.example.org/a"),
        ("Is it https://portal.example.org?", "https://portal.example.org"),
    ],
)
def test_an_https_address_becomes_a_link_without_the_punctuation_behind_it(text: str, address: str) -> None:
    assert f'href="{address}"' in shown(text).html
    assert shown(text).text.startswith(text)


@pytest.mark.parametrize(
    "text", ["http://example.org/a", "javascript:alert(1)", "https://user@example.org/", "www.a.org"]
)
def test_nothing_else_becomes_a_link(text: str) -> None:
    assert f">{text}</p>" in shown(text).html


def test_an_address_alone_in_its_paragraph_is_no_button() -> None:
    assert "on-button" not in shown("Here:\n\nhttps://portal.example.org/a").html.partition("</style>")[2]


def test_merge_fields_and_blocks_work_as_in_templates() -> None:
    text = "Hello[[if applicant.first_name]] [[applicant.first_name]][[end]],\n\nit is [[program.title]]."
    assert shown(text, applicant__first_name="Ada", program__title="R&D").text.startswith("Hello Ada,\n\nit is R&D.")
    template = written("To [[applicant.name]]", text)
    assert isinstance(template, Template)
    assert {use.name for use in names(template)} == {"applicant.name", "applicant.first_name", "program.title"}


@pytest.mark.parametrize(
    ("subject", "text", "line"),
    [("News", "Hello,\n\nall is\n[[well", 4), ("News", "[[if a]]", 1), ("", "Hello", 0), ("News", "\n \n", 0)],
)
def test_what_is_wrong_is_said_with_its_line(subject: str, text: str, line: int) -> None:
    problem = written(subject, text)
    assert isinstance(problem, TemplateProblem)
    assert problem.line == line
