"""One attempt of `notify`: claimed from its row, true at its instant, and every end of it written down."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.notify import Notify, Ready
from activities.shelf import Shelf
from ledger import Ledger, people, sending
from ledger.message_rows import Claimed, MessageRow
from mail.transport import ChannelRefused, FateUnknown, HandOver, NotTaken, Refused
from tests.activities.given import PLAN, START, Desk, Recorder, ada, after, event, folder, publish
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


def test_a_second_attempt_after_acceptance_sends_nothing(desk: Desk, welcome: Due) -> None:
    recorder = Recorder()
    assert [desk.notify(welcome, recorder).result for _ in range(2)] == ["sent", "sent"]
    assert len(recorder.given) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (NotTaken(sentence="busy", retry_after=timedelta(minutes=3)), "channel_busy"),
        (ChannelRefused(sentence="the key was refused"), "channel_down"),
    ],
)
def test_a_message_that_was_not_taken_is_tried_again(desk: Desk, welcome: Due, answer: HandOver, kind: str) -> None:
    recorder = Recorder([answer])
    with pytest.raises(ApplicationError) as raised:
        desk.notify(welcome, recorder)
    assert raised.value.type == kind
    assert raised.value.next_retry_delay is not None
    assert desk.row(WELCOME).state == "retry"
    assert desk.notify(welcome, recorder).result == "sent"
    assert len({email.model_dump_json() for email in recorder.given}) == 1


def test_a_refusal_is_final_and_flagged(desk: Desk, welcome: Due) -> None:
    assert desk.notify(welcome, Recorder([Refused(sentence="too large")])).result == "failed"
    decision = desk.decide()
    assert decision.due == ()
    assert "needs attention" in decision.flags


def test_a_message_of_unknown_fate_stays_so_and_is_not_sent_again(desk: Desk, welcome: Due) -> None:
    recorder = Recorder([FateUnknown(sentence="no answer")])
    assert desk.notify(welcome, recorder).result == "unknown"
    decision = desk.decide()
    assert decision.due == ()
    assert "may have reached its reader or not" in decision.problems[0]
    assert desk.notify(welcome, recorder).result == "unknown"
    assert len(recorder.given) == 1


def test_a_row_found_on_the_wire_is_unknown_where_a_copy_would_do_harm(
    desk: Desk, welcome: Due, ledger: Ledger
) -> None:
    put_on_wire(ledger, welcome)
    recorder = Recorder()
    assert desk.notify(welcome, recorder).result == "unknown"
    assert recorder.given == []


def test_a_row_found_on_the_wire_is_written_again_where_that_is_harmless(
    desk: Desk, welcome: Due, ledger: Ledger, tmp_path: Path
) -> None:
    put_on_wire(ledger, welcome)
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


@pytest.mark.parametrize("change", ["plan", "address", "submission"])
def test_27_what_changes_between_rendering_and_the_wire_stops_the_message(
    desk: Desk, ledger: Ledger, change: str
) -> None:
    """The last commit has the last word."""
    now = after(53, hours=4)
    due = next(due for due in desk.decide(now).due if due.key == WEEK)
    activity = Notify(ledger, Shelf(), Recorder())
    row = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), now)
    assert isinstance(row, MessageRow)
    ready = activity._derive(row, now)
    assert isinstance(ready, Ready)
    if change == "plan":
        publish(ledger, PLAN.replace("30 days, 7 days", "20 days, 7 days"))
    elif change == "address":
        with ledger.write() as conn:
            people.set_person(conn, ada("corrected@example.org"), "test", START)
    else:
        desk.decide(now, event(1, "submitted", at=now))
    assert not activity._to_wire(ready, row, now)


def test_no_error_names_anybody(desk: Desk, welcome: Due) -> None:
    class Broken(Recorder):
        def hand_over(self, email: object, attempt: int) -> HandOver:
            raise KeyError("ada@example.org")

    with pytest.raises(ApplicationError) as raised:
        desk.notify(welcome, Broken())
    assert "ada" not in str(raised.value).lower()
    assert raised.value.__cause__ is None


def put_on_wire(ledger: Ledger, due: Due) -> None:
    """An attempt that died after its last commit."""
    with ledger.write() as conn:
        claimed = sending.claim(conn, due.message_id, due.fence, timedelta(seconds=45), START, START)
        assert isinstance(claimed, Claimed)
        assert sending.to_wire(
            conn,
            due.message_id,
            due.fence,
            claimed.row.attempt,
            address="ada@example.org",
            subject="Welcome",
            plan_version=claimed.row.plan_version,
            template_version=None,
            transport="recorder",
            clock=START,
            now=START,
        )
