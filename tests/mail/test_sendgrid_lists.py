"""SendGrid's lists as its client reads and mends them, asked of a server that answers as the real one does."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from mail.sendgrid_lists import PAGE, Entry, ListName, NotNow, Page, SendGridLists
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid
from tests.mail.sendgrid_stand_in import Reply, limited, refusal

NAMES: tuple[ListName, ...] = get_args(ListName)
AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
SHORT = timedelta(seconds=0.4)


class Account(FakeSendGrid):
    """One that answers questions about its lists as told, then as it is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.instead: list[Reply] = []
        self.asked_for: list[str] = []

    def asked(self, method: str, path: str, content: bytes) -> Reply:
        self.asked_for.append(f"{method} {path}")
        return self.instead.pop(0) if self.instead else super().asked(method, path, content)


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with Account(tmp_path) as account:
        yield account


@pytest.fixture
def lists(account: Account) -> Iterator[SendGridLists]:
    with SendGridLists(API_KEY, account.url) as lists:
        yield lists


def at(days: float = 0) -> int:
    return int((AT + timedelta(days=days)).timestamp())


@pytest.mark.parametrize("name", NAMES)
def test_every_list_is_read_with_its_addresses_in_small_letters(
    account: Account, lists: SendGridLists, name: ListName
) -> None:
    account.lists.add(name, "Ada@Example.org", at(), reason="550 no")
    account.lists.add(name, "ben@example.org", at(1), reason="")
    assert lists.page(name, 0) == Page(
        (Entry("ben@example.org", AT + timedelta(days=1)), Entry("ada@example.org", AT, "550 no")), 2
    )
    assert lists.page(name, 2) == Page((), 0)


def test_a_page_holds_five_hundred_and_the_next_goes_on_behind_it(account: Account, lists: SendGridLists) -> None:
    for n in range(PAGE + 3):
        account.lists.add("bounces", f"p-{n}@example.org", at(n))
    first, second = lists.page("bounces", 0), lists.page("bounces", PAGE)
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert (first.size, second.size) == (PAGE, 3)
    assert len({entry.address for page in (first, second) for entry in page.entries}) == PAGE + 3


def test_since_an_instant_only_what_came_then_or_later_is_asked_for(account: Account, lists: SendGridLists) -> None:
    account.lists.add("bounces", "old@example.org", at(-1))
    account.lists.add("bounces", "new@example.org", at())
    page = lists.page("bounces", 0, AT)
    assert isinstance(page, Page)
    assert [entry.address for entry in page.entries] == ["new@example.org"]


@pytest.mark.parametrize("name", NAMES)
def test_one_address_is_looked_for_and_taken_off(account: Account, lists: SendGridLists, name: ListName) -> None:
    odd = "a+b/c?d#e@example.org"
    account.lists.add(name, odd, at())
    assert lists.lists(name, odd) is True
    assert lists.lists(name, "ben@example.org") is False
    assert lists.remove(name, odd) is True
    assert lists.remove(name, odd) is False
    assert lists.lists(name, odd) is False
    assert lists.page(name, 0) == Page((), 0)


def test_what_cannot_be_read_on_a_page_is_counted_and_keeps_nothing_else_back(
    account: Account, lists: SendGridLists
) -> None:
    body = (
        b'[{"email": "ada@example.org", "created": 1791208800}, {"email": "ben", "created": 1791208800}, 7, '
        b'{"created": 1791208800}, {"email": "eve@example.org"}, {"email": "kim@example.org", "created": 1e400}]'
    )
    account.instead = [Reply(200, {}, body)]
    assert lists.page("bounces", 0) == Page((Entry("ada@example.org", AT),), 6, 5)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, {}, b'[{"email": "ada@example.org", "created": 1791208800},'), "broke off"),
        (Reply(200, {}, b'{"errors": []}'), "cannot be read"),
        (Reply(200, {}, b"<html>"), "cannot be read"),
        (Reply(200), "cannot be read"),
        (refusal(401), "refused the API key for its suppression lists (status 401)"),
        (refusal(403), "give it that permission"),
        (Reply(404), "has no such lists (status 404)"),
        (Reply(301), "has no such lists (status 301)"),
        (Reply(500), "not available (status 500)"),
        (Reply(503), "not available (status 503)"),
    ],
)
def test_whatever_else_is_answered_is_a_sentence_and_no_part_of_a_list(
    account: Account, lists: SendGridLists, reply: Reply, said: str
) -> None:
    account.instead = [reply]
    answer = lists.page("bounces", 0)
    assert isinstance(answer, NotNow)
    assert said in answer.sentence
    assert answer.retry_after is None


@pytest.mark.parametrize("status", [401, 500])
def test_a_refusal_says_neither_that_an_address_is_listed_nor_that_it_is_not(
    account: Account, lists: SendGridLists, status: int
) -> None:
    account.instead = [Reply(status), Reply(status)]
    assert isinstance(lists.lists("bounces", "ada@example.org"), NotNow)
    assert isinstance(lists.remove("bounces", "ada@example.org"), NotNow)


@pytest.mark.parametrize(
    ("reply", "least", "most"),
    [
        (lambda: limited(int(time.time()) + 50), 40, 51),
        (lambda: limited(int(time.time()) - 50), 0, 1),
        (lambda: limited(int(time.time()) + 10**6), 3600, 3600),
        (lambda: Reply(429), 60, 60),
    ],
)
def test_the_rate_limit_says_how_long_to_wait(
    account: Account, lists: SendGridLists, reply: Callable[[], Reply], least: float, most: float
) -> None:
    account.instead = [reply()]
    answer = lists.page("bounces", 0)
    assert isinstance(answer, NotNow)
    assert answer.retry_after is not None
    assert least <= answer.retry_after.total_seconds() <= most


def test_nobody_there_is_a_sentence(account: Account, tmp_path: Path) -> None:
    with SendGridLists(API_KEY, "http://127.0.0.1:1") as lists:
        assert lists.page("bounces", 0) == NotNow("there is no connection to SendGrid")


def test_an_answer_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    class Slow(Account):
        def asked(self, method: str, path: str, content: bytes) -> Reply:
            self.stopped.wait()
            return Reply(204)

    with Slow(tmp_path) as account, SendGridLists(API_KEY, account.url, total=SHORT) as lists:
        began = time.monotonic()
        assert lists.remove("bounces", "ada@example.org") == NotNow("SendGrid did not answer about its lists in time")
        assert time.monotonic() - began < 5


def test_no_sentence_names_anybody(account: Account, lists: SendGridLists) -> None:
    account.instead = [refusal(400, "ada@example.org is unknown")]
    answer = lists.remove("bounces", "ada@example.org")
    assert isinstance(answer, NotNow)
    assert "ada" not in answer.sentence


@pytest.mark.parametrize("host", ["api.sendgrid.com", "https://api.sendgrid.com/v3"])
def test_a_key_or_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="host is written"):
        SendGridLists(API_KEY, host)
    with pytest.raises(ValueError, match="API key"):
        SendGridLists("")
