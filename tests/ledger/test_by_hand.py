"""Notes and letters: accepted without ever having been in the mail's hands."""

from datetime import timedelta

import pytest

from ledger import Ledger, LedgerFault, bodies, by_hand, copies, messages, sending
from ledger.identifiers import uuid7
from ledger.message_rows import Claimed, Gone, MessageRow, NewMessage, original
from tests.ledger.given import (
    CLOCK,
    KEY,
    LATER,
    LIVE,
    NOW,
    a_claimed_message,
    a_message,
    a_message_on_wire,
    a_person,
    present,
)


def a_call(key: str = "adhoc#call-1") -> NewMessage:
    return NewMessage(
        id=uuid7(),
        program="cwe",
        journey_id=None,
        key=key,
        source="staff",
        channel="call",
        by="desk",
        rule="adhoc",
        purpose="announcement",
        to="applicant",
        person_id="ada",
        plan_version="v1",
        queued_at=NOW,
    )


def test_a_note_is_accepted_from_the_start_with_its_words_kept(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_person(connection)
        row = by_hand.noted(connection, a_call(), "A call", "<p>Hello</p>", "Hello", CLOCK, NOW)
        kept = bodies.body(connection, row.id)
    assert (row.state, row.channel, row.sent_at, row.subject) == ("accepted", "call", CLOCK, "A call")
    assert kept is not None
    assert (kept.html, kept.text) == ("<p>Hello</p>", "Hello")


def test_a_second_note_under_one_key_is_a_fault(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_person(connection)
        by_hand.noted(connection, a_call(), "A call", "", "Hello", CLOCK, NOW)
    with pytest.raises(LedgerFault), ledger.write() as connection:
        by_hand.noted(connection, a_call(), "A call", "", "Hello", CLOCK, NOW)


def test_a_held_message_that_was_printed_is_accepted_as_a_letter_and_no_longer_held(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_claimed_message(connection)
        sending.give_back(connection, row.id, row.attempt, "no_address", None, "v1", CLOCK, NOW)
        assert by_hand.printed(
            connection, present(connection, row.id), "desk", "Due", "<p>page</p>", "t2", CLOCK, LATER
        )
        after, kept = present(connection, row.id), bodies.body(connection, row.id)
    assert (after.state, after.channel, after.by, after.subject) == ("accepted", "letter", "desk", "Due")
    assert (after.sent_at, after.journey_sent_at, after.template_version) == (LATER, CLOCK, "t2")
    assert (after.held_reason, after.address) == (None, None)
    assert kept is not None
    assert kept.html == "<p>page</p>"


def test_of_printing_and_a_claim_one_wins(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        assert isinstance(sending.claim(connection, row.id, row.fence, LIVE, CLOCK, NOW), Claimed)
        assert not by_hand.printed(connection, row, "desk", "Due", "", None, CLOCK, LATER)
        other = a_message(connection, "welcome#created>applicant")
        assert by_hand.printed(connection, other, "desk", "Due", "", None, CLOCK, LATER)
        assert isinstance(sending.claim(connection, other.id, other.fence, LIVE, CLOCK, NOW), Gone)


def test_a_row_that_was_tried_meanwhile_is_not_printed(ledger: Ledger) -> None:
    """Seen as it was before an attempt that has ended since."""
    with ledger.write() as connection:
        row = a_message(connection)
        claimed = sending.claim(connection, row.id, row.fence, LIVE, CLOCK, NOW)
        assert isinstance(claimed, Claimed)
        sending.retry(connection, row.id, claimed.row.attempt, "channel_busy", None, NOW)
        assert not by_hand.printed(connection, row, "desk", "Due", "", None, CLOCK, LATER)


def a_copy(row: MessageRow, number: int) -> NewMessage:
    fields = row.model_dump(include=set(NewMessage.model_fields))
    copied = {
        "id": uuid7(),
        "key": f"{row.key}+{number}",
        "source": "staff",
        "queued_at": NOW + timedelta(hours=number),
    }
    return NewMessage.model_validate({**fields, **copied})


def test_a_message_and_its_copies_are_one_family_and_no_other_key_is(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        a_message(connection, KEY.replace("2027-03-08", "2027-03-09"))
        a_message(connection, f"{KEY}.x")
        first = messages.queue(connection, a_copy(row, 1))
        second = messages.queue(connection, a_copy(row, 2))
        found = [[one.id for one in copies.family(connection, member)] for member in (row, first, second)]
    assert found == [[row.id, first.id, second.id]] * 3
    assert original(second.key) == KEY
    assert original(KEY) == KEY


def test_what_did_not_arrive_is_told_by_the_last_copy(ledger: Ledger) -> None:
    def lost() -> list[str]:
        with ledger.read() as connection:
            return [row.key for row in copies.undelivered(connection, "ada")]

    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        sending.failed(connection, row.id, row.attempt, "refused", None, NOW)
    assert lost() == [KEY]
    with ledger.write() as connection:
        copied = messages.queue(connection, a_copy(row, 1))
    assert lost() == []
    with ledger.write() as connection:
        claimed = sending.claim(connection, copied.id, copied.fence, LIVE, CLOCK, NOW)
        assert isinstance(claimed, Claimed)
        assert [one.id for one in copies.under_way(connection, "ada")] == [copied.id]
