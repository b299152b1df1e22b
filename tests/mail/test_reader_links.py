import re

import pytest

from mail.message import to_bytes
from mail.reader_links import BLANK, ONE_CLICK, Page, ReaderLinks, without_links
from mail.render import Rendered, render
from mail.template import Template, parse
from tests.mail.letters import letter
from tests.mail.sample import LETTERHEAD
from tests.mail.test_render import Skeleton

TOKENS: dict[Page, str] = {
    "view": "View0000000000000000aa",
    "preferences": "Pref0000000000000000bb",
    "unsubscribe": "Unsb0000000000000000cc",
}
ALL = ReaderLinks(public_url="https://mail.example.org", tokens=TOKENS)
VIEW = ReaderLinks(public_url="https://mail.example.org", tokens={"view": TOKENS["view"]})
SEEN = "https://mail.example.org/m/View0000000000000000aa"
CHOSEN = "https://mail.example.org/p/Pref0000000000000000bb"


def rendered(links: ReaderLinks | None) -> Rendered:
    template = parse("---\nsubject: Hello\n---\n<p>Hello Rosa.</p>")
    assert isinstance(template, Template)
    done = render(template, {}, LETTERHEAD, links)
    assert isinstance(done, Rendered)
    return done


def test_an_optional_message_links_to_itself_and_to_the_choice_in_both_parts() -> None:
    done = rendered(ALL)
    assert Skeleton(done.html).addresses[-2:] == [SEEN, CHOSEN]
    assert done.text.endswith(f"\nView this message online:\n{SEEN}\nChoose which messages you get:\n{CHOSEN}\n")
    assert all(len(line) <= 72 for line in done.text.splitlines())


def test_a_mandatory_message_links_to_itself_alone() -> None:
    done = rendered(VIEW)
    assert Skeleton(done.html).addresses[-1] == SEEN
    assert "Choose" not in done.html + done.text
    assert VIEW.headers == {}


def test_without_links_a_message_is_what_it_always_was() -> None:
    done = rendered(None)
    assert "own-pages" not in done.html
    assert not [address for address in Skeleton(done.html).addresses if not address.startswith("mailto:")]


def test_one_click_stands_in_the_header_alone_and_reaches_the_wire() -> None:
    done = rendered(ALL)
    assert TOKENS["unsubscribe"] not in done.html + done.text  # whoever follows it by mistake should choose first
    content = to_bytes(letter(headers=ALL.headers)).decode()
    assert f"\r\nList-Unsubscribe: <https://mail.example.org/u/{TOKENS['unsubscribe']}>\r\n" in content
    assert f"\r\nList-Unsubscribe-Post: {ONE_CLICK}\r\n" in content


def test_what_is_kept_holds_no_token() -> None:
    done = rendered(ALL)
    kept = ALL.blanked(done.html + done.text)
    assert not [token for token in TOKENS.values() if token in kept]
    assert kept.count(f"/m/{BLANK}") == 2
    assert ALL.blanked("Hello Rosa") == "Hello Rosa"


def test_links_say_nothing_of_their_tokens_when_they_are_printed() -> None:
    assert not [token for token in TOKENS.values() if token in repr(ALL)]


@pytest.mark.parametrize("links", [ALL, VIEW])
def test_shown_online_the_line_of_links_is_hidden_from_every_reader(links: ReaderLinks) -> None:
    html = without_links(rendered(links).html)
    head, body = html.split("</head>")
    assert re.search(r"\.own-pages \{ display: none !important; \}", head)
    [line] = re.findall(r'<p class="own-pages".*?</p>', body, re.DOTALL)
    assert all(address in line for _, address in links.shown)
