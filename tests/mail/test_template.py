import pytest

from mail.template import Template, TemplateProblem, names, parse, template_version

FRONT = "---\nsubject: Hello\n---\n"


def problem(source: str) -> TemplateProblem:
    found = parse(source, "welcome.en.html")
    assert isinstance(found, TemplateProblem)
    return found


def fit(source: str) -> Template:
    found = parse(source)
    assert isinstance(found, Template), found
    return found


def test_names_are_listed_with_their_lines_the_subject_first() -> None:
    template = fit(
        "---\nsubject: Due [[deadline.date]][[if item]]: [[item]][[end]]\n---\n"
        "<p>Hello\n[[applicant.first_name]],</p>\n"
        '[[if clock.due.on]]<p>\n<a\nhref="[[links.application]]?d=[[cycle]]">Open</a></p>[[end]]\n'
    )
    assert names(template) == (
        ("deadline.date", 2, True),
        ("item", 2, False),
        ("item", 2, False),
        ("applicant.first_name", 5, True),
        ("clock.due.on", 6, False),
        ("links.application", 8, False),
        ("cycle", 8, False),
    )


def test_a_field_is_bare_when_no_block_asks_for_anything_first() -> None:
    template = fit(FRONT + "<p><a href='[[links.a]]'>[[a]]</a> [[if b]]<strong>[[c]]</strong>[[end]] [[d]]</p>")
    assert [name for name, _, bare in names(template) if bare] == ["links.a", "a", "d"]


def test_brackets_written_as_character_references_are_no_merge_field() -> None:
    assert names(fit(FRONT + "<p>&#91;&#91;item]&#93;</p>")) == ()


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("<p>a</p>\n<script>x</script>", 5, "<script> is not allowed"),
        ("<p>a</p>\n\n<img src='https://a.example/b.png'>", 6, "<img> is not allowed"),
        ('<p\nonclick="x">a</p>', 4, "takes no attribute (onclick)"),
        ('<p style="color:red">a</p>', 4, "takes no attribute (style)"),
        ('<p><a href="https://a.example" target="_blank">a</a></p>', 4, "no other attribute"),
        ("<p><a>a</a></p>", 4, "a link is written"),
        ('<p>a\n<a href="javascript:alert(1)">a</a></p>', 5, "must begin with https://"),
        ('<p><a href="http://a.example">a</a></p>', 4, "must begin with https://"),
        ('<p><a href="JaVaScRiPt:x[[item]]">a</a></p>', 4, "may be the beginning of a link"),
        ('<p><a href="https://a.example[[item]]">a</a></p>', 4, "may be the beginning of a link"),
        ('<p><a href="">a</a></p>', 4, "leads nowhere"),
        ('<p><a href="[[if item]]x">a</a></p>', 4, "[[if item]] is not allowed in a link"),
        ('<p><a href="https://a.example/[[item">a</a></p>', 4, "[["),
        ("<p>a <b>b</b></p>", 4, "<b> is not allowed"),
        ("<p>a</p><!-- note -->", 4, "leave no comments"),
        ("<p>1 < 2</p>", 4, "write &lt;"),
        ("<!DOCTYPE html><p>a</p>", 4, "write &lt;"),
        ("<p>a\n[[ item ]]</p>", 5, "[[ item ]] is not understood"),
        ('<p\n><a\nhref="https://a.example">a</a>\n[[ item ]]</p>', 7, "[[ item ]] is not understood"),
        ("<p>[[item|upper]]</p>", 4, "is not understood"),
        ("<p>[[if]]</p>", 4, "[[if]] is not understood"),
        ("<p>[[else]]</p>", 4, "[[else]] is not understood"),
        ("<p>a\nb [[item</p>", 5, "this [[ has no ]]"),
        ("<p>a ]]</p>", 4, "this ]] has no [["),
        ("<p>[[if item]]a</p>", 4, "</p> comes before the end of [[if item]] of line 4"),
        ("[[if item]]<p>a</p>", 4, "[[if item]] is never closed"),
        ("<p>[[end]]</p>", 4, "[[end]] comes before the end of <p>"),
        ("<p>a</p>[[end]]", 4, "[[end]] closes nothing"),
        ("<p>a", 4, "<p> is never closed"),
        ("<p>a</p></p>", 4, "</p> closes nothing"),
        ("<ul><li>a</ul>", 4, "</ul> comes before the end of <li>"),
        ("<ul>a</ul>", 4, "text stands in <ul>; put it into <li>"),
        ("\nHello", 5, "text stands by itself; put it into <p>"),
        ("[[item]]", 4, "[[item]] stands by itself"),
        ("<p><p>a</p></p>", 4, "<p> may not stand in <p>"),
        ("<li>a</li>", 4, "<li> may not stand by itself"),
        ('<p><a href="https://a.example"><em><a href="https://b.example">b</a></em></a></p>', 4, "another link"),
        ("<p>" + "[[if a]]" * 4 + "a" + "[[end]]" * 4 + "</p>", 4, "nested more than 3 deep"),
        ("<ul><li>" * 7 + "a" + "</li></ul>" * 7, 4, "nested more than 12 deep"),
        ("<p>a\x00b</p>", 4, "U+0000"),
        ("", 3, "no text outside"),
        ("[[if item]]<p>a</p>[[end]]", 3, "no text outside"),
    ],
)
def test_what_is_not_allowed_in_a_body_is_a_problem_with_its_line(body: str, line: int, words: str) -> None:
    found = problem(FRONT + body)
    assert (found.line, words in found.sentence) == (line, True), found
    assert str(found).startswith(f"welcome.en.html:{line}: ")


