"""What stops a message between its rendering and the wire (plan.md 27)."""

from contextlib import closing
from datetime import timedelta

import pytest

from activities.claiming import Turn
from activities.notify import Notify, Ready
from activities.shelf import Shelf
from ledger import Ledger, LedgerAway, opt_outs, people, plans, programs
from ledger.people import PersonRow
from tests.activities.given import PLAN, START, Desk, Recorder, ada, after, event, publish
from workflows.wire import SendRequest

WEEK = "due_reminder:P7D@2026-12-04>applicant"


@pytest.mark.parametrize("change", ["plan", "address", "hold", "merge", "wish", "closure", "submission"])
def test_27_what_changes_between_rendering_and_the_wire_stops_the_message(
    desk: Desk, ledger: Ledger, change: str
) -> None:
    """The last commit has the last word."""
    now = after(53, hours=4)
    due = next(due for due in desk.decide(now).due if due.key == WEEK)
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), now)
    assert isinstance(turn, Turn)
    ready = activity._derive(turn.row, now)
    assert isinstance(ready, Ready)
    if change == "plan":
        publish(ledger, PLAN.replace("30 days, 7 days", "20 days, 7 days"))
    elif change == "address":
        with ledger.write() as conn:
            people.set_person(conn, ada("corrected@example.org"), "test", START)
    elif change == "hold":
        with ledger.write() as conn:
            people.set_person(conn, ada(on_hold=True), "test", START)
    elif change == "wish":
        with ledger.write() as conn:
            opt_outs.opt_out(conn, "ada", "guild", "tip", "ada", START)
    elif change == "merge":
        with ledger.write() as conn:
            people.set_person(conn, PersonRow(id="ada2", email="ada2@example.org"), "test", START)
            people.set_person(conn, ada().model_copy(update={"merged_into": "ada2"}), "test", START)
    elif change == "closure":
        with ledger.write() as conn:
            assert programs.close(conn, "guild", "test", None, START)
    else:
        desk.decide(now, event(1, "submitted", at=now))
    assert not activity._to_wire(ready, turn.row, now)


@pytest.mark.parametrize("then", ["nothing", "more"])
def test_whatever_a_reader_said_before_a_message_was_rendered_only_more_stops_it(
    desk: Desk, ledger: Ledger, then: str
) -> None:
    due = desk.decide().due[0]
    with ledger.write() as conn:
        opt_outs.opt_out(conn, "ada", "guild", "tip", "ada", START)
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), START)
    assert isinstance(turn, Turn)
    ready = activity._derive(turn.row, START)
    assert isinstance(ready, Ready)
    with ledger.write() as conn:
        if then == "more":
            opt_outs.opt_out(conn, "ada", "guild", "news", "ada", START)
    assert activity._to_wire(ready, turn.row, START) == (then == "nothing")


@pytest.mark.parametrize("parted", [True, False])
def test_a_message_to_somebody_merged_leaves_only_while_they_are(desk: Desk, ledger: Ledger, parted: bool) -> None:
    due = desk.decide().due[0]
    with ledger.write() as conn:
        people.set_person(conn, PersonRow(id="ada2", email="ada2@example.org", name="Ada"), "test", START)
        people.set_person(conn, ada().model_copy(update={"merged_into": "ada2"}), "test", START)
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), START)
    assert isinstance(turn, Turn)
    ready = activity._derive(turn.row, START)
    assert isinstance(ready, Ready)
    assert [to.email for to in ready.composed.email.to] == ["ada2@example.org"]
    with ledger.write() as conn:
        if parted:
            people.set_person(conn, ada(), "test", START)
    assert activity._to_wire(ready, turn.row, START) != parted


def test_while_somebody_publishes_nothing_goes_on_the_wire(desk: Desk, ledger: Ledger) -> None:
    now = after(53, hours=4)
    due = next(due for due in desk.decide(now).due if due.key == WEEK)
    with closing(ledger.with_wait(timedelta(seconds=0.5))) as impatient:
        activity = Notify(impatient, Shelf(), Recorder())
        turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), now)
        assert isinstance(turn, Turn)
        ready = activity._derive(turn.row, now)
        assert isinstance(ready, Ready)
        with ledger.write() as conn:
            plans.hold(conn, "guild")
            with pytest.raises(LedgerAway):
                activity._to_wire(ready, turn.row, now)
        assert activity._to_wire(ready, turn.row, now)
