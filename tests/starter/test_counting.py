"""Posts of events count once each, and one that cannot keeps none behind it waiting."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import Ledger, counting, provider_events, webhook_posts
from ledger.matching import NewEvent
from ledger.message_rows import MessageRow
from starter.counting import Counted, Counting, count_all
from tests.ledger.given import present
from tests.ledger.reported import OTHER, RECEIVED, event, sent


def kept(connection: Connection, name: str, events: Sequence[NewEvent]) -> str:
    """A post that came and does not count yet."""
    post = webhook_posts.keep(connection, "sendgrid", name.encode(), RECEIVED, RECEIVED, events=1, unreadable=0)
    assert post
    provider_events.keep(connection, post, events, RECEIVED)
    return post


def delivery(ledger: Ledger, row: MessageRow) -> str | None:
    with ledger.read() as connection:
        return present(connection, row.id).delivery


def test_what_is_kept_counts_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        post = kept(connection, "one", [event("delivered", row)])
    assert delivery(ledger, row) is None
    assert count_all(ledger) == Counted((post,), ())
    assert delivery(ledger, row) == "delivered"
    assert count_all(ledger) == Counted((), ())
    with ledger.write() as connection:
        assert not counting.count(connection, post, RECEIVED)
        assert not counting.count(connection, "never kept", RECEIVED)


def test_posts_that_came_later_are_left_to_whoever_took_them(ledger: Ledger) -> None:
    with ledger.write() as connection:
        post = kept(connection, "one", [event("delivered", sent(connection))])
    assert count_all(ledger, before=RECEIVED) == Counted((), ())
    assert count_all(ledger, before=RECEIVED + timedelta(seconds=1)) == Counted((post,), ())


def test_however_many_ask_at_once_one_counts_for_all_and_nobody_waits(ledger: Ledger) -> None:
    times = 0

    def counted() -> None:
        """At the end of the first count another post comes, and whoever took it asks."""
        nonlocal times
        times += 1
        if times == 1:
            with ledger.write() as connection:
                kept(connection, "two", [event("opened", row)])
            counting_now.ask()

    counting_now = Counting(ledger, counted)
    with ledger.write() as connection:
        row = sent(connection)
        kept(connection, "one", [event("delivered", row)])
    counting_now.ask()
    assert times == 2
    with ledger.read() as connection:
        assert webhook_posts.uncounted(connection) == ()
        assert present(connection, row.id).opened_at is not None


def test_a_post_that_cannot_count_keeps_none_behind_it_waiting(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with ledger.write() as connection:
        first, second = sent(connection), sent(connection, OTHER)
        broken = kept(connection, "one", [event("delivered", first)])
        sound = kept(connection, "two", [event("delivered", second)])
        # As after a fault of ours: a report that nobody can read.
        connection.execute(
            sa.text("UPDATE provider_event SET message_id = NULL, raw = '[1]' WHERE id LIKE :post"),
            {"post": f"{broken}%"},
        )
    assert count_all(ledger) == Counted((sound,), (broken,))
    assert [delivery(ledger, row) for row in (first, second)] == [None, "delivered"]
    assert count_all(ledger) == Counted((), (broken,))
    assert f"post {broken} of a provider's events is kept, cannot count" in caplog.text
    assert "AttributeError at " in caplog.text
    assert "example.org" not in caplog.text
