"""What a message carries to its reader's own pages, anew with every attempt, and what the ledger keeps of it."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ledger import Ledger, bodies, page_tokens, sending, suppressions, tables
from ledger.page_tokens import Purpose
from mail.message import Email
from mail.transport import NotTaken
from tests.activities.given import PLAN, START, Desk, Recorder, publish

URL = "https://mail.example.org"
WELCOME = "welcome#created>applicant"
OPTIONAL = PLAN.replace("welcome: {", "welcome: {optional: true, ")
TO_DESK = PLAN.replace("to: applicant, on: created", "to: desk, on: created")


def tokens_in(email: Email) -> dict[Purpose, str]:
    """What this e-mail carries, by the page that each opens."""
    everything = email.html + email.text + " ".join(email.headers.values())
    paths: dict[Purpose, str] = {"view": "m", "preferences": "p", "unsubscribe": "u"}
    begins = {page: f"{URL}/{path}/" for page, path in paths.items()}
    return {page: everything.partition(begin)[2][:22] for page, begin in begins.items() if begin in everything}


def sent(desk: Desk, ledger: Ledger, source: str, *answers: NotTaken, public_url: str | None = URL) -> Recorder:
    """The welcome under this plan, tried once more for each answer."""
    publish(ledger, source, welcome="---\nsubject: Welcome\n---\n<p>Hello.</p>")
    [due] = desk.decide().due
    recorder = Recorder(list(answers))
    for _ in answers:
        with pytest.raises(Exception, match="no connection"):
            desk.notify(due, recorder, public_url=public_url)
    assert desk.notify(due, recorder, public_url=public_url).result == "sent"
    return recorder


def test_an_optional_message_brings_its_reader_to_three_pages(desk: Desk, ledger: Ledger) -> None:
    [email] = sent(desk, ledger, OPTIONAL).given
    tokens = tokens_in(email)
    assert tokens.keys() == {"view", "preferences", "unsubscribe"}
    assert email.headers["List-Unsubscribe"] == f"<{URL}/u/{tokens['unsubscribe']}>"
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with ledger.read() as conn:
        for purpose, token in tokens.items():
            found = page_tokens.find(conn, token, purpose, datetime.now(UTC))
            assert found is not None
            assert found.message_id == email.id


def test_a_mandatory_message_can_be_seen_online_and_offers_no_way_out(desk: Desk, ledger: Ledger) -> None:
    [email] = sent(desk, ledger, PLAN).given
    assert tokens_in(email).keys() == {"view"}
    assert "List-Unsubscribe" not in email.headers


@pytest.mark.parametrize(("source", "public_url"), [(TO_DESK, URL), (OPTIONAL, None)])
def test_a_desk_gets_no_page_of_its_own_and_nobody_does_where_none_can_be_opened(
    desk: Desk, ledger: Ledger, source: str, public_url: str | None
) -> None:
    [email] = sent(desk, ledger, source, public_url=public_url).given
    assert "own-pages" not in email.html
    assert "View this" not in email.text
    assert "List-Unsubscribe" not in email.headers
    with ledger.read() as conn:
        assert conn.execute(sa.select(tables.metadata.tables["page_token"])).all() == []


def test_every_attempt_has_tokens_of_its_own_and_any_of_them_opens(desk: Desk, ledger: Ledger) -> None:
    recorder = sent(desk, ledger, OPTIONAL, NotTaken(sentence="there is no connection"))
    first, second = (tokens_in(email) for email in recorder.given)
    assert not set(first.values()) & set(second.values())
    with ledger.read() as conn:
        for tokens in (first, second):
            assert page_tokens.find(conn, tokens["view"], "view", datetime.now(UTC))
    attempts = zip(recorder.given, (first, second), strict=True)
    assert len({blank(email.html + email.text, tokens) for email, tokens in attempts}) == 1  # all else is the same


def blank(text: str, tokens: dict[Purpose, str]) -> str:
    for token in tokens.values():
        text = text.replace(token, "…")
    return text


def test_no_token_is_kept_in_the_ledger_and_the_rest_word_for_word(desk: Desk, ledger: Ledger) -> None:
    [email] = sent(desk, ledger, OPTIONAL).given
    tokens = tokens_in(email)
    with ledger.read() as conn:
        kept = bodies.body(conn, email.id)
        everything = "\n".join(
            str(tuple(row)) for table in tables.metadata.sorted_tables for row in conn.execute(sa.select(table))
        )
    assert kept is not None
    assert (kept.html, kept.text) == (blank(email.html, tokens), blank(email.text, tokens))
    assert not [token for token in tokens.values() if token in everything + kept.html + kept.text]


def test_an_attempt_that_reaches_no_wire_leaves_no_token(desk: Desk, ledger: Ledger) -> None:
    [due] = desk.decide().due
    publish(ledger, welcome="---\nsubject: Hi\n---\n<p>[[event.nothing]]</p>")
    desk.notify(due, Recorder(), public_url=URL)
    with ledger.read() as conn:
        assert conn.execute(sa.select(tables.metadata.tables["page_token"])).all() == []


@pytest.mark.parametrize(
    ("source", "cause", "leaves"),
    [(PLAN, "unsubscribed", True), (OPTIONAL, "unsubscribed", False), (PLAN, "complained", False)],
)
def test_only_a_mandatory_message_passes_by_an_unsubscribe_and_its_attempt_says_so(
    desk: Desk, ledger: Ledger, source: str, cause: suppressions.Cause, leaves: bool
) -> None:
    publish(ledger, source)
    with ledger.write() as conn:
        suppressions.suppress(conn, "ADA@example.org", cause, "sendgrid", "test", START)
    due = desk.decide().due
    assert [one.key for one in due] == ([WELCOME] if leaves else [])
    if leaves:
        recorder = Recorder()
        desk.notify(due[0], recorder)
        assert [email.bypass_unsubscribe for email in recorder.given] == [True]
        with ledger.read() as conn:
            assert [attempt.bypassed for attempt in sending.attempts(conn, due[0].message_id)] == ["unsubscribed"]


def test_who_unsubscribed_from_nothing_is_passed_by_nothing(desk: Desk, ledger: Ledger) -> None:
    [due] = desk.decide().due
    recorder = Recorder()
    desk.notify(due, recorder)
    assert [email.bypass_unsubscribe for email in recorder.given] == [False]
    with ledger.read() as conn:
        assert [attempt.bypassed for attempt in sending.attempts(conn, due.message_id)] == [None]
