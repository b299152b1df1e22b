from pathlib import Path

from mail.merge import merge
from mail.render import Rendered, render
from mail.template import Template, parse
from mail.text_part import opening, text_of
from tests.mail.sample import FULL, LETTERHEAD

SNAPSHOTS = Path(__file__).parent / "snapshots"
REMINDER = Path(__file__).parents[2] / "programs/cwe/templates/due_reminder.en.html"
RICH = """---
subject: a
---
<p>Hello[[if applicant.first_name]] [[applicant.first_name]][[end]],</p>
<p>This paragraph is <strong>long</strong> enough to be folded, and it holds a <a href="[[links.application]]">link in
  its middle</a>, one that <a href="mailto:[[program.help]]">[[program.help]]</a> shows, and R&amp;D.</p>
<p>One line<br>and another</p>
<h2>What to do</h2>
<ul>
  <li>First, which goes on for so long that its second line has to be put under the first</li>
  <li><a href="https://portal.example.org/upload">Upload</a></li>
  <li><p>Second</p><ol><li>Inner one</li><li>Inner two</li></ol></li>
</ul>
<blockquote>[[event.note]]</blockquote>
<p><a href="[[links.application]]">Open your application</a></p>
<p><a href="tel:+15550100">+15550100</a></p>
<p><a href="https://portal.example.org/an/address/that/is/much/longer/than/any/line/of/the/text/part/may/be">Long</a></p>
"""


def rendered(source: str) -> Rendered:
    template = parse(source)
    assert isinstance(template, Template), template
    done = render(template, FULL, LETTERHEAD)
    assert isinstance(done, Rendered), done
    return done


def test_the_text_part_reads_like_a_letter_with_every_address_written_out() -> None:
    assert rendered(RICH).text == (SNAPSHOTS / "rich.txt").read_text()


def test_the_text_part_of_a_shipped_reminder_is_complete_by_itself() -> None:
    assert rendered(REMINDER.read_text()).text == (SNAPSHOTS / "due_reminder.txt").read_text()


def test_no_line_is_longer_than_72_unless_it_is_one_word() -> None:
    for line in rendered(RICH).text.splitlines():
        assert len(line) <= 72 or " " not in line.strip(), line


def test_lines_of_a_narrow_text_are_folded_between_words() -> None:
    template = parse("---\nsubject: a\n---\n<ol><li>one two three</li></ol>")
    assert isinstance(template, Template)
    pieces = merge(template.body, {})
    assert isinstance(pieces, tuple)
    assert text_of(pieces, width=11) == "1. one two\n   three"


def test_the_preview_of_an_inbox_begins_after_the_salutation() -> None:
    source = "<p>Hello,</p><p><a href='https://a.example'>Open</a></p><p>Your <em>date</em> has\nchanged.</p>"
    template = parse(f"---\nsubject: a\n---\n{source}")
    assert isinstance(template, Template)
    pieces = merge(template.body, {})
    assert isinstance(pieces, tuple)
    assert opening(pieces) == "Your date has changed."
