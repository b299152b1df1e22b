"""Messages of no plan: what staff wrote and copies sent again leave by the same checks, true at their instant."""

from typing import Final

import pytest
from temporalio.testing import ActivityEnvironment

from activities.claiming import Turn
from activities.notify import Notify, Ready
from activities.shelf import Shelf
from activities.withdraw import Withdraw
from ledger import Ledger, audit, bodies, messages, people, suppressions
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow
from tests.activities.given import (
    JOURNEY,
    PLAN,
    START,
    Desk,
    Recorder,
    ada,
    after,
    by_hand,
    copy_of,
    end_lease,
    event,
    publish,
    put_on_wire,
)
from workflows.wire import Due, Outcome, SendRequest

NIGHT: Final = after(hours=13)  # 23:00 in New York, outside the window
WEEK: Final = "due_reminder:P7D@2026-12-04>applicant"
REMARKED: Final = "remarked#r-1>applicant"


def stored(ledger: Ledger, due: Due) -> MessageRow:
    with ledger.read() as conn:
        row = messages.row(conn, due.message_id)
    assert row is not None
    return row


@pytest.fixture
def remarked(desk: Desk) -> str:
    """A remark was sent to Ada, to an address that was wrong."""
    due = desk.decide(START, event(1, "remark", id_="r-1", score=3)).due
    assert [desk.notify(one, Recorder()).result for one in due] == ["sent", "sent"]
    return REMARKED


def test_what_staff_wrote_leaves_at_once_in_the_layout_of_the_program(desk: Desk, ledger: Ledger) -> None:
    recorder = Recorder()
    due = by_hand(ledger)
    assert desk.notify(due, recorder, NIGHT).result == "sent"
    [email] = recorder.given
    assert email.subject == "Your seat"
    assert email.text.startswith("Dear Ada,\n\nroom 4.\n\n-- \nGuild of Testers\nYou receive this because")
    assert [to.email for to in email.to] == ["ada@example.org"]
    row = stored(ledger, due)
    assert (row.state, row.address, row.subject) == ("accepted", "ada@example.org", "Your seat")
    with ledger.read() as conn:
        kept = bodies.body(conn, row.id)
    assert kept is not None
    assert kept.text == email.text


def test_a_second_attempt_after_acceptance_sends_nothing(desk: Desk, ledger: Ledger) -> None:
    recorder, due = Recorder(), by_hand(ledger)
    assert [desk.notify(due, recorder).result for _ in range(2)] == ["sent", "sent"]
    assert len(recorder.given) == 1


def test_a_field_without_a_value_holds_it(desk: Desk, ledger: Ledger) -> None:
    with ledger.write() as conn:
        people.set_person(conn, ada().model_copy(update={"name": None}), "test", START)
    outcome = desk.notify(by_hand(ledger), Recorder())
    assert (outcome.result, outcome.reason) == ("given_back", "template_error")


@pytest.mark.parametrize("reason", ["no_address", "on_hold", "address_suppressed"])
def test_what_stands_against_writing_to_somebody_holds_it_until_that_is_gone(
    desk: Desk, ledger: Ledger, reason: str
) -> None:
    with ledger.write() as conn:
        if reason == "address_suppressed":
            suppressions.suppress(conn, "ada@example.org", "bounced", "event", "test", START)
        else:
            people.set_person(
                conn, ada(None if reason == "no_address" else "ada@example.org", on_hold=True), "test", START
            )
            if reason == "no_address":
                people.set_person(conn, ada(None), "test", START)
    recorder, due = Recorder(), by_hand(ledger)
    outcome = desk.notify(due, recorder)
    assert (outcome.result, outcome.reason) == ("given_back", reason)
    assert stored(ledger, due).held_reason == reason
    with ledger.write() as conn:
        people.set_person(conn, ada("new@example.org"), "test", START)
    assert desk.notify(due, recorder).result == "sent"
    assert [to.email for email in recorder.given for to in email.to] == ["new@example.org"]