@pytest.mark.parametrize(
    ("front", "line", "words"),
    [
        ("<p>a</p>", 1, "begins with a line ---"),
        ("---\nsubject: a\n<p>a</p>", 1, "second line --- is missing"),
        ("---\n---\n<p>a</p>", 1, "the subject is missing"),
        ("---\n\nsubject: a\nreply_to: b\n---\n<p>a</p>", 4, "“reply_to” is not known"),
        ("---\nsubject: a\nsubject: b\n---\n<p>a</p>", 3, "given twice"),
        ("---\nsubject:\n---\n<p>a</p>", 2, "the subject is empty"),
        ('---\nsubject: "a"\n---\n<p>a</p>', 2, "without quotation marks"),
        ("---\nsubject: a [[item\n---\n<p>a</p>", 2, "this [[ has no ]]"),
        ("---\nsubject: [[if item]]a[[end]]\n---\n<p>a</p>", 2, "no text outside"),
    ],
)
def test_what_is_wrong_with_the_front_matter_is_a_problem_with_its_line(front: str, line: int, words: str) -> None:
    found = problem(front)
    assert (found.line, words in found.sentence) == (line, True), found


def test_a_subject_is_plain_text_in_which_html_signs_are_themselves() -> None:
    assert names(fit("---\nsubject: R&D <urgent>: [[item]]\n---\n<p>a</p>")) == (("item", 2, True),)


def test_a_template_of_enormous_length_is_refused() -> None:
    assert "200,000 characters" in problem(FRONT + "<p>" + "a" * 200_000 + "</p>").sentence


def test_line_ends_and_a_byte_order_mark_of_an_editor_change_nothing() -> None:
    source = FRONT + "<p>a</p>\n<p>b</p>"
    windows = "\ufeff" + source.replace("\n", "\r\n")
    assert parse(windows) == parse(source)
    assert template_version(source.replace("\n", "\r\n")) == template_version(source)


def test_the_version_changes_with_the_text() -> None:
    assert template_version("a") != template_version("b")
    assert len(template_version("a")) == 12


def test_a_source_is_understood_once_and_a_problem_names_the_file_that_was_asked_about() -> None:
    good, bad = "---\nsubject: Due\n---\n<p>Hello</p>", "---\nsubject: Due\n"

    assert parse(good, "one.html") is parse(good, "two.html")
    assert [str(parse(bad, name)).partition(":")[0] for name in ("one.html", "two.html")] == ["one.html", "two.html"]
