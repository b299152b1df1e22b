import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger import Ledger, channels, messages, sending
from ledger.message_rows import Busy, Claimed, Gone, MessageRow
from tests.ledger.given import (
    CLOCK,
    KEY,
    LATER,
    LIVE,
    NOW,
    OVER,
    a_claimed_message,
    a_message,
    a_message_on_wire,
    present,
    to_wire,
)


def claim(ledger: Ledger, row: MessageRow, lease: timedelta = LIVE) -> Claimed | Busy | Gone:
    with ledger.write() as connection:
        return sending.claim(connection, row.id, row.fence, lease, CLOCK, LATER)


def claimed(ledger: Ledger, row: MessageRow, lease: timedelta = LIVE) -> MessageRow:
    answer = claim(ledger, row, lease)
    assert isinstance(answer, Claimed)
    return answer.row


def test_a_claim_numbers_the_attempt_and_answers_the_row(ledger: Ledger) -> None:
    with ledger.write() as connection:
        queued = a_message(connection)
    row = claimed(ledger, queued)
    assert (row.state, row.attempt, row.fence, row.tried_at, row.changed_at) == ("claimed", 1, 1, CLOCK, LATER)
    assert row.fields == queued.fields


def test_of_four_workers_that_want_the_same_rows_each_row_goes_to_one(ledger: Ledger) -> None:
    with ledger.write() as connection:
        queued = [a_message(connection, f"due_reminder:P{n}D@2027-03-08>applicant") for n in range(8)]
    together = threading.Barrier(4)

    def work(_: int) -> list[Claimed | Busy | Gone]:
        together.wait(10)
        return [claim(ledger, row) for row in queued]

    with ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(work, range(4)))
    for of_one_row in zip(*answers, strict=True):
        assert sorted(type(answer).__name__ for answer in of_one_row) == ["Busy", "Busy", "Busy", "Claimed"]


def test_a_worker_that_waited_for_the_row_finds_it_taken(ledger: Ledger) -> None:
    with ledger.write() as connection:
        queued = a_message(connection)
    with ThreadPoolExecutor(1) as another, ledger.write() as connection:
        first = sending.claim(connection, queued.id, queued.fence, LIVE, CLOCK, NOW)
        second = another.submit(claim, ledger, queued)
        connection.commit()
        assert isinstance(first, Claimed)
        assert isinstance(second.result(10), Busy)


def test_a_message_is_not_taken_while_its_channel_is_known_not_to_be_up(ledger: Ledger) -> None:
    with ledger.write() as connection:
        queued = a_message(connection)

        def taken(fence: int | None = None) -> MessageRow | None:
            return sending.take(connection, queued.id, fence, OVER, CLOCK, LATER, while_up="sendgrid")

        channels.shut_for(connection, "smtp", "down", "another one", LIVE, NOW)
        assert taken() is not None
        channels.shut_for(connection, "sendgrid", "busy", "slower", OVER, NOW)
        assert taken() is None
        channels.accepted(connection, "sendgrid", LATER)
        assert taken(queued.fence + 1) is None
        assert taken(queued.fence) == messages.row(connection, queued.id)


