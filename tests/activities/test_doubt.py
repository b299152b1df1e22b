"""Messages that may have been taken: waited for, settled by evidence or by the plan, never doubled in silence."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from ledger import Ledger, channels, counting, provider_events, sending, uncertain, wake_ups, webhook_posts
from ledger.matching import NewEvent
from ledger.uncertain import Patience
from mail.transport import Accepted, Evidence, FateUnknown, HandOver
from tests.activities.given import START, Desk, Recorder, end_lease, end_wait_of_channels, event, put_on_wire
from workflows.wire import Due

NO_WAIT = Patience(timedelta(0), timedelta(0), timedelta(hours=2))
WELCOME = "welcome#created>applicant"  # an announcement: staff are asked
CONFIRMATION = "submission_confirmation#_1>applicant"  # sent again


@pytest.fixture
def welcome(desk: Desk) -> Due:
    return desk.decide().due[0]


@pytest.fixture
def confirmation(desk: Desk) -> Due:
    """A message that the plan's defaults send again."""
    return next(due for due in desk.decide(START, event(1, "submitted")).due if due.key == CONFIRMATION)


def raised(attempt: Callable[[], object]) -> ApplicationError:
    """What an attempt asks the engine for."""
    with pytest.raises(ApplicationError) as caught:
        attempt()
    return caught.value


def test_a_lost_answer_is_asked_for_again_when_the_wait_is_over(desk: Desk, welcome: Due) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    error = raised(lambda: desk.notify(welcome, recorder))
    assert (error.type, error.next_retry_delay) == ("FateUnknown", timedelta(minutes=10))
    assert desk.row(WELCOME).state == "unknown"
    assert desk.decide().due == ()
    early = raised(lambda: desk.notify(welcome, recorder))
    assert early.type == "Busy"
    assert early.next_retry_delay is not None
    assert early.next_retry_delay > timedelta(minutes=9)
    assert len(recorder.given) == 1


def test_silence_says_nothing_until_a_later_message_was_spoken_of(
    desk: Desk, confirmation: Due, ledger: Ledger
) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    raised(lambda: desk.notify(confirmation, recorder, patience=NO_WAIT))
    assert raised(lambda: desk.notify(confirmation, recorder, patience=NO_WAIT)).type == "Busy"
    assert len(recorder.given) == 1
    spoken_of_later(desk, ledger, recorder)
    assert desk.notify(confirmation, recorder, patience=NO_WAIT).result == "sent"
    assert [email.id for email in recorder.given].count(confirmation.message_id) == 2


def test_a_report_that_is_kept_and_does_not_count_yet_is_no_silence(
    desk: Desk, confirmation: Due, ledger: Ledger
) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    raised(lambda: desk.notify(confirmation, recorder, patience=NO_WAIT))
    spoken_of_later(desk, ledger, recorder)
    report = NewEvent("sendgrid", "c-1", "delivered", "delivered", START, message_id=confirmation.message_id, attempt=1)
    with ledger.write() as conn:
        kept = webhook_posts.keep(conn, "sendgrid", b"[]", START, START, events=1, unreadable=0)
        assert kept
        provider_events.keep(conn, kept, [report], START)
    assert raised(lambda: desk.notify(confirmation, recorder, patience=NO_WAIT)).type == "Busy"
    with ledger.write() as conn:
        assert counting.count(conn, kept, START)
    assert desk.notify(confirmation, recorder, patience=NO_WAIT).result == "sent"
    assert [email.id for email in recorder.given].count(confirmation.message_id) == 1


def test_what_the_plan_does_not_want_sent_twice_waits_for_staff(desk: Desk, welcome: Due, ledger: Ledger) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    raised(lambda: desk.notify(welcome, recorder, patience=NO_WAIT))
    confirmation = next(due for due in desk.decide(START, event(1, "submitted")).due if due.key == CONFIRMATION)
    desk.notify(confirmation, recorder)
    with ledger.write() as conn:
        uncertain.prove(conn, confirmation.message_id, 1, START)
    outcome = desk.notify(welcome, recorder, patience=NO_WAIT)
    assert (outcome.result, outcome.reason) == ("unknown", "review")
    decision = desk.decide()
    assert decision.due == ()
    assert "look at the provider and say which" in decision.problems[0]


def test_without_any_word_from_the_provider_staff_are_asked_in_the_end(desk: Desk, confirmation: Due) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    at_once = Patience(timedelta(0), timedelta(0), timedelta(0))
    raised(lambda: desk.notify(confirmation, recorder, patience=at_once))
    outcome = desk.notify(confirmation, recorder, patience=at_once)
    assert (outcome.result, outcome.reason) == ("unknown", "review")
    assert len(recorder.given) == 1


@pytest.mark.parametrize(("key", "copies"), [(WELCOME, 1), (CONFIRMATION, 2)])
def test_where_nobody_ever_reports_the_plan_decides_at_once(desk: Desk, ledger: Ledger, key: str, copies: int) -> None:
    due = next(due for due in desk.decide(START, event(1, "submitted")).due if due.key == key)
    recorder = Recorder([FateUnknown(sentence="no answer")], evidence="none")
    error = raised(lambda: desk.notify(due, recorder))
    assert (error.type, error.next_retry_delay) == ("FateUnknown", timedelta(seconds=1))
    end_wait_of_channels(ledger)
    assert desk.notify(due, recorder).result == ("sent" if copies == 2 else "unknown")
    assert len(recorder.given) == copies


