"""From a provider's report to what is tried next, at the instants of a plan; with a webhook in tests/starter/api."""

from datetime import timedelta

import pytest

from ledger import Ledger, decisions, people, suppressions
from ledger.matching import NewEvent
from tests.activities.given import JOURNEY, PLAN, START, Desk, Recorder, ada, after, event, publish
from tests.ledger.reported import post

MONTH, WEEK = "due_reminder:P30D@2026-12-04>applicant", "due_reminder:P7D@2026-12-04>applicant"
FIRST, SECOND = after(30, hours=4), after(53, hours=4)
OPTIONAL = PLAN.replace("remarked: {purpose: announcement,", "remarked: {purpose: announcement, optional: true,")
REMARK = "remarked#r-{}>applicant"


def sent_and_reported(desk: Desk, ledger: Ledger, recorder: Recorder, kind: str, failure: str | None = None) -> None:
    """The first reminder leaves, and its fate is reported."""
    [due] = [due for due in desk.decide(FIRST).due if due.key == MONTH]
    assert desk.notify(due, recorder, FIRST).result == "sent"
    report = NewEvent(
        provider="sendgrid",
        event_id=kind,
        content=kind,
        kind=kind,
        provider_kind=kind,
        message_id=due.message_id,
        attempt=1,
        at=FIRST,
        address="ada@example.org",
        failure=failure,
    )
    with ledger.write() as conn:
        post(conn, [report], FIRST)


def reason(ledger: Ledger, key: str) -> str | None:
    with ledger.read() as conn:
        return next((each.reason for each in decisions.decisions(conn, JOURNEY) if each.key == key), None)


def test_after_a_hard_bounce_the_next_reminder_is_not_tried_until_the_address_changes(
    desk: Desk, ledger: Ledger
) -> None:
    recorder = Recorder()
    sent_and_reported(desk, ledger, recorder, "bounced", "invalid_address")
    assert WEEK not in [due.key for due in desk.decide(SECOND).due]
    assert reason(ledger, WEEK) == "address_suppressed"
    with ledger.write() as conn:
        people.set_person(conn, ada("new@example.org"), "test", START)
    [due] = [due for due in desk.decide(SECOND).due if due.key == WEEK]
    assert desk.notify(due, recorder, SECOND).result == "sent"
    assert [email.to[0].email for email in recorder.given] == ["ada@example.org", "new@example.org"]


@pytest.mark.parametrize(
    ("kind", "failure"), [("blocked", "reputation"), ("blocked", "mailbox_unavailable"), ("deferred", None)]
)
def test_after_a_refusal_for_this_time_the_next_reminder_is_tried(
    desk: Desk, ledger: Ledger, kind: str, failure: str | None
) -> None:
    recorder = Recorder()
    sent_and_reported(desk, ledger, recorder, kind, failure)
    [due] = [due for due in desk.decide(SECOND).due if due.key == WEEK]
    assert desk.notify(due, recorder, SECOND).result == "sent"


def test_what_was_optional_and_unwanted_in_its_time_stays_unsaid_when_the_unsubscribe_is_lifted(
    desk: Desk, ledger: Ledger
) -> None:
    publish(ledger, OPTIONAL)
    with ledger.write() as conn:
        suppressions.suppress(conn, "ada@example.org", "unsubscribed", "event", "test", START)
    desk.decide(START, event(1, "remark", id_="r-1"))
    assert reason(ledger, REMARK.format(1)) == "opted_out"
    lifted_at = START + timedelta(hours=1)
    with ledger.write() as conn:
        suppressions.lift(conn, "ada@example.org", ["unsubscribed"], "test", "asked", lifted_at)
    later = lifted_at + timedelta(hours=1)
    due = desk.decide(later, event(2, "remark", id_="r-2", at=later)).due
    assert REMARK.format(2) in [each.key for each in due]
    assert REMARK.format(1) not in [each.key for each in due]
