"""Whose an event is: named by our id, or the only one that its address was sent lately."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from ledger import Ledger, counting, messages, reports
from ledger.provider_events import Kept
from tests.ledger.given import NOW, a_journey, new_message, present
from tests.ledger.reported import OTHER, RECEIVED, event, events, record, sent

DAY: Final = timedelta(days=1)


def test_a_bounce_without_ids_is_probably_of_the_only_message_sent_there_lately(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection, address="Ada@Example.org")
        record(connection, event("bounced", failure="mailbox_unavailable", at=NOW + 4 * DAY))
        assert events(connection) == [("bounced", row.id, "address")]
        after = present(connection, row.id)
    assert (after.delivery, after.failure) == ("bounced", "mailbox_unavailable")


def test_of_several_candidates_none_is_chosen(ledger: Ledger) -> None:
    with ledger.write() as connection:
        rows = [sent(connection), sent(connection, OTHER)]
        record(connection, event("bounced"))
        assert events(connection) == [("bounced", None, "several")]
        assert [present(connection, row.id).delivery for row in rows] == [None, None]


@pytest.mark.parametrize("at", [NOW + 6 * DAY, NOW - DAY])
def test_a_message_of_another_week_is_no_candidate(ledger: Ledger, at: datetime) -> None:
    with ledger.write() as connection:
        sent(connection)
        record(connection, event("bounced", at=at))
        assert events(connection) == [("bounced", None, None)]


@pytest.mark.parametrize(
    "at", [datetime(9999, 12, 31, 23, 30, tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)]
)
def test_an_event_of_the_first_or_last_days_that_there_are_is_only_of_no_message(ledger: Ledger, at: datetime) -> None:
    with ledger.write() as connection:
        sent(connection)
        assert record(connection, event("bounced", at=at)) == Kept(1, 0)
        assert not counting.rematch(connection, RECEIVED)
        assert events(connection) == [("bounced", None, None)]


def test_what_names_another_s_message_is_not_taken_for_ours(ledger: Ledger) -> None:
    with ledger.write() as connection:
        sent(connection)
        record(
            connection,
            event("bounced", hand_over_id="marketing.recv"),
            event("bounced", message_id="else", raw={"mid": "else"}),
        )
        assert [matched for _, _, matched in events(connection)] == ["elsewhere", None]
        assert [report.matched for report in reports.unmatched(connection, ["ada@example.org"])] == [None]


def test_an_event_of_a_message_that_is_not_there_yet_finds_it_later(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        new = new_message()
        early = event("bounced", message_id=new.id, attempt=1, raw={"mid": new.id}, failure="content")
        assert record(connection, early) == Kept(1, 0)
        assert not counting.rematch(connection, RECEIVED)
        messages.queue(connection, new)
        assert len(counting.rematch(connection, RECEIVED + DAY)) == 1
        assert events(connection) == [("bounced", new.id, "id")]
        after = present(connection, new.id)
        assert not counting.rematch(connection, RECEIVED + DAY)
    assert (after.delivery, after.failure) == ("bounced", "content")


def test_a_bounce_without_ids_finds_its_message_later_too(ledger: Ledger) -> None:
    with ledger.write() as connection:
        record(connection, event("bounced"))
        row = sent(connection)
        assert len(counting.rematch(connection, RECEIVED)) == 1
        assert events(connection) == [("bounced", row.id, "address")]


def test_much_that_is_another_s_keeps_nothing_of_ours_from_being_found(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        new = new_message()
        strange = [event("opened", message_id=f"x-{n}", raw={"mid": f"x-{n}"}) for n in range(3)]
        strange += [event("opened", hand_over_id=f"marketing-{n}") for n in range(3)]
        strange += [event("account_changed", address=None)]
        record(connection, *strange, event("opened", message_id=new.id, raw={"mid": new.id}))
        messages.queue(connection, new)
        assert len(counting.rematch(connection, RECEIVED, limit=1)) == 1
        assert [message for _, message, _ in events(connection) if message] == [new.id]
