"""What a journey that was opened again numbers its arrivals from: beside everything that it did not hear itself."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from temporalio.client import Client

from ledger import Ledger, facts, journeys, tables
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from starter.client import Waypost
from starter.late import Told, keep_late
from starter.reopening import reopen
from tests.activities.given import JOURNEY, PLAN, Desk, Recorder, after, enroll, event, publish
from tests.starter.cli.test_people_at_once import wait_for_a_waiter
from workflows.wire import JourneyInput

CYCLIC: Final = PLAN.replace(
    "    linger: 1 day\n",
    "    linger: 1 day\n    next: {approved: {process: renewal}}\n"
    "  renewal: {start: waiting, stages: {waiting: {submitted: renewed}}}\n",
)
LATER: Final = CYCLIC.replace("{process: renewal}", "{process: renewal, after: 6 months}")
EARLIER_BUILDS: Final = 2**30  # from where late events and next journeys were numbered upwards once


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    enroll(ledger)
    publish(ledger, CYCLIC)
    return Desk(ledger)


def withdrawn(desk: Desk) -> JourneyRow:
    """The journey, ended."""
    for due in desk.decide().due:
        desk.notify(due, Recorder())
    desk.decide(after(1), event(1, "withdrawn", at=after(1)))
    assert desk.decide(after(3)).end
    return row_of(desk)


def row_of(desk: Desk, journey: str = JOURNEY) -> JourneyRow:
    with desk.ledger.read() as connection:
        row = journeys.journey(connection, journey)
    assert row is not None
    return row


def late(desk: Desk, ended: JourneyRow, *events: str) -> None:
    """What is told to the journey after its end."""
    for name in events:
        with desk.ledger.write() as connection:
            assert keep_late(connection, ended, Told(event=name), after(4)).verdict == "late_event"


def late_once(desk: Desk) -> None:
    """The same as builds before this one wrote it."""
    row = FactRow(
        journey_id=JOURNEY,
        id="late",
        n=EARLIER_BUILDS,
        wake=0,
        type="submitted",
        at=after(4),
        heard_at=after(4),
        content_hash="",
        verdict="late_event",
    )
    with desk.ledger.write() as connection:
        facts.add(connection, row)


async def opened_again(client: Client, desk: Desk, run: str) -> tuple[int, datetime]:
    """The arrivals that its new run begins with, and when that is; `desk` goes on as this run."""
    await reopen(client, desk.ledger, JOURNEY, "in_progress", "appeal_granted", "test")
    begun = await anext(client.get_workflow_handle(JOURNEY).fetch_history_events())
    [given] = begun.workflow_execution_started_event_attributes.input.payloads
    state = client.data_converter.payload_converter.from_payload(given, JourneyInput).state
    assert state is not None
    desk.run_id, desk.wake, desk.history = run, 0, 0
    with desk.ledger.read() as connection:
        return state.arrivals, max(fact.heard_at for fact in facts.facts(connection, JOURNEY))


@pytest.mark.parametrize("earlier_build", [False, True])
async def test_a_journey_with_a_late_event_is_reopened_starts_its_next_and_still_hears(
    client: Client, desk: Desk, *, earlier_build: bool
) -> None:
    ended = withdrawn(desk)
    late_once(desk) if earlier_build else late(desk, ended, "submitted", "approved")
    counted, at = await opened_again(client, desk, "run-2")
    for n, name in enumerate(("submitted", "approved"), 1):
        at += timedelta(hours=1)
        [judged] = desk.decide(at, event(counted + n, name, at=at)).judged
        assert judged.verdict == "accepted"
    assert row_of(desk, "journey:guild:ada:renewal:1").created_at == at
    late_by = at + timedelta(hours=2)
    [judged] = desk.decide(late_by, event(counted + 3, "remark", at=late_by, score=3)).judged
    assert judged.verdict == "accepted"
    assert desk.decide(at + timedelta(hours=3)).stage == "approved"


async def test_a_journey_that_started_its_next_is_reopened_hears_again_and_starts_no_other(
    client: Client, desk: Desk
) -> None:
    for due in desk.decide().due:
        desk.notify(due, Recorder())
    for due in desk.decide(after(1), event(1, "submitted", at=after(1))).due:
        desk.notify(due, Recorder(), after(1))
    desk.decide(after(2), event(2, "approved", at=after(2)))
    assert desk.decide(after(4)).end
    late(desk, row_of(desk), "remark")
    counted, at = await opened_again(client, desk, "run-2")
    assert counted == 3
    for n, name in enumerate(("submitted", "approved", "remark"), 1):
        at += timedelta(hours=1)
        [judged] = desk.decide(at, event(counted + n, name, at=at)).judged
        assert judged.verdict == "accepted"
    with desk.ledger.read() as connection:
        assert [row.id for row in journeys.of_person(connection, "guild", "ada", "renewal")] == [
            "journey:guild:ada:renewal:1"
        ]


def test_what_started_the_next_a_while_after_the_end_is_no_late_event_and_starts_it_once(desk: Desk) -> None:
    publish(desk.ledger, LATER)
    desk.decide()
    desk.decide(after(1), event(1, "submitted", at=after(1)))
    desk.decide(after(2), event(2, "approved", at=after(2)))
    for days in (200, 201, 202, 203):
        desk.decide(after(days))
    assert ("next_started", "accepted") in desk.facts()


def test_a_next_journey_that_an_earlier_build_took_for_a_late_event_is_not_started_again(desk: Desk) -> None:
    desk.decide()
    desk.decide(after(1), event(1, "submitted", at=after(1)))
    desk.decide(after(2), event(2, "approved", at=after(2)))
    with desk.ledger.write() as connection:
        started = {"journey_id": JOURNEY, "id": "next_started"}
        once = {"n": EARLIER_BUILDS, "verdict": "late_event"}
        connection.execute(sa.update(tables.fact).filter_by(**started).values(**once))
    assert desk.decide(after(3)).stage == "approved"
    assert ("next_started", "late_event") in desk.facts()


def test_late_events_are_kept_in_the_order_in_which_they_came(desk: Desk) -> None:
    late(desk, withdrawn(desk), "submitted", "approved", "remark")
    with desk.ledger.read() as connection:
        known = facts.facts(connection, JOURNEY)
    assert [fact.type for fact in sorted(known, key=lambda fact: -fact.n) if fact.verdict == "late_event"] == [
        "submitted",
        "approved",
        "remark",
    ]
    assert {fact.type: fact.n for fact in known}["withdrawn"] == max(fact.n for fact in known) == 1


@pytest.mark.parametrize("ledger", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_two_late_events_at_once_are_both_kept(client: Client, desk: Desk) -> None:
    ended = withdrawn(desk)
    with desk.ledger.write() as connection:
        journeys.lock(connection, JOURNEY)
        assert keep_late(connection, ended, Told(event="submitted"), after(4)).verdict == "late_event"
        second = asyncio.create_task(Waypost(client, desk.ledger).tell(JOURNEY, "approved"))
        await asyncio.to_thread(wait_for_a_waiter, desk.ledger)
    answer = await second
    assert answer is not None
    assert answer.verdict == "late_event"
    assert {("submitted", "late_event"), ("approved", "late_event")} <= set(desk.facts())
