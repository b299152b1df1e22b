"""What a staff desk is sent while some, or all, of its addresses may not be written to."""

from datetime import timedelta

import pytest

from activities.claiming import Turn
from activities.notify import Notify, Ready
from activities.shelf import Shelf
from ledger import Ledger, suppressions, wake_ups
from ledger.suppressions import Cause
from mail.transport import Accepted
from tests.activities.given import JOURNEY, PLAN, START, Desk, Recorder, event, publish
from workflows.wire import Due, SendRequest

ANNE, BOB = "anne@example.org", "Bob@Example.org"
NEWS = "news#e-1>desk"
OF_TWO = (
    PLAN.replace("[desk@example.org]", f"[{ANNE}, {BOB}]") + "  news: {purpose: announcement, to: desk, on: news}\n"
)
SOME = OF_TWO.replace("events:\n", "events:\n  news: {by: staff}\n")
OPTIONAL = SOME.replace("news: {purpose: announcement,", "news: {purpose: announcement, optional: true,")
TEMPLATE = "---\nsubject: News\n---\n<p>Something was submitted.</p>"


def a_due(desk: Desk, ledger: Ledger, plan: str = SOME) -> Due:
    """The desk's message, ready to leave."""
    publish(ledger, plan, news=TEMPLATE)
    decision = desk.decide(START, event(1, "news", id_="e-1"))
    return next(due for due in decision.due if due.key == NEWS)


def suppress(ledger: Ledger, *addresses: str, cause: Cause = "bounced") -> None:
    with ledger.write() as conn:
        for address in addresses:
            suppressions.suppress(conn, address, cause, "event", "test", START)


def lift(ledger: Ledger, address: str) -> int:
    with ledger.write() as conn:
        suppressions.lift(conn, address, ["bounced"], "test", "called", START)
        return suppressions.look_again(conn, [address], "lifted", START)


def written_to(recorder: Recorder) -> list[str]:
    return [to.email for email in recorder.given for to in email.to]


def test_an_address_that_may_not_be_written_to_is_left_out_and_the_others_have_it(desk: Desk, ledger: Ledger) -> None:
    due, recorder = a_due(desk, ledger), Recorder([Accepted(provider_id="1", remark="slow")])
    suppress(ledger, "bob@example.org")
    assert desk.notify(due, recorder).result == "sent"
    assert written_to(recorder) == [ANNE]
    row = desk.row(NEWS)
    assert row.address == ANNE
    assert row.detail == "not sent to 1 of 2 recipients, since their addresses are suppressed; the others have it; slow"


def test_nobody_left_holds_the_message_until_one_may_be_written_to_again(desk: Desk, ledger: Ledger) -> None:
    due, recorder = a_due(desk, ledger), Recorder()
    suppress(ledger, ANNE, BOB)
    outcome = desk.notify(due, recorder)
    assert (outcome.result, outcome.reason) == ("given_back", "address_suppressed")
    assert recorder.given == []
    assert desk.row(NEWS).held_detail == "nothing is sent to any address of desk"
    again = desk.decide()
    assert NEWS not in [each.key for each in again.due]  # and not round and round
    assert again.next_at is not None
    assert again.next_at <= START + timedelta(days=1)
    assert lift(ledger, ANNE) == 1
    with ledger.read() as conn:
        assert [each.journey_id for each in wake_ups.pending(conn)] == [JOURNEY]
    [due] = [each for each in desk.decide().due if each.key == NEWS]
    assert desk.notify(due, recorder).result == "sent"
    assert written_to(recorder) == [ANNE]


@pytest.mark.parametrize("change", ["suppressed", "lifted"])
def test_what_comes_or_goes_between_rendering_and_the_wire_stops_the_message(
    desk: Desk, ledger: Ledger, change: str
) -> None:
    due = a_due(desk, ledger)
    if change == "lifted":
        suppress(ledger, BOB)
    activity = Notify(ledger, Shelf(), Recorder())
    turn = activity._claim(SendRequest(key=due.key, message_id=due.message_id, fence=due.fence), START)
    assert isinstance(turn, Turn)
    ready = activity._derive(turn.row, START)
    assert isinstance(ready, Ready)
    if change == "lifted":
        lift(ledger, BOB)
    else:
        suppress(ledger, BOB)
    assert not activity._to_wire(ready, turn.row, START)


@pytest.mark.parametrize(("plan", "reached"), [(SOME, [ANNE, BOB]), (OPTIONAL, [ANNE])])
def test_a_desk_address_that_unsubscribed_still_gets_what_is_mandatory(
    desk: Desk, ledger: Ledger, plan: str, reached: list[str]
) -> None:
    due, recorder = a_due(desk, ledger, plan), Recorder()
    suppress(ledger, BOB, cause="unsubscribed")
    assert desk.notify(due, recorder).result == "sent"
    assert written_to(recorder) == reached
    assert recorder.given[0].bypass_unsubscribe == (plan == SOME)
