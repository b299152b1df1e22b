import re
from collections.abc import Mapping
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from mail.merge import LINE_END, UNSHOWABLE, BadLink, MissingField
from mail.render import Letterhead, Rendered, render
from mail.template import Template, parse
from tests.mail.sample import LETTERHEAD

SOURCE = """---
subject: Due [[deadline.date]]
---
<p>Hello[[if name]] [[name]][[end]],</p>
<ul>[[if item]]<li><strong>[[item]]</strong> <em>[[name]]</em></li>[[end]]</ul>
<h2>[[item]]</h2>
<blockquote>[[note]]</blockquote>
<p><a href="https://portal.example.org/upload/[[item]]?by=[[name]]">Upload [[item]]</a> or write to
<a href="mailto:[[help]]">[[help]]</a></p>
<p><a href="[[link]]">Open</a></p>
"""
PLAIN = {
    "deadline.date": "31 December 2026",
    "name": "Rosa",
    "item": "degree",
    "note": "note",
    "help": "help@example.org",
    "link": "https://portal.example.org/a",
}


class Skeleton(HTMLParser):
    """What a browser would find in a message: every tag with its attributes, and the text, line breaks as such."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.addresses: list[str] = []
        self.text = ""
        self.comments = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" and not attrs:
            self.text += "\n"
            return
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes.extend(pair for pair in attrs if pair[0] != "href")
        self.addresses.extend(value or "" for name, value in attrs if name == "href")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments += 1


def template(source: str = SOURCE) -> Template:
    found = parse(source)
    assert isinstance(found, Template), found
    return found


def rendered(fields: Mapping[str, str] = PLAIN, letterhead: Letterhead = LETTERHEAD, source: str = SOURCE) -> Rendered:
    done = render(template(source), fields, letterhead)
    assert isinstance(done, Rendered), done
    return done


SPITEFUL = st.one_of(
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '" onmouseover="alert(1)',
            "' x='",
            "</p></td></table><img src=x>",
            "[[name]]",
            "[[if note]]",
            "[[end]]",
            "]] [[",
            "{{ 7*7 }}{% raw %}",
            "a\r\nBcc: b@example.org\x00",
            "&lt;b&gt; &amp; &#91;",
            "<!-- -->",
            "\u2028<br\n>",
        ]
    ),
    st.text(max_size=40),
)
ANYWHERE = [name for name in PLAIN if name not in {"help", "link"}]  # those two are the beginning of an address
VALUES = st.fixed_dictionaries({name: SPITEFUL.map(lambda value: f"v{value}") for name in ANYWHERE})


@settings(max_examples=80, deadline=None)
@given(values=VALUES)
def test_no_value_adds_a_tag_or_an_attribute_and_none_is_merged_or_lost(values: dict[str, str]) -> None:
    plain, found = Skeleton(rendered().html), Skeleton(rendered({**PLAIN, **values}).html)
    assert found.tags == plain.tags  # line breaks aside, which a value of several lines brings
    assert found.attributes == plain.attributes
    assert found.comments == plain.comments
    shown = UNSHOWABLE.sub("", LINE_END.sub("\n", values["note"])).strip()
    assert shown in found.text


@settings(max_examples=50, deadline=None)
@given(
    value=st.one_of(SPITEFUL, SPITEFUL.map("https://portal.example.org/{}".format), SPITEFUL.map("tel:{}".format)),
    name=st.sampled_from(["link", "help"]),
)
def test_a_value_that_is_an_address_holds_the_message_unless_it_is_a_harmless_one(value: str, name: str) -> None:
    done = render(template(), {**PLAIN, name: value}, LETTERHEAD)
    if isinstance(done, Rendered):
        found = Skeleton(done.html)
        assert found.tags == Skeleton(rendered().html).tags
        assert all(re.match("(https://portal|mailto:|tel:)[!-~]+$", address) for address in found.addresses)
    else:
        assert isinstance(done, BadLink | MissingField)


@settings(max_examples=50, deadline=None)
@given(value=SPITEFUL)
def test_a_subject_is_one_line_whatever_is_merged_into_it(value: str) -> None:
    subject = rendered({**PLAIN, "deadline.date": f"v{value}"}).subject
    assert len(subject.splitlines()) == 1
    assert subject.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", subject)


def test_an_empty_field_of_the_subject_holds_the_message() -> None:
    assert render(template(), {**PLAIN, "deadline.date": ""}, LETTERHEAD) == MissingField(name="deadline.date", line=2)


def test_the_html_is_accessible_in_its_structure() -> None:
    html = rendered().html
    found = Skeleton(html)
    names = [tag for tag, _ in found.tags]
    assert names.count("h1") == 1
    assert '<html lang="en" dir="ltr">' in html
    assert "<title>Due 31 December 2026</title>" in html
    assert html.count("<table") == html.count('<table role="presentation"')
    assert all(int(size) >= 14 for size in re.findall(r"font-size:(\d+)px", html) if size != "1")  # 1: the preheader
    assert names.index("h1") < names.index("h2")


def test_a_letterhead_speaks_the_language_and_the_direction_of_its_template() -> None:
    assert (
        '<html lang="ar-EG" dir="rtl">'
        in rendered(letterhead=Letterhead(program_title="a", sender_name="b", locale="ar-EG")).html
    )


def test_a_letterhead_is_escaped_like_every_value() -> None:
    spiteful = Letterhead(program_title="<b>a", sender_name='"c', help_address='x"y@example.org', footer=("<i>d",))
    assert Skeleton(rendered(letterhead=spiteful).html).tags == Skeleton(rendered().html).tags


def test_a_paragraph_that_holds_only_a_link_becomes_a_button() -> None:
    assert '<a class="on-button" href="https://portal.example.org/a"' in rendered().html


def test_an_address_reaches_the_reader_as_it_was_given() -> None:
    address = "https://portal.example.org/a?x=1&amp;y=2&lt=3"
    source = '---\nsubject: a\n---\n<p><a href="[[link]]">Open</a></p><p>Or <a href="[[link]]">here</a></p>'
    assert Skeleton(rendered({"link": address}, source=source).html).addresses.count(address) == 2


def test_character_references_are_resolved_in_the_body_and_are_themselves_in_the_subject() -> None:
    done = rendered({}, source="---\nsubject: R&D &amp; <co>\n---\n<p>R&D &lt;b&gt; &eacute;</p>")
    assert "R&amp;D &lt;b&gt; é" in done.html
    assert "R&D <b> é" in done.text
    assert done.subject == "R&D &amp; <co>"
