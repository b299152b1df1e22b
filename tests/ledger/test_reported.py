"""What follows from an event: facts of journeys, addresses that are not written to, and what staff say themselves."""

from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from ledger import Ledger, audit, mail_tables, people, provider_events, suppressions, wake_ups
from ledger.people import PersonRow
from tests.ledger.given import JOURNEY, KEY, NOW, a_journey, a_message, present
from tests.ledger.reported import AT, OTHER, event, events, record, sent, told

DAY: Final = timedelta(days=1)


def test_a_failure_is_a_fact_of_the_journey_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event("bounced", row, failure="invalid_address"))
        record(connection, event("bounced", row, failure="invalid_address", at=AT + DAY), event("dropped", row))
        assert told(connection).failures == [(f"{row.id}.failed", KEY, "invalid_address")]


@pytest.mark.parametrize(("failure", "why"), [(None, "blocked"), ("ada@example.org: 550 no", "unclassified")])
def test_a_fact_says_a_class_and_never_a_provider_s_own_words(ledger: Ledger, failure: str | None, why: str) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event("blocked", row, failure=failure))
        assert told(connection).failures == [(f"{row.id}.failed", KEY, why)]


def test_a_complaint_is_a_fact_beside_the_delivery(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event("delivered", row), event("complained", row))
        assert told(connection).failures == [(f"{row.id}.complained", KEY, "complained")]
        assert present(connection, row.id).delivery == "delivered"


def test_a_delivery_is_told_only_where_a_clock_waits_for_it(ledger: Ledger) -> None:
    with ledger.write() as connection:
        plain, awaited = sent(connection), sent(connection, OTHER)
        table = mail_tables.message
        connection.execute(sa.update(table).where(table.c.id == awaited.id).values(fields={"awaited": True}))
        record(connection, event("delivered", plain), event("delivered", awaited))
        record(connection, event("delivered", awaited, at=AT + DAY))
        assert told(connection).causes == ["delivered"]
        assert [each.id for each in wake_ups.pending(connection)] == [f"{awaited.id}.delivered"]


@pytest.mark.parametrize(
    ("kind", "failure", "cause"),
    [
        ("bounced", "mailbox_unavailable", "bounced"),
        ("dropped", "bounced_address", "bounced"),
        ("dropped", "invalid", "invalid"),
        ("dropped", "spam_reporting_address", "complained"),
        ("dropped", "unsubscribed_address", "unsubscribed"),
        ("complained", None, "complained"),
        ("unsubscribed", None, "unsubscribed"),
        ("dropped", "over_quota", None),
        ("dropped", "spam_content", None),
        ("blocked", "reputation", None),
        ("deferred", None, None),
        ("group_unsubscribed", None, None),
    ],
)
def test_what_is_reported_of_an_address_keeps_mail_from_it_or_does_not(
    ledger: Ledger, kind: str, failure: str | None, cause: str | None
) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event(kind, row, failure=failure, reason="their words"))
        standing = suppressions.active(connection, ["ada@example.org"]).get("ada@example.org", ())
    assert [(one.cause, one.source, one.message_id, one.detail) for one in standing] == (
        [(cause, "event", row.id, "their words")] if cause else []
    )


def test_everybody_with_a_suppressed_address_is_looked_at_again(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        twin = PersonRow(id="twin", email="ADA@example.org", name="Twin")
        people.set_person(connection, twin, "desk", NOW)
        a_journey(connection, "journey:cwe:twin:application:1")
        record(connection, event("complained"), event("complained", at=AT + DAY))
        woken = [(each.journey_id, each.cause) for each in wake_ups.pending(connection)]
    assert sorted(woken) == [(JOURNEY, "suppressed"), ("journey:cwe:twin:application:1", "suppressed")]


def test_an_event_of_before_the_address_was_cleared_suppresses_it_no_more(ledger: Ledger) -> None:
    with ledger.write() as connection:
        record(connection, event("bounced"))
        suppressions.lift(connection, "ada@example.org", ["bounced"], "desk", "corrected", AT + DAY)
        record(connection, event("bounced", at=AT + timedelta(hours=1)))
        assert not suppressions.active(connection, ["ada@example.org"])
        record(connection, event("bounced", at=AT + 2 * DAY))
        assert suppressions.active(connection, ["ada@example.org"])


def test_staff_say_that_a_message_was_delivered_or_not(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        assert provider_events.say(connection, row.id, "undelivered", "desk.eva", AT, "she called")
        assert present(connection, row.id).delivery == "undelivered"
        assert told(connection).failures == [(f"{row.id}.failed", KEY, "undelivered")]
        assert provider_events.say(connection, row.id, "delivered", "desk.eva", AT + DAY)
        after = present(connection, row.id)
        kept = connection.execute(sa.select(mail_tables.provider_event)).mappings().all()
        said = [entry.detail["said"] for entry in audit.entries(connection, row.id)]
    assert (after.delivery, after.delivered_at, after.failure) == ("delivered", AT + DAY, None)
    assert [(each["provider"], each["raw"]["by"], each["reason"]) for each in kept] == [
        ("staff", "desk.eva", "she called"),
        ("staff", "desk.eva", None),
    ]
    assert said == ["undelivered", "delivered"]


def test_what_staff_know_outdoes_a_failure_and_its_class(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event("bounced", row, failure="content"))
        provider_events.say(connection, row.id, "delivered", "desk.eva", AT + DAY)
        after = present(connection, row.id)
    assert (after.delivery, after.failure, after.failed_at) == ("delivered", None, AT)


def test_of_a_message_that_never_left_staff_can_say_nothing(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        assert not provider_events.say(connection, row.id, "delivered", "desk.eva", AT)
        assert not events(connection)


def test_a_reader_who_opened_our_page_is_noted_and_no_provider_s_event_takes_it_back(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        provider_events.note(connection, row.id, "page", "viewed", "reader", AT)
        record(connection, event("opened", row, at=AT + DAY))
        after = present(connection, row.id)
    assert (after.viewed_at, after.opened_at, after.state) == (AT, AT + DAY, "accepted")


def test_what_a_page_wrote_into_the_row_itself_stays(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        table = mail_tables.message
        connection.execute(sa.update(table).where(table.c.id == row.id).values(unsubscribed_at=AT))
        record(connection, event("delivered", row))
        assert present(connection, row.id).unsubscribed_at == AT
