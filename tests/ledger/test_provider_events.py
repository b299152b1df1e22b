"""Events are kept once each, find their message, and count, in one transaction with all that follows from them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations
from typing import Final

import pytest
import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import Ledger, audit, mail_tables, messages, people, provider_events, sending, suppressions, wake_ups
from ledger.matching import NewEvent
from ledger.message_rows import MessageRow
from ledger.people import PersonRow
from ledger.provider_events import Recorded
from tests.ledger.given import CLOCK, JOURNEY, KEY, LATER, NOW, a_journey, a_message, new_message, present
from tests.ledger.reported import AT, RECEIVED, event, events, on_wire, sent

OTHER: Final = "due_reminder:P1D@2027-03-08>applicant"
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What is owed to journeys."""

    causes: list[str]
    failures: list[tuple[str, JsonValue, JsonValue]]


def record(connection: Connection, *given: NewEvent) -> Recorded:
    return provider_events.record(connection, None, given, RECEIVED)


def told(connection: Connection) -> Told:
    failures = [(each.id, each.data["key"], each.data["why"]) for each in wake_ups.failures(connection, JOURNEY)]
    return Told(sorted(each.cause for each in wake_ups.pending(connection)), failures)


def test_an_event_is_kept_with_everything_it_says(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        given = event(
            "bounced", row, failure="invalid_address", status="5.1.1", reason="550 no", url="https://x", response="r",
            provider_message_id="sg-1.recv", raw={"mid": row.id, "asm_group_id": 7},
        )  # fmt: skip
        assert record(connection, given) == Recorded(1, 1)
        kept = connection.execute(sa.select(mail_tables.provider_event)).mappings().one()
    for name in NewEvent.model_fields.keys() - {"hand_over_id"}:
        assert kept[name] == getattr(given, name), name
    assert (kept["matched"], kept["received_at"]) == ("id", RECEIVED)


def test_copies_are_known_by_their_id_or_by_their_content(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = sent(connection)
        first = event("delivered", row)
        assert record(connection, first, first) == Recorded(1, 1)
        same_content = first.model_copy(update={"event_id": "another"})
        same_id = first.model_copy(update={"content": "another"})
        assert record(connection, first, same_content, same_id) == Recorded(0, 0)
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
            assert record(connection, *given) == Recorded(2, 2)
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
        assert record(connection, event("delivered", row, attempt=9)) == Recorded(1, 1)
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


def test_what_names_another_s_message_is_not_taken_for_ours(ledger: Ledger) -> None:
    with ledger.write() as connection:
        sent(connection)
        record(connection, event("bounced", provider_message_id="marketing.recv"), event("bounced", message_id="else"))
        assert [matched for _, _, matched in events(connection)] == [None, None]


def test_an_event_of_a_message_that_is_not_there_yet_finds_it_later(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        new = new_message()
        early = event("bounced", message_id=new.id, attempt=1, raw={"mid": new.id}, failure="content")
        assert record(connection, early) == Recorded(1, 0)
        assert provider_events.rematch(connection, RECEIVED) == 0
        messages.queue(connection, new)
        assert provider_events.rematch(connection, RECEIVED + DAY) == 1
        assert events(connection) == [("bounced", new.id, "id")]
        after = present(connection, new.id)
        assert provider_events.rematch(connection, RECEIVED + DAY) == 0
    assert (after.delivery, after.failure) == ("bounced", "content")


def test_a_bounce_without_ids_finds_its_message_later_too(ledger: Ledger) -> None:
    with ledger.write() as connection:
        record(connection, event("bounced"))
        row = sent(connection)
        assert provider_events.rematch(connection, RECEIVED) == 1
        assert events(connection) == [("bounced", row.id, "address")]


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
        assert record(connection, *given) == Recorded(2000, 2000)
        assert present(connection, row.id).opened_at == AT
