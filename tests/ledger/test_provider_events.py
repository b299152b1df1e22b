"""Events are kept once each, prove their attempts and count, in one transaction."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Final

import sqlalchemy as sa

from ledger import Ledger, mail_tables, sending
from ledger.matching import NewEvent
from ledger.message_rows import MessageRow
from ledger.provider_events import Kept
from tests.ledger.given import CLOCK, LATER, NOW, a_message, present
from tests.ledger.reported import AT, RECEIVED, event, events, on_wire, record, sent, told

DAY: Final = timedelta(days=1)


def test_an_event_is_kept_with_everything_it_says(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        given = event(
            "bounced", row, failure="invalid_address", status="5.1.1", reason="550 no", url="https://x", response="r",
            hand_over_id="sg-1", raw={"mid": row.id, "asm_group_id": 7},
        )  # fmt: skip
        assert record(connection, given) == Kept(1, 1)
        kept = connection.execute(sa.select(mail_tables.provider_event)).mappings().one()
    for name in set(NewEvent._fields) - {"raw"}:
        assert kept[name] == getattr(given, name), name
    assert (kept["matched"], kept["received_at"], kept["raw"]) == ("id", RECEIVED, None)


def test_copies_are_known_by_their_id_or_by_their_content(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        first = event("delivered", row)
        assert record(connection, first, first) == Kept(1, 2)
        same_content = first._replace(event_id="another")
        same_id = first._replace(content="another")
        assert record(connection, first, same_content, same_id) == Kept(0, 3)
        assert events(connection) == [("delivered", row.id, "id")]


def test_events_without_an_id_of_their_own_are_told_apart_by_their_content(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        one, two = event("opened", row, event_id=None), event("opened", row, event_id=None)
        assert record(connection, one, two).new == 2
        assert record(connection, one, two).new == 0


def test_a_processed_and_a_bounce_in_one_post_both_count_in_either_order(ledger: Ledger) -> None:
    for n, order in enumerate(permutations(("processed", "bounced"))):
        with ledger.write() as connection:
            row = sent(connection, f"due_reminder:P{n + 2}D@2027-03-08>applicant")
            given = [event(kind, row, failure="content" if kind == "bounced" else None) for kind in order]
            assert record(connection, *given) == Kept(2, 2)
            after = present(connection, row.id)
        assert (after.delivery, after.failure, after.failed_at) == ("bounced", "content", AT)


def test_a_bounce_without_any_event_before_it_counts(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        record(connection, event("bounced", row))
        assert present(connection, row.id).delivery == "bounced"


def test_an_event_proves_that_a_lost_hand_over_was_taken(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = on_wire(connection)
        sending.unknown(connection, row.id, row.attempt, "no_answer", None, NOW)
        record(connection, event("opened", row, hand_over_id="sg-77"))
        after = present(connection, row.id)
        [attempt] = sending.attempts(connection, row.id)
        assert told(connection).causes == ["proved"]
    assert (after.state, after.provider_id) == ("accepted", "sg-77")
    assert attempt.evidence_at == RECEIVED


def test_an_event_that_comes_before_the_answer_is_written_leaves_the_answer_room(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = on_wire(connection)
        record(connection, event("delivered", row))
        assert not sending.accepted(connection, row.id, row.attempt, "sg-1", CLOCK, LATER)
        after = present(connection, row.id)
    assert (after.state, after.delivery) == ("accepted", "delivered")


def test_an_event_without_an_attempt_proves_the_only_one(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = on_wire(connection)
        record(connection, event("delivered", row, attempt=None))
        assert present(connection, row.id).state == "accepted"


def test_an_attempt_that_never_was_proves_nothing_and_the_event_is_kept(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_message(connection)
        assert record(connection, event("delivered", row, attempt=9)) == Kept(1, 1)
        assert present(connection, row.id).state == "queued"


def test_events_for_two_attempts_show_that_two_copies_left(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = on_wire(connection)
        sending.retry(connection, row.id, row.attempt, "channel_busy", None, NOW)
        sending.claim(connection, row.id, row.fence, DAY, CLOCK, NOW)
        second = present(connection, row.id)
        sending.to_wire(
            connection, row.id, row.fence, second.attempt, address="ada@example.org", subject="s", plan_version="v1",
            template_version=None, transport="sendgrid", evidence="events", clock=CLOCK, now=NOW,
        )  # fmt: skip
        record(connection, event("delivered", row), event("delivered", second))
        assert present(connection, row.id).doubled


def test_whatever_order_and_copies_they_come_in_the_row_says_the_same(ledger: Ledger) -> None:
    outcomes: list[MessageRow] = []
    kinds = ("processed", "deferred", "delivered", "bounced")
    for n, order in enumerate(permutations(kinds)):
        with ledger.write() as connection:
            row = sent(connection, f"due_reminder:P{n}D@2027-03-08>applicant")
            given = {kind: event(kind, row, at=AT + timedelta(seconds=kinds.index(kind))) for kind in kinds}
            for kind in order:
                record(connection, given[kind], given[order[0]])
            outcomes.append(present(connection, row.id))
    assert {(row.delivery, row.delivered_at, row.failed_at) for row in outcomes} == {
        ("bounced", AT + timedelta(seconds=2), AT + timedelta(seconds=3))
    }


def test_four_posts_of_the_same_events_at_once_keep_each_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        rows = [sent(connection, f"due_reminder:P{n}D@2027-03-08>applicant") for n in range(6)]
    given = [event(kind, row) for row in rows for kind in ("processed", "delivered", "bounced")]

    def post(turn: int) -> int:
        with ledger.write() as connection:
            return record(connection, *(given[turn:] + given[:turn])).new

    with ThreadPoolExecutor(4) as posts:
        assert sum(posts.map(post, (0, 5, 9, 14))) == len(given)
    with ledger.read() as connection:
        assert len(events(connection)) == len(given)
        assert {present(connection, row.id).delivery for row in rows} == {"bounced"}


def test_two_thousand_events_are_one_short_transaction(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        given = [event("opened", row, at=AT + timedelta(seconds=n)) for n in range(2000)]
        assert record(connection, *given) == Kept(2000, 2000)
        assert present(connection, row.id).opened_at == AT