def test_where_nobody_ever_reports_a_server_that_never_answers_is_given_two_copies_and_no_more(
    desk: Desk, confirmation: Due, ledger: Ledger
) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")] * 3, evidence="none")
    for _ in range(2):
        assert raised(lambda: desk.notify(confirmation, recorder)).type == "FateUnknown"
        end_wait_of_channels(ledger)
    outcome = desk.notify(confirmation, recorder)
    assert (outcome.result, outcome.reason, len(recorder.given)) == ("unknown", "review", 2)


def test_where_nobody_ever_reports_messages_wait_while_one_asks_whether_answers_come_again(
    desk: Desk, welcome: Due, confirmation: Due, ledger: Ledger
) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")], evidence="none")
    raised(lambda: desk.notify(welcome, recorder))
    waiting = raised(lambda: desk.notify(confirmation, recorder))
    assert waiting.type == "channel_busy"
    assert waiting.next_retry_delay is not None
    assert timedelta(seconds=30) < waiting.next_retry_delay <= timedelta(minutes=1)
    assert len(recorder.given) == 1
    end_wait_of_channels(ledger)
    assert desk.notify(confirmation, recorder).result == "sent"
    with ledger.read() as conn:
        assert [row.state for row in channels.channels(conn)] == ["up"]


def test_evidence_settles_a_lost_answer_without_a_second_copy(desk: Desk, confirmation: Due, ledger: Ledger) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    raised(lambda: desk.notify(confirmation, recorder))
    with ledger.write() as conn:
        assert uncertain.prove(conn, confirmation.message_id, 1, START)
        assert not uncertain.prove(conn, confirmation.message_id, 1, START)
    assert desk.notify(confirmation, recorder).result == "sent"
    assert len(recorder.given) == 1
    row = desk.row(CONFIRMATION)
    assert (row.state, row.doubled, row.address) == ("accepted", False, "ada@example.org")


def test_evidence_of_both_attempts_is_a_double_that_is_said(desk: Desk, confirmation: Due, ledger: Ledger) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")], evidence="none")
    raised(lambda: desk.notify(confirmation, recorder))
    end_wait_of_channels(ledger)
    assert desk.notify(confirmation, recorder).result == "sent"
    assert not desk.row(CONFIRMATION).doubled
    with ledger.write() as conn:
        uncertain.prove(conn, confirmation.message_id, 1, START)
    assert desk.row(CONFIRMATION).doubled


@pytest.mark.parametrize("evidence", ["events", "none"])
def test_a_row_found_on_the_wire_is_left_alone_while_its_lease_lives(
    desk: Desk, welcome: Due, ledger: Ledger, evidence: Evidence
) -> None:
    put_on_wire(ledger, welcome, evidence)
    recorder = Recorder(evidence=evidence)
    error = raised(lambda: desk.notify(welcome, recorder))
    assert error.type == "Busy"
    assert error.next_retry_delay is not None
    assert timedelta(seconds=30) < error.next_retry_delay <= timedelta(seconds=45)
    assert recorder.given == []
    assert desk.row(WELCOME).state == "on_wire"


def test_a_row_found_on_the_wire_of_a_dead_attempt_becomes_unknown(desk: Desk, welcome: Due, ledger: Ledger) -> None:
    put_on_wire(ledger, welcome)
    end_lease(ledger, welcome)
    recorder = Recorder()
    assert raised(lambda: desk.notify(welcome, recorder)).type == "Busy"
    assert (desk.row(WELCOME).state, desk.row(WELCOME).reason) == ("unknown", "lost_attempt")
    assert recorder.given == []


def test_a_frozen_attempt_that_wakes_up_is_believed_and_the_second_copy_is_said(
    desk: Desk, confirmation: Due, ledger: Ledger
) -> None:
    """Nothing fences a provider: what leaves after lease and wait is a copy, but never a silent one."""

    class Frozen(Recorder):
        def hand_over(self, email: object, attempt: int) -> HandOver:
            end_lease(ledger, confirmation)
            raised(lambda: desk.notify(confirmation, second, patience=NO_WAIT))
            spoken_of_later(desk, ledger, second)
            assert desk.notify(confirmation, second, patience=NO_WAIT).result == "sent"
            return Accepted(provider_id="late")

    second = Recorder()
    assert desk.notify(confirmation, Frozen()).result == "sent"
    row = desk.row(CONFIRMATION)
    assert (row.state, row.attempt, row.doubled) == ("accepted", 2, True)


def test_a_journey_hears_of_an_answer_that_came_after_its_message_was_given_up(
    desk: Desk, welcome: Due, ledger: Ledger
) -> None:
    class Slow(Recorder):
        def hand_over(self, email: object, attempt: int) -> HandOver:
            with ledger.write() as conn:
                sending.unknown(conn, welcome.message_id, attempt, "lost_attempt", None, START)
                uncertain.ask(conn, welcome.message_id, START)
            return Accepted(provider_id="late")

    desk.notify(welcome, Slow())
    assert desk.row(WELCOME).state == "accepted"
    with ledger.read() as conn:
        assert [one.cause for one in wake_ups.pending(conn)] == ["proved"]


def spoken_of_later(desk: Desk, ledger: Ledger, recorder: Recorder) -> None:
    """The provider reports on a message that went on the wire after all others."""
    welcome = next(due for due in desk.decide(in_flight=()).due if due.key == WELCOME)
    desk.notify(welcome, recorder)
    with ledger.write() as conn:
        uncertain.prove(conn, welcome.message_id, 1, START)
