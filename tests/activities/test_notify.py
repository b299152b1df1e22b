"""One attempt of `notify`: claimed from its row, true at its instant, and every end of it written down."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.claiming import Turn
from activities.compose import Held
from activities.notify import LEASE, Notify, Ready
from activities.shelf import Shelf
from ledger import Ledger, bodies, facts, sending, suppressions, wake_ups
from mail.transport import Accepted, HandOver, NotTaken, Refused
from tests.activities.given import (
    JOURNEY,
    PLAN,
    START,
    Desk,
    Recorder,
    after,
    end_lease,
    event,
    folder,
    publish,
    put_on_wire,
)
from workflows.wire import Due, SendRequest

WELCOME = "welcome#created>applicant"
WEEK = "due_reminder:P7D@2026-12-04>applicant"


@pytest.fixture
def welcome(desk: Desk) -> Due:
    return desk.decide().due[0]


def test_a_message_leaves_once_with_everything_the_ledger_keeps_of_it(desk: Desk, welcome: Due) -> None:
    recorder = Recorder()
    assert desk.notify(welcome, recorder).result == "sent"
    [email] = recorder.given
    row = desk.row(WELCOME)
    assert (row.state, row.address, row.subject) == ("accepted", "ada@example.org", "Welcome to the Guild of Testers")
    assert row.template_version
    assert row.journey_sent_at == START
    assert email.message_id_header == f"<{row.id}@example.org>"
    assert email.headers["X-Waypost-Key"] == WELCOME
    assert email.headers["X-Waypost-Plan"] == row.plan_version


def test_what_was_not_as_asked_stands_beside_the_acceptance(desk: Desk, welcome: Due) -> None:
    taken = Accepted(provider_id="Q1", remark="refused for 1 of 2 recipients (status 550); the others have it")
    assert desk.notify(welcome, Recorder([taken])).result == "sent"
    row = desk.row(WELCOME)
    assert (row.state, row.provider_id, row.detail) == ("accepted", "Q1", taken.remark)


def test_a_second_attempt_after_acceptance_sends_nothing(desk: Desk, welcome: Due) -> None:
    recorder = Recorder()
    assert [desk.notify(welcome, recorder).result for _ in range(2)] == ["sent", "sent"]
    assert len(recorder.given) == 1


def test_a_message_that_was_not_taken_is_tried_again(desk: Desk, welcome: Due) -> None:
    recorder = Recorder([NotTaken(sentence="there is no connection")])
    with pytest.raises(ApplicationError) as raised:
        desk.notify(welcome, recorder)
    assert (raised.value.type, raised.value.next_retry_delay) == ("channel_busy", None)
    assert desk.row(WELCOME).state == "retry"
    assert desk.notify(welcome, recorder).result == "sent"
    assert len({email.model_dump_json() for email in recorder.given}) == 1


def test_a_refusal_is_final_and_flagged(desk: Desk, welcome: Due) -> None:
    assert desk.notify(welcome, Recorder([Refused(sentence="too large")])).result == "failed"
    decision = desk.decide()
    assert decision.due == ()
    assert "needs attention" in decision.flags


def test_a_row_found_on_the_wire_is_written_again_where_that_is_harmless(
    desk: Desk, welcome: Due, ledger: Ledger, tmp_path: Path
) -> None:
    put_on_wire(ledger, welcome, "repeatable", "folder")
    end_lease(ledger, welcome)
    mail = folder(tmp_path / "mail")
    assert desk.notify(welcome, mail).result == "sent"
    assert [file.name for file in (tmp_path / "mail").iterdir()] == [f"{welcome.message_id}.eml"]


def test_a_live_attempt_keeps_its_row_to_itself(desk: Desk, welcome: Due, ledger: Ledger) -> None:
    with ledger.write() as conn:
        sending.claim(conn, welcome.message_id, welcome.fence, timedelta(minutes=1), START, START)
    recorder = Recorder()
    with pytest.raises(ApplicationError) as raised:
        desk.notify(welcome, recorder)
    assert raised.value.type == "Busy"
    assert raised.value.next_retry_delay is not None
    assert recorder.given == []


def test_a_message_that_was_taken_back_does_not_leave(desk: Desk) -> None:
    reminder = next(due for due in desk.decide(after(53, hours=4)).due if due.key == WEEK)
    desk.decide(after(53, hours=5), event(1, "submitted", at=after(53, hours=5)))
    recorder = Recorder()
    assert desk.notify(reminder, recorder, after(53, hours=5)).result == "cancelled"
    assert recorder.given == []


def test_days_left_are_true_at_the_moment_of_sending(desk: Desk) -> None:
    reminder = next(due for due in desk.decide(after(53, hours=1)).due if due.key == WEEK)
    recorder = Recorder()
    desk.notify(reminder, recorder, after(53, hours=1) + timedelta(hours=23))
    assert [email.subject for email in recorder.given] == ["6 days left"]


def test_a_reminder_past_its_time_is_missed_and_puts_nothing_on_the_wire(desk: Desk) -> None:
    reminder = next(due for due in desk.decide(after(53, hours=1)).due if due.key == WEEK)
    recorder = Recorder()
    assert desk.notify(reminder, recorder, after(57)).result == "missed"
    assert recorder.given == []
    assert desk.row(WEEK).reason == "too_late"


def test_a_window_that_closed_meanwhile_gives_the_row_back_until_it_opens(desk: Desk) -> None:
    reminder = next(due for due in desk.decide(after(53, hours=9)).due if due.key == WEEK)
    recorder = Recorder()
    outcome = desk.notify(reminder, recorder, after(53, hours=12))
    assert (outcome.result, outcome.reason) == ("given_back", "quiet_hours")
    assert recorder.given == []
    decision = desk.decide(after(53, hours=12))
    assert decision.due == ()
    assert decision.next_at is not None
    assert desk.decide(after(53, hours=23)).due != ()


def test_a_missing_field_holds_the_message_until_the_template_is_mended(desk: Desk, ledger: Ledger) -> None:
    publish(ledger, welcome="---\nsubject: Hi\n---\n<p>[[event.nothing]]</p>")
    [due] = desk.decide().due
    outcome = desk.notify(due, Recorder())
    assert (outcome.result, outcome.reason) == ("given_back", "template_error")
    assert desk.decide().due == ()
    publish(ledger, welcome="---\nsubject: Hi\n---\n<p>Hello.</p>")
    [due] = desk.decide().due
    assert desk.notify(due, Recorder()).result == "sent"


def test_what_is_mended_in_the_moment_of_giving_back_is_tried_again_at_once(desk: Desk, ledger: Ledger) -> None:
    publish(ledger, welcome="---\nsubject: Hi\n---\n<p>[[event.nothing]]</p>")
    [due] = desk.decide().due
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), START)
    assert isinstance(turn, Turn)
    held = activity._derive(turn.row, START)
    assert isinstance(held, Held)
    publish(ledger, welcome="---\nsubject: Hi\n---\n<p>Hello.</p>")
    assert activity._give_back(turn.row, held, START).reason == "template_error"
    [due] = desk.decide().due
    assert desk.notify(due, Recorder()).result == "sent"


def test_a_message_whose_lease_would_not_outlast_the_request_is_tried_again_with_a_new_one(
    desk: Desk, welcome: Due
) -> None:
    recorder = Recorder()
    outcome = desk.notify(welcome, recorder, request=LEASE)
    assert (outcome.result, outcome.reason, outcome.again_at) == ("given_back", "no_time_left", START)
    row = desk.row(WELCOME)
    assert (row.state, row.reason, recorder.given) == ("retry", "no_time_left", [])
    [again] = desk.decide().due
    assert desk.notify(again, recorder).result == "sent"


def test_a_missing_template_holds_the_message(desk: Desk, ledger: Ledger) -> None:
    publish(ledger, PLAN.replace("welcome: {", "greeting: {"))
    due = next(due for due in desk.decide().due if due.key.startswith("greeting"))
    outcome = desk.notify(due, Recorder())
    assert (outcome.result, outcome.reason) == ("given_back", "template_error")


def test_outside_production_nobody_else_is_written_to(desk: Desk, welcome: Due) -> None:
    recorder = Recorder()
    outcome = desk.notify(welcome, recorder, only_to=["staff@example.org"])
    assert (outcome.result, outcome.reason) == ("given_back", "address_not_allowed")
    assert recorder.given == []
    assert desk.decide().due == ()
    assert desk.decide(after(2)).due != ()
    outcome = desk.notify(desk.decide(after(2)).due[0], recorder, after(2), only_to=["Ada@Example.org"])
    assert outcome.result == "sent"


@pytest.mark.parametrize("change", ["suppressed", "lifted"])
def test_a_suppression_that_comes_or_goes_between_rendering_and_the_wire_stops_the_message(
    desk: Desk, ledger: Ledger, welcome: Due, change: str
) -> None:
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=welcome.key, message_id=welcome.message_id, fence=welcome.fence), START)
    assert isinstance(turn, Turn)
    ready = activity._derive(turn.row, START)
    assert isinstance(ready, Ready)
    with ledger.write() as conn:
        suppressions.suppress(conn, "Ada@example.org", "bounced", "event", "test", START)
        if change == "lifted":
            suppressions.lift(conn, "ada@example.org", ["bounced"], "test", "corrected", START)
    assert activity._to_wire(ready, turn.row, START) == (change == "lifted")


def test_a_suppressed_address_holds_every_message_until_it_is_lifted(desk: Desk, ledger: Ledger) -> None:
    with ledger.write() as conn:
        suppressions.suppress(conn, "ADA@example.org", "bounced", "event", "test", START)
    decision = desk.decide()
    assert decision.due == ()
    assert {"bounced", "needs attention"} <= set(decision.flags)
    assert decision.problems == ("Nothing is sent to the applicant: mail to this address came back.",)
    with ledger.write() as conn:
        assert [row.cause for row in suppressions.lift(conn, "ada@example.org", ["bounced"], "desk", "called", START)]
    assert [due.key for due in desk.decide().due] == [WELCOME]


def test_what_was_sent_is_kept_word_for_word(desk: Desk, welcome: Due, ledger: Ledger) -> None:
    recorder = Recorder()
    desk.notify(welcome, recorder)
    with ledger.read() as conn:
        kept = bodies.body(conn, welcome.message_id)
    assert kept is not None
    assert (kept.attempt, kept.subject, kept.html, kept.text) == (
        1,
        recorder.given[0].subject,
        recorder.given[0].html,
        recorder.given[0].text,
    )


def test_a_failed_delivery_is_heard_once_by_the_journey(desk: Desk, welcome: Due, ledger: Ledger) -> None:
    desk.notify(welcome, Recorder())
    failure = {"rule": "welcome", "key": WELCOME, "why": "bounced"}
    with ledger.write() as conn:
        wake_ups.add(conn, JOURNEY, "w-1", wake_ups.DELIVERY_FAILED, START, failure)
        wake_ups.add(conn, JOURNEY, "w-2", "person", START)
    desk.decide(after(1), wake=2)
    desk.decide(after(1, hours=1), wake=2)  # after a kill: the first decision is void, and the failure heard anew
    desk.decide(after(2), wake=3)
    assert desk.facts().count(("delivery_failed", "accepted")) == 1
    with ledger.read() as conn:
        fact = facts.by_id(conn, JOURNEY, "w-1")
    assert fact is not None
    assert (fact.data, fact.at) == (failure, after(1, hours=1))


def test_no_error_names_anybody(desk: Desk, welcome: Due) -> None:
    class Broken(Recorder):
        def hand_over(self, email: object, attempt: int) -> HandOver:
            raise KeyError("ada@example.org")

    with pytest.raises(ApplicationError) as raised:
        desk.notify(welcome, Broken())
    assert "ada" not in str(raised.value).lower()
    assert raised.value.__cause__ is None
