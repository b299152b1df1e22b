from typing import Unpack

import pytest
import sqlalchemy as sa

from ledger import Ledger, LedgerFault, mail_tables, messages, sending
from tests.ledger.given import (
    CLOCK,
    JOURNEY,
    KEY,
    LATER,
    NOW,
    a_claimed_message,
    a_journey,
    a_message,
    a_message_on_wire,
    new_message,
    present,
    to_wire,
)

OTHER_JOURNEY = "journey:cwe:ben:renewal:2"
WELCOME = "welcome#created>applicant"


def test_a_queued_message_is_all_that_was_asked_and_nothing_has_happened_to_it(ledger: Ledger) -> None:
    new = new_message()
    with ledger.write() as connection:
        a_journey(connection)
        row = messages.queue(connection, new)
        assert row == present(connection, new.id)
    assert {name: getattr(row, name) for name in type(new).model_fields} == dict(new)
    assert (row.state, row.fence, row.attempt, row.changed_at) == ("queued", 1, 0, NOW)
    assert (row.sent_at, row.address, row.lease_until, row.held_reason) == (None, None, None, None)


def test_a_key_has_one_message_in_its_journey_for_ever(ledger: Ledger) -> None:
    with ledger.write() as connection:
        first = a_message(connection)
        messages.cancel(connection, first.id, "stage_left", NOW)
    with pytest.raises(LedgerFault), ledger.write() as connection:
        messages.queue(connection, new_message(first.key))
    with ledger.write() as connection:
        a_journey(connection, OTHER_JOURNEY)
        messages.queue(connection, new_message(first.key, OTHER_JOURNEY))


def test_a_cancelled_message_that_is_due_again_keeps_its_id_under_the_next_fence(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        messages.cancel(connection, row.id, "stage_left", NOW, "submitted on 1 March")
        cancelled = present(connection, row.id)
        again = messages.requeue(connection, row.id, LATER, plan_version="v2", planned_at=LATER)
    assert (cancelled.state, cancelled.reason, cancelled.detail) == ("cancelled", "stage_left", "submitted on 1 March")
    assert again is not None
    assert (again.id, again.state, again.fence, again.reason, again.detail) == (row.id, "queued", 2, None, None)
    assert (again.plan_version, again.planned_at, again.fields) == ("v2", LATER, row.fields)


def test_cancelling_a_claimed_message_moves_the_fence_and_a_waiting_one_not(ledger: Ledger) -> None:
    with ledger.write() as connection:
        claimed = a_claimed_message(connection, KEY)
        waiting = a_message(connection, WELCOME)
        for row in (claimed, waiting):
            assert messages.cancel(connection, row.id, "stage_left", NOW)
        assert present(connection, claimed.id).fence == claimed.fence + 1
        assert present(connection, waiting.id).fence == waiting.fence


def test_cancelling_a_held_message_forgets_why_it_was_held(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_claimed_message(connection)
        sending.give_back(connection, row.id, row.attempt, "quiet_hours", "until 08:00", "v1", CLOCK, NOW)
        messages.cancel(connection, row.id, "stage_left", NOW)
        after = present(connection, row.id)
    assert (after.held_reason, after.held_detail, after.held_basis, after.held_at) == (None, None, None, None)


def test_refreshing_changes_what_is_named_and_nothing_else(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        assert messages.refresh(connection, row.id, plan_version="v2", not_after=None, fields={"days": 6})
        after = present(connection, row.id)
    assert after == row.model_copy(update={"plan_version": "v2", "not_after": None, "fields": {"days": 6}})


def test_messages_are_found_by_journey_and_by_person_oldest_first_in_pages(ledger: Ledger) -> None:
    with ledger.write() as connection:
        mine = [a_message(connection, key) for key in (KEY, WELCOME, "past_due:P1D@2027-03-08>applicant")]
        a_journey(connection, OTHER_JOURNEY)
        messages.queue(connection, new_message(KEY, OTHER_JOURNEY).model_copy(update={"person_id": "ben"}))
    with ledger.read() as connection:
        assert messages.rows(connection, JOURNEY) == mine
        assert messages.search(connection, journey=JOURNEY) == mine
        assert messages.search(connection, person="ada") == mine
        assert len(messages.search(connection)) == 4
        page = messages.search(connection, person="ada", limit=2)
        assert [*page, *messages.search(connection, person="ada", after=page[-1].id, limit=2)] == mine
        assert messages.row(connection, "no-such-row") is None


def test_34_whether_anything_of_a_rule_has_left_is_known_by_program(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_message(connection, "due_reminder:P30D@2027-03-08>applicant")
        assert not messages.any_left(connection, "cwe", "due_reminder")
        a_message_on_wire(connection)
        assert messages.any_left(connection, "cwe", "due_reminder")
        assert not messages.any_left(connection, "cwe", "welcome")
        assert not messages.any_left(connection, "other", "due_reminder")


def test_messages_are_found_by_whatever_is_given_of_them(ledger: Ledger) -> None:
    with ledger.write() as connection:
        kept = a_message(connection, WELCOME)
        refused = a_claimed_message(connection, KEY)
        assert to_wire(connection, refused)
        sending.failed(connection, refused.id, refused.attempt, "refused", None, NOW)
        bounced = a_message(connection, "welcome#other>applicant")
        update = sa.update(mail_tables.message).where(mail_tables.message.c.id == bounced.id)
        connection.execute(update.values(delivery="bounced", channel="letter", source="outside", queued_at=LATER))

        def found(**wanted: Unpack[messages.Wanted]) -> list[str]:
            return [row.id for row in messages.search(connection, **wanted)]

        assert found() == [kept.id, refused.id, bounced.id]
        assert found(failed=True) == [refused.id, bounced.id]
        assert found(state="failed") == [refused.id]
        assert found(delivery="bounced", source="outside", channel="letter") == [bounced.id]
        assert found(since=LATER) == [bounced.id]
        assert found(until=LATER) == [kept.id, refused.id]
        assert found(program="cwe", notification="due_reminder", person="ada") == [kept.id, refused.id, bounced.id]
        assert found(program="other") == []
