"""What every page of a reader has in common, whatever it is about, and the message seen online."""

import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import Ledger, bodies, mail_tables, page_tokens
from starter.api.app import application
from starter.api.surroundings import Surroundings
from starter.settings import Settings
from tests.starter.api.page import Page
from tests.starter.api.reader import CHOOSABLE, FORM, ONE_CLICK, Reader, reading

PAGES = ("view", "unsubscribe", "preferences")


@pytest.mark.parametrize("page", PAGES)
async def test_no_request_of_a_scanner_changes_anything(reader: Reader, page: str) -> None:
    before = reader.everything()
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE"):
        await reader.http.request(method, reader.paths[page])
    await reader.http.get(f"{reader.paths[page]}?List-Unsubscribe=One-Click&optional=none&undo=yes")
    assert reader.everything() == before
    assert reader.told == []


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_is_private_and_harmless(reader: Reader, page: str) -> None:
    seen = await reader.get(page)
    headers = seen.response.headers
    assert seen.status == 200
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"].startswith("'sha256-")
    assert "set-cookie" not in headers
    assert not {"script", "img", "iframe", "link", "a"} & set(seen.tags)


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_can_be_read_by_everybody(reader: Reader, page: str) -> None:
    seen = await reader.get(page)
    assert '<html lang="en">' in seen.response.text
    assert seen.title.endswith(" – Guild of Testers")
    assert seen.tags.count("h1") == 1
    assert seen.tags.count("main") == 1
    assert "width=device-width, initial-scale=1" in seen.response.text
    assert "maximum-scale" not in seen.response.text
    labelled = seen.tags.count("label")
    assert labelled == sum(control.kind in {"checkbox", "radio"} for control in seen.controls)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_token_that_never_was_and_one_whose_time_is_over_are_one_page(
    reader: Reader, page: str, method: str
) -> None:
    path, body = reader.paths[page], f"{ONE_CLICK}&optional=none"
    with reader.ledger.write() as conn:
        tokens = mail_tables.page_token
        conn.execute(sa.update(tokens).values(expires_at=tokens.c.created_at))
    before = reader.everything()
    expired = await reader.http.request(method, path, content=body, headers=FORM)
    never = await reader.http.request(method, f"{path[:3]}{page_tokens.new_token()}", content=body, headers=FORM)
    odd = await reader.http.request(method, f"{path[:3]}..%2F%00%F0%9F%92%8C", content=body, headers=FORM)
    cut = await reader.http.request(method, path[:3], content=body, headers=FORM)
    assert expired.text == never.text == odd.text == cut.text
    assert {answer.status_code for answer in (expired, never, odd, cut)} == {404}
    assert Page(expired).heading == "This link opens nothing"
    assert reader.everything() == before


async def test_no_token_is_in_the_log(reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "waypost.api")
    for page in PAGES:
        await reader.get(page)
        await reader.post(page)
        await reader.http.get(f"{reader.paths[page]}/more?{reader.paths[page]}")
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "GET /m/{token:path} 200" in said
    assert not [path for path in reader.paths.values() if path[3:] in said]


async def test_a_reader_who_comes_while_the_ledger_is_away_is_told_so_in_a_page(ledger: Ledger) -> None:
    async with reading(ledger) as reader:
        away = Ledger(sa.make_url("sqlite:////nowhere/ledger.db"), timedelta(seconds=1))
        reader.http._transport.app = application(Surroundings(away, Settings(), reader.told.clear))  # type: ignore[attr-defined]
        for page in PAGES:
            for method in ("GET", "POST"):
                answer = await reader.http.request(method, reader.paths[page])
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
                assert Page(answer).heading == "Please try again in a few minutes"


async def test_before_the_button_the_page_says_what_it_is_about_and_no_more(reader: Reader) -> None:
    seen = await reader.get("view")
    assert seen.heading == "Welcome & <hello>"
    assert "Guild of Testers sent you this message." in seen.text
    assert "Ada" not in seen.text
    assert reader.row.viewed_at is None


async def test_the_button_shows_the_message_as_it_was_sent_and_says_that_it_was_seen(reader: Reader) -> None:
    shown = await reader.post("view")
    assert shown.heading == "Welcome & <hello>"
    assert "Hello Ada Example." in shown.text
    [sent_body] = re.findall(r"<body.*</body>", reader.email.html, re.DOTALL)
    for path in reader.paths.values():
        sent_body = sent_body.replace(path[3:], "…")
    assert sent_body in shown.response.text
    first = reader.row.viewed_at
    assert first is not None
    await reader.post("view")
    assert reader.row.viewed_at == first
    with reader.ledger.read() as conn:
        events = mail_tables.provider_event.c
        columns = sa.select(events.provider, events.kind, events.message_id, events.attempt).distinct()
        assert conn.execute(columns).all() == [("waypost", "viewed", reader.row.id, 1)]


async def test_a_message_shown_online_runs_nothing_and_leads_nowhere_by_itself(reader: Reader) -> None:
    policy = (await reader.post("view")).response.headers["content-security-policy"]
    assert policy.endswith("; sandbox")
    assert "form-action 'none'" in policy
    assert policy.startswith("default-src 'none'; ")


async def test_each_link_shows_what_its_own_attempt_said(ledger: Ledger) -> None:
    async with reading(ledger) as reader:
        with ledger.write() as conn:
            bodies.keep(conn, reader.row.id, 2, "Later", "<head></head><h1>Later</h1>", "Later", reader.row.queued_at)
        assert (await reader.post("view")).heading == "Welcome & <hello>"


async def test_a_text_that_is_no_longer_kept_is_said_so_and_does_not_count_as_seen(reader: Reader) -> None:
    with reader.ledger.write() as conn:
        conn.execute(sa.delete(mail_tables.message_body))
    answer = await reader.post("view")
    assert (answer.status, answer.heading) == (410, "The text of this message is no longer kept")
    assert reader.row.viewed_at is None


async def test_the_title_of_the_program_is_escaped(ledger: Ledger) -> None:
    async with reading(ledger, CHOOSABLE.replace("Guild of Testers", "<i>Guild & Co")) as reader:
        for page in PAGES:
            seen = await reader.get(page)
            assert "i" not in seen.tags
            assert "<i>Guild & Co" in seen.text