def test_a_live_lease_says_when_it_is_over(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_claimed_message(connection, lease=LIVE)
    busy = claim(ledger, row)
    assert isinstance(busy, Busy)
    assert busy.until == row.lease_until
    assert timedelta(0) < busy.left <= LIVE


def test_a_row_whose_lease_is_over_is_claimed_again_and_its_old_attempt_can_do_nothing(ledger: Ledger) -> None:
    with ledger.write() as connection:
        old = a_claimed_message(connection, lease=OVER)
    new = claimed(ledger, old)
    assert new.attempt == old.attempt + 1
    with ledger.write() as connection:
        assert not to_wire(connection, old)
        assert not sending.retry(connection, old.id, old.attempt, "channel_busy", None, NOW)
        assert not sending.give_back(connection, old.id, old.attempt, "quiet_hours", None, None, CLOCK, NOW)
        assert present(connection, new.id) == new
        assert to_wire(connection, new)


def test_a_claim_under_another_fence_is_told_the_state_and_the_row(ledger: Ledger) -> None:
    with ledger.write() as connection:
        old = a_message(connection)
        messages.cancel(connection, old.id, "stage_left", NOW)
        messages.requeue(connection, old.id, NOW)
        row = present(connection, old.id)
    assert claim(ledger, old) == Gone(state="queued", row=row)


def test_a_row_on_the_wire_or_past_it_is_gone(ledger: Ledger) -> None:
    with ledger.write() as connection:
        on_wire = a_message_on_wire(connection)
    assert claim(ledger, on_wire) == Gone(state="on_wire", row=on_wire)
    with ledger.write() as connection:
        sending.accepted(connection, on_wire.id, on_wire.attempt, None, CLOCK, NOW)
    gone = claim(ledger, on_wire)
    assert isinstance(gone, Gone)
    assert gone.state == "accepted"


def test_a_row_that_never_was_is_missing(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert sending.claim(connection, "no-such-row", 1, LIVE, CLOCK, NOW) == Gone(state="missing")


@pytest.mark.parametrize("part", ["fence", "attempt", "plan_version", "lease"])
def test_the_wire_is_refused_to_an_attempt_that_differs_in_one_thing(ledger: Ledger, part: str) -> None:
    with ledger.write() as connection:
        row = a_claimed_message(connection, lease=OVER if part == "lease" else LIVE)
        other = row if part in {"lease", "plan_version"} else row.model_copy(update={part: getattr(row, part) + 1})
        assert not to_wire(connection, other, plan_version="v2" if part == "plan_version" else "v1")
        assert present(connection, row.id) == row
        assert not sending.attempts(connection, row.id)


def test_the_wire_is_refused_to_an_attempt_whose_lease_would_end_before_its_request(ledger: Ledger) -> None:
    request = timedelta(minutes=1)
    with ledger.write() as connection:
        row = a_claimed_message(connection, lease=request - timedelta(seconds=1))
        assert not to_wire(connection, row, request=request)
        assert present(connection, row.id) == row
    with ledger.write() as connection:
        row = a_claimed_message(connection, "other#created>applicant", lease=2 * request)
        assert to_wire(connection, row, request=request)


def test_the_wire_takes_a_snapshot_and_begins_an_attempt(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        [attempt] = sending.attempts(connection, row.id)
    assert (row.address, row.subject, row.template_version) == ("ada@example.org", "Seven days left", "t1")
    assert (row.journey_sent_at, row.sent_at) == (CLOCK, None)
    assert (attempt.attempt, attempt.transport, attempt.address, attempt.outcome) == (1, "folder", row.address, None)


def test_the_submission_that_cancels_a_claimed_reminder_keeps_it_from_the_wire(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_claimed_message(connection)
    with ledger.write() as connection:
        assert messages.cancel(connection, row.id, "stage_left", LATER)
    with ledger.write() as connection:
        assert not to_wire(connection, row)
        assert present(connection, row.id).state == "cancelled"


def test_an_accepted_message_has_both_clocks_and_what_the_provider_calls_it(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        sending.accepted(connection, row.id, row.attempt, "provider-1", CLOCK, LATER)
        after = present(connection, row.id)
        [attempt] = sending.attempts(connection, row.id)
    assert (after.state, after.sent_at, after.journey_sent_at) == ("accepted", LATER, CLOCK)
    assert (after.provider_id, after.reason, after.lease_until) == ("provider-1", None, None)
    assert (attempt.outcome, attempt.provider_id, attempt.ended_at) == ("accepted", "provider-1", LATER)


def test_what_was_not_as_asked_is_kept_with_the_acceptance(ledger: Ledger) -> None:
    remark = "refused for 1 of 2 recipients"
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        sending.accepted(connection, row.id, row.attempt, "provider-1", CLOCK, LATER, remark)
        after = present(connection, row.id)
        [attempt] = sending.attempts(connection, row.id)
    assert (after.state, after.reason, after.detail, attempt.detail) == ("accepted", None, remark, remark)


def test_a_message_that_was_not_taken_is_claimed_again_and_both_hand_overs_are_kept(ledger: Ledger) -> None:
    with ledger.write() as connection:
        first = a_message_on_wire(connection)
        assert sending.retry(connection, first.id, first.attempt, "channel_busy", "try at 14:45", NOW)
        waiting = present(connection, first.id)
    assert (waiting.state, waiting.reason, waiting.detail) == ("retry", "channel_busy", "try at 14:45")
    assert waiting.journey_sent_at is None
    second = claimed(ledger, waiting)
    with ledger.write() as connection:
        assert to_wire(connection, second)
        assert sending.failed(connection, second.id, second.attempt, "bad_request", "subject is empty", LATER)
        kept = sending.attempts(connection, first.id)
        row = present(connection, first.id)
    assert [(attempt.attempt, attempt.outcome) for attempt in kept] == [(1, "retry"), (2, "failed")]
    assert (row.state, row.reason, row.detail) == ("failed", "bad_request", "subject is empty")


def test_what_is_given_back_says_why_it_is_held_until_it_is_claimed_again(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_claimed_message(connection)
        sending.give_back(connection, row.id, row.attempt, "quiet_hours", "opens at 08:00", "v1", CLOCK, LATER)
        held = present(connection, row.id)
    assert (held.state, held.held_reason, held.held_detail) == ("queued", "quiet_hours", "opens at 08:00")
    assert (held.held_basis, held.held_at) == ("v1", CLOCK)
    again = claimed(ledger, held)
    assert (again.held_reason, again.held_detail, again.held_basis, again.held_at) == (None, None, None, None)


def test_the_late_answer_of_its_own_attempt_settles_an_unknown_message(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message_on_wire(connection)
        sending.unknown(connection, row.id, row.attempt, "no_answer", "the connection broke", NOW)
        unsettled = present(connection, row.id)
        assert not sending.accepted(connection, row.id, row.attempt + 1, "provider-2", CLOCK, LATER)
        assert sending.accepted(connection, row.id, row.attempt, "provider-1", CLOCK, LATER)
        settled = present(connection, row.id)
    assert (unsettled.state, unsettled.reason, unsettled.journey_sent_at) == ("unknown", "no_answer", CLOCK)
    assert (settled.state, settled.reason, settled.detail) == ("accepted", None, None)


def test_a_key_is_claimed_in_its_own_row_alone(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection, KEY)
        other = a_message(connection, "welcome#created>applicant")
    claimed(ledger, row)
    with ledger.read() as connection:
        assert present(connection, other.id) == other