def test_nothing_is_sent_to_somebody_who_died(desk: Desk, ledger: Ledger) -> None:
    due = by_hand(ledger)
    with ledger.write() as conn:
        people.set_person(conn, ada().model_copy(update={"deceased": True}), "test", START)
    recorder = Recorder()
    assert desk.notify(due, recorder).result == "cancelled"
    assert (stored(ledger, due).state, stored(ledger, due).reason) == ("cancelled", "deceased")
    assert recorder.given == []


def test_outside_production_nobody_else_is_written_to(desk: Desk, ledger: Ledger) -> None:
    outcome = desk.notify(by_hand(ledger), Recorder(), only_to=["staff@example.org"])
    assert (outcome.result, outcome.reason) == ("given_back", "address_not_allowed")


def test_it_leaves_under_the_plan_of_that_instant(desk: Desk, ledger: Ledger) -> None:
    due = by_hand(ledger)
    plan = publish(ledger, PLAN.replace("Guild of Testers", "Guild of Proofs"))
    recorder = Recorder()
    assert desk.notify(due, recorder).result == "sent"
    assert stored(ledger, due).plan_version == plan.version
    assert "Guild of Proofs" in recorder.given[0].text


@pytest.mark.parametrize("change", ["plan", "address", "suppressed", "taken back"])
def test_what_changes_between_rendering_and_the_wire_stops_it(desk: Desk, ledger: Ledger, change: str) -> None:
    due = by_hand(ledger)
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id), START)
    assert isinstance(turn, Turn)
    ready = activity._derive(turn.row, START)
    assert isinstance(ready, Ready)
    if change == "plan":
        publish(ledger, PLAN.replace("30 days, 7 days", "20 days, 7 days"))
    with ledger.write() as conn:
        if change == "address":
            people.set_person(conn, ada("corrected@example.org"), "test", START)
        elif change == "suppressed":
            suppressions.suppress(conn, "ada@example.org", "complained", "event", "test", START)
        elif change == "taken back":
            messages.cancel(conn, due.message_id, "cancelled_by_staff", START)
    assert not activity._to_wire(ready, turn.row, START)


def test_what_changed_meanwhile_may_leave_at_once(desk: Desk, ledger: Ledger) -> None:
    due = by_hand(ledger)
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id), START)
    assert isinstance(turn, Turn)
    assert activity._again(turn.row, "changed_meanwhile", START).again_at == START
    assert desk.notify(due, Recorder()).result == "sent"


def test_a_copy_says_what_is_true_now(desk: Desk) -> None:
    reminder = next(due for due in desk.decide(after(53, hours=1)).due if due.key == WEEK)
    desk.notify(reminder, Recorder(), after(53, hours=1))
    recorder = Recorder()
    assert desk.notify(copy_of(desk, WEEK), recorder, after(55, hours=12)).result == "sent"
    assert [email.subject for email in recorder.given] == ["5 days left"]
    assert recorder.given[0].headers["X-Waypost-Key"] == f"{WEEK}+1"


def test_a_copy_keeps_what_its_message_was_about(desk: Desk, remarked: str, ledger: Ledger) -> None:
    publish(ledger, remarked="---\nsubject: A remark\n---\n<p>Said on [[event.on]].</p>")
    recorder = Recorder()
    assert desk.notify(copy_of(desk, remarked), recorder, after(20)).result == "sent"
    assert recorder.given[0].text.startswith("Said on Monday, 5 October 2026")


def test_a_copy_does_not_concern_the_decisions_of_its_journey(desk: Desk, remarked: str) -> None:
    desk.notify(copy_of(desk, remarked), Recorder(), after(20))
    decision = desk.decide(after(20, hours=1))
    assert not [due for due in decision.due if due.key.startswith("remarked")]
    assert decision.stop == ()


