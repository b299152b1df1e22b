"""The provider's lists beside what is known here: who is added, who is free again, and who is neither."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from ledger import Ledger, listed, suppressions, wake_ups
from ledger.listed import Copied, Listed
from ledger.suppressions import Cause, Source
from tests.ledger.given import JOURNEY, LATER, NOW, a_journey

ADA = "ada@example.org"
DAY = timedelta(days=1)


def on_list(address: str = ADA, since: datetime = NOW) -> Listed:
    return Listed(address, since, "550 no such user")


def standing(connection: Connection) -> list[tuple[Cause, Source]]:
    return [(row.cause, row.source) for row in suppressions.active(connection, [ADA]).get(ADA, ())]


def woken(connection: Connection) -> list[str]:
    return [each.journey_id for each in wake_ups.pending(connection)]


def test_what_is_listed_is_added_once_with_its_date_and_words_and_its_readers_are_woken(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        again = [on_list(), on_list(since=NOW - DAY), on_list("ben@example.org")]
        assert listed.copy(connection, "bounced", again, LATER) == Copied(2)
        assert listed.copy(connection, "bounced", again, LATER) == Copied(0)
        [row] = suppressions.active(connection, [ADA])[ADA]
        assert (row.cause, row.source, row.by, row.since, row.detail) == (
            "bounced",
            "sendgrid",
            "sendgrid",
            NOW,
            "550 no such user",
        )
        assert woken(connection) == [JOURNEY]


def test_a_copy_of_what_an_event_told_already_wakes_nobody_again(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        suppressions.suppress(connection, ADA, "bounced", "event", "sendgrid", NOW)
        assert listed.copy(connection, "bounced", [on_list()], LATER) == Copied(1)
        assert standing(connection) == [("bounced", "event"), ("bounced", "sendgrid")]
        assert woken(connection) == []


def test_what_was_taken_off_lifts_the_copy_alone_and_wakes_its_readers(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        suppressions.suppress(connection, ADA, "bounced", "event", "sendgrid", NOW)
        listed.copy(connection, "bounced", [on_list(), on_list("ben@example.org")], LATER)
        assert listed.copied(connection, "bounced") == [ADA, "ben@example.org"]
        assert listed.copied(connection, "invalid") == []
        assert listed.taken_off(connection, "bounced", [ADA], LATER) == 1
        assert listed.taken_off(connection, "bounced", [ADA], LATER) == 0
        assert standing(connection) == [("bounced", "event")]
        assert listed.copied(connection, "bounced") == ["ben@example.org"]
        assert woken(connection) == [JOURNEY]


@pytest.mark.parametrize(
    ("by", "listed_at", "forgiven"),
    [
        ("reader", NOW, True),
        ("cli", NOW, True),
        ("cli", LATER + DAY, False),  # it came back since
        (listed.PROVIDER, NOW, False),  # nobody's word: the list is believed
    ],
)
def test_what_reader_or_staff_have_lifted_since_is_to_be_taken_off_there_and_not_added(
    ledger: Ledger, by: str, listed_at: datetime, forgiven: bool
) -> None:
    with ledger.write() as connection:
        suppressions.suppress(connection, ADA, "unsubscribed", "event", "sendgrid", NOW - DAY)
        suppressions.lift(connection, ADA, ["unsubscribed"], by, "asked", LATER)
        copied = listed.copy(connection, "unsubscribed", [on_list(since=listed_at)], LATER)
        assert copied == (Copied(0, (ADA,)) if forgiven else Copied(1))
        assert standing(connection) == ([] if forgiven else [("unsubscribed", "sendgrid")])


def test_a_cause_that_was_lifted_says_nothing_of_another(ledger: Ledger) -> None:
    with ledger.write() as connection:
        suppressions.suppress(connection, ADA, "unsubscribed", "event", "sendgrid", NOW - DAY)
        suppressions.lift(connection, ADA, ["unsubscribed"], "reader", "asked", LATER)
        assert listed.copy(connection, "bounced", [on_list()], LATER) == Copied(1)


def test_what_stands_by_another_source_is_not_taken_off_there(ledger: Ledger) -> None:
    with ledger.write() as connection:
        suppressions.suppress(connection, ADA, "bounced", "event", "sendgrid", NOW - DAY)
        suppressions.lift(connection, ADA, ["bounced"], "cli", "called", LATER)
        suppressions.suppress(connection, ADA, "bounced", "event", "sendgrid", LATER + DAY)
        assert listed.copy(connection, "bounced", [on_list()], LATER) == Copied(1)
