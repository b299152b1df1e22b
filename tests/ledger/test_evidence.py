"""What a report proves of attempts whose message is known to be taken already: mostly nothing new, and then in bulk."""

from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import Ledger, mail_tables, sending
from ledger.message_rows import Claimed, MessageRow
from tests.ledger.given import CLOCK, LATER, NOW, present
from tests.ledger.reported import RECEIVED, event, on_wire, record, sent, told

LEASE: Final = timedelta(days=1)


def test_reports_of_many_taken_messages_are_evidence_for_each_and_wake_nobody(ledger: Ledger) -> None:
    with ledger.write() as connection:
        rows = [sent(connection, f"due_reminder:P{n}D@2027-03-08>applicant") for n in range(3)]
        record(connection, *(event("processed", row) for row in rows[:2]))
        [one], [two], [silent] = (sending.attempts(connection, row.id) for row in rows)
        assert told(connection).causes == []
    assert (one.evidence_at, two.evidence_at, silent.evidence_at) == (RECEIVED, RECEIVED, None)
    assert (one.outcome, one.ended_at) == ("accepted", NOW)


def test_the_first_report_stays_the_evidence(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event("processed", row))
        connection.execute(sa.update(mail_tables.attempt).values(evidence_at=NOW))
        record(connection, event("delivered", row))
        [attempt] = sending.attempts(connection, row.id)
    assert attempt.evidence_at == NOW


def test_a_report_of_the_attempt_before_the_accepted_one_shows_that_two_copies_left(ledger: Ledger) -> None:
    with ledger.write() as connection:
        first = on_wire(connection)
        second = _sent_again(connection, first)
        record(connection, event("processed", first))
        after = present(connection, second.id)
    assert after.doubled


def test_a_report_names_the_hand_over_of_a_message_that_staff_said_was_sent(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        connection.execute(sa.update(mail_tables.message).values(provider_id=None))
        record(connection, event("processed", row, hand_over_id="sg-77"))
        assert present(connection, row.id).provider_id == "sg-77"


@pytest.mark.parametrize("state", ["unknown", "review", "failed", "cancelled"])
def test_a_report_settles_a_row_that_has_the_providers_name_and_another_state(ledger: Ledger, state: str) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        connection.execute(sa.update(mail_tables.message).values(state=state))
        record(connection, event("processed", row))
        assert present(connection, row.id).state == "accepted"
        assert told(connection).causes == ["proved"]


def _sent_again(connection: Connection, row: MessageRow) -> MessageRow:
    sending.retry(connection, row.id, row.attempt, "channel_busy", None, NOW)
    claimed = sending.claim(connection, row.id, row.fence, LEASE, CLOCK, NOW)
    assert isinstance(claimed, Claimed)
    second = claimed.row.attempt
    assert sending.to_wire(
        connection, row.id, row.fence, second, address="ada@example.org", subject="s", plan_version="v1",
        template_version=None, transport="sendgrid", evidence="events", clock=CLOCK, now=NOW,
    )  # fmt: skip
    assert sending.accepted(connection, row.id, second, "sg-2", CLOCK, LATER)
    return present(connection, row.id)
