from datetime import timedelta

import sqlalchemy as sa

from ledger import Ledger, mail_tables, messages, page_events, sending, uncertain, wake_ups
from ledger.message_rows import Claimed
from tests.ledger.given import CLOCK, JOURNEY, LIVE, NOW, a_message, a_message_on_wire, present, to_wire

MINUTE = timedelta(minutes=1)


def events(ledger: Ledger) -> list[tuple[str, int | None]]:
    columns = mail_tables.provider_event.c
    with ledger.read() as connection:
        rows = connection.execute(sa.select(columns.kind, columns.attempt).order_by(columns.at))
        return [(row.kind, row.attempt) for row in rows]


def test_the_row_keeps_the_first_and_the_history_one_a_minute(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        for seconds in (0, 10, 59, 61):
            page_events.record(connection, row.id, 1, "viewed", NOW + timedelta(seconds=seconds))
        page_events.record(connection, row.id, 1, "unsubscribed", NOW)
        after = present(connection, row.id)
    assert (after.viewed_at, after.unsubscribed_at, after.delivery) == (NOW, NOW, None)
    assert sorted(events(ledger)) == [("unsubscribed", 1), ("viewed", 1), ("viewed", 1)]


def test_a_reader_who_has_the_message_settles_whether_it_was_taken(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        sending.unknown(connection, row.id, 1, "no_answer", "it broke", NOW, MINUTE)
        page_events.record(connection, row.id, 1, "viewed", NOW)
        assert present(connection, row.id).state == "accepted"
        assert [(one.journey_id, one.cause) for one in wake_ups.pending(connection)] == [(JOURNEY, "proved")]


def test_a_reader_says_nothing_of_whether_the_providers_reports_arrive(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        page_events.record(connection, row.id, 1, "viewed", NOW)
        assert uncertain.watermark(connection, "folder") is None


def test_a_message_written_again_where_that_is_harmless_is_no_second_copy(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        for attempt in (1, 2):
            claimed = sending.claim(connection, row.id, row.fence, LIVE, CLOCK, NOW)
            assert isinstance(claimed, Claimed)
            assert to_wire(connection, claimed.row)
            if attempt == 1:
                sending.retry(connection, row.id, 1, "lost_attempt", None, NOW)
        sending.accepted(connection, row.id, 2, "a.eml", CLOCK, NOW)
        page_events.record(connection, row.id, 1, "viewed", NOW)
        found = messages.row(connection, row.id)
        assert found is not None
        assert not found.doubled