@pytest.mark.parametrize(
    ("fields", "result", "reason"),
    [({}, "missed", "too_late"), ({"anyway": True}, "sent", None)],
    ids=["", "anyway"],
)
def test_a_copy_that_is_not_worth_sending_any_more_leaves_only_when_staff_insist(
    desk: Desk, fields: dict[str, bool], result: str, reason: str | None
) -> None:
    reminder = next(due for due in desk.decide(after(53, hours=1)).due if due.key == WEEK)
    desk.notify(reminder, Recorder(), after(53, hours=1))
    due = copy_of(desk, WEEK, **fields)
    outcome = desk.notify(due, Recorder(), after(58))
    assert (outcome.result, outcome.reason) == (result, reason)


def test_a_copy_whose_occasion_is_gone_may_still_be_insisted_on(desk: Desk, remarked: str) -> None:
    desk.decide(after(1), event(2, "retracted", id="r-1"))
    assert desk.notify(copy_of(desk, remarked), Recorder(), after(2)).reason == "retracted"
    due = by_hand(
        desk.ledger,
        journey_id=JOURNEY,
        key=f"{remarked}+2",
        rule="remarked",
        fields={**desk.row(remarked).fields, "anyway": True},
    )
    assert desk.notify(due, Recorder(), after(2)).result == "sent"


def test_nothing_overrules_a_death_or_a_complaint(desk: Desk, remarked: str, ledger: Ledger) -> None:
    due = copy_of(desk, remarked, anyway=True)
    with ledger.write() as conn:
        suppressions.suppress(conn, "ada@example.org", "complained", "event", "test", START)
    assert desk.notify(due, Recorder()).reason == "address_suppressed"
    with ledger.write() as conn:
        people.set_person(conn, ada().model_copy(update={"deceased": True}), "test", START)
    assert desk.notify(due, Recorder()).reason == "deceased"


def test_a_copy_whose_template_asks_for_what_is_gone_is_held(desk: Desk, remarked: str, ledger: Ledger) -> None:
    publish(ledger, remarked="---\nsubject: A remark\n---\n<p>[[event.note]]</p>")
    outcome = desk.notify(copy_of(desk, remarked), Recorder())
    assert (outcome.result, outcome.reason) == ("given_back", "template_error")


def test_an_attempt_that_died_on_the_wire_is_found_again(desk: Desk, ledger: Ledger) -> None:
    """Killed between its last commit and the answer: where repeating does no harm it is repeated, under one id."""
    due = by_hand(ledger)
    put_on_wire(ledger, due.model_copy(update={"fence": 1}), "repeatable", "folder")
    end_lease(ledger, due)
    recorder = Recorder(evidence="repeatable")
    assert desk.notify(due, recorder).result == "sent"
    assert [email.id for email in recorder.given] == [due.message_id]


def withdraw(ledger: Ledger, due: Due) -> Outcome:
    request = SendRequest(journey=f"message:{due.message_id}", key=due.key, message_id=due.message_id)
    return Outcome.model_validate(ActivityEnvironment().run(Withdraw(ledger).withdraw, request))


def test_what_was_withdrawn_is_cancelled_and_audited_once(desk: Desk, ledger: Ledger) -> None:
    due = by_hand(ledger)
    assert [withdraw(ledger, due).result for _ in range(2)] == ["cancelled", "cancelled"]
    assert stored(ledger, due).reason == "cancelled_by_staff"
    with ledger.read() as conn:
        assert [entry.action for entry in audit.entries(conn, due.message_id)] == ["message_withdrawn"]
    recorder = Recorder()
    assert desk.notify(due, recorder).result == "cancelled"
    assert recorder.given == []


def test_what_has_left_is_not_withdrawn(desk: Desk, ledger: Ledger) -> None:
    sent, on_wire = by_hand(ledger), by_hand(ledger)
    desk.notify(sent, Recorder())
    put_on_wire(ledger, on_wire.model_copy(update={"fence": 1}))
    assert withdraw(ledger, sent).result == "sent"
    assert withdraw(ledger, on_wire).result == "given_back"


def test_a_message_that_is_not_there_ends(ledger: Ledger, desk: Desk) -> None:
    gone = Due(key="adhoc#x", message_id=uuid7())
    assert withdraw(ledger, gone).result == "cancelled"
    assert desk.notify(gone, Recorder()).result == "cancelled"
