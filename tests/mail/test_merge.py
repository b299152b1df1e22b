import pytest

from mail.merge import BadLink, MissingField, Shown, merge
from mail.template import Template, parse


def body(source: str) -> Template:
    template = parse(f"---\nsubject: a\n---\n{source}")
    assert isinstance(template, Template), template
    return template


def words(source: str, fields: dict[str, str]) -> str:
    pieces = merge(body(source).body, fields)
    assert isinstance(pieces, tuple), pieces
    return "".join(_text(piece) for piece in pieces)


def _text(piece: str | Shown) -> str:
    return piece if isinstance(piece, str) else "".join(_text(child) for child in piece.children)


@pytest.mark.parametrize("fields", [{}, {"applicant.first_name": ""}, {"applicant.first_name": " \n\x00"}])
def test_an_empty_field_outside_every_block_holds_the_message(fields: dict[str, str]) -> None:
    found = merge(body("<p>a</p>\n<p>Dear [[applicant.first_name]],</p>").body, fields)
    assert found == MissingField(name="applicant.first_name", line=5)
    assert isinstance(found, MissingField)
    assert found.sentence == "the template needs applicant.first_name (line 5), which is empty"


def test_an_empty_field_holds_the_message_inside_the_block_of_another_field_too() -> None:
    found = merge(body("<p>a [[if item]][[item]]: [[event.note]][[end]]</p>").body, {"item": "x"})
    assert found == MissingField(name="event.note", line=4)


def test_a_block_stays_when_its_field_is_not_empty_and_falls_away_with_all_in_it_when_it_is() -> None:
    source = "<p>a[[if x]] x=[[x]][[if y]] y=[[y]][[end]][[end]] z</p>"
    assert words(source, {"x": "1", "y": "2"}) == "a x=1 y=2 z"
    assert words(source, {"x": "1"}) == "a x=1 z"
    assert words(source, {"y": "2"}) == "a z"


def test_an_element_that_held_only_blocks_falls_away_with_them() -> None:
    assert merge(body("<p>a</p><ul>[[if x]]<li>b</li>[[end]]</ul>").body, {}) == (Shown("p", "", ("a",)),)


def test_a_value_is_never_merged_a_second_time() -> None:
    assert words("<p>[[x]] [[y]]</p>", {"x": "[[y]]", "y": "[[if x]]"}) == "[[y]] [[if x]]"


def test_a_value_loses_what_no_mail_program_can_show_and_keeps_its_lines() -> None:
    assert words("<p>[[x]]</p>", {"x": " a\x00b\ud800\r\nc\u2028d\x0be "}) == "ab\nc\nd\ne"


@pytest.mark.parametrize("value", ["javascript:alert(1)", "portal", "https://a.example/\nb", "https://a.example/ b"])
def test_a_link_that_leads_elsewhere_once_merged_holds_the_message(value: str) -> None:
    found = merge(body('<p>a</p>\n<p>\n<a href="[[x]]">b</a></p>').body, {"x": value})
    assert found == BadLink(line=6)
    assert isinstance(found, BadLink)
    assert value not in found.sentence


def test_a_wrong_link_inside_a_block_that_falls_away_does_not_matter() -> None:
    assert words('<p>a[[if y]]<a href="[[x]]">b</a>[[end]]</p>', {"x": "nowhere"}) == "a"
