"""What only the ledger has is started, and one journey that cannot be keeps no other waiting."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import sqlalchemy as sa
from temporalio.client import Client

from ledger import Ledger, facts, journeys, people, tables
from ledger.journeys import JourneyRow
from starter.beginning import Beginner, begin_all
from tests.activities.given import START, a_plan, ada, publish
from tests.until import until
from workflows.wire import journey_id


def enrolled(ledger: Ledger, person: str, process: str = "application") -> str:
    """A journey that the engine does not have; the next one is after it."""
    row = JourneyRow(
        id=journey_id("guild", person, process, "1"),
        program="guild",
        process=process,
        cycle="1",
        person_id=person,
        created_at=START,
        arrived_at=START,
    )
    with ledger.write() as connection:
        people.set_person(connection, ada().model_copy(update={"id": person}), "test", START)
        journeys.enroll(connection, row)
        facts.begin(connection, row)
    return row.id


def unreadable(ledger: Ledger, journey: str) -> None:
    """As after a fault of ours: a fact that nobody can read, with a word of somebody's in it."""
    with ledger.write() as connection:
        mine = tables.fact.c.journey_id == journey
        connection.execute(sa.update(tables.fact).where(mine).values(verdict="ada@example.org"))


def not_started(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        return [row.id for row in journeys.not_started(connection)]


async def test_a_journey_whose_process_is_gone_from_the_plan_keeps_none_behind_it_waiting(
    client: Client, ledger: Ledger
) -> None:
    publish(ledger)
    gone, sound = enrolled(ledger, "ada", "retired"), enrolled(ledger, "ben")
    assert "retired" not in a_plan().processes
    assert await begin_all(client, ledger) == 1
    assert not_started(ledger) == [gone]
    assert (await client.get_workflow_handle(sound).describe()).id == sound


async def test_a_journey_that_cannot_be_read_is_logged_without_its_text_and_keeps_none_behind_it_waiting(
    client: Client, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    publish(ledger)
    broken, sound = enrolled(ledger, "ada"), enrolled(ledger, "ben")
    unreadable(ledger, broken)
    assert await begin_all(client, ledger) == 1
    assert not_started(ledger) == [broken]
    assert (await client.get_workflow_handle(sound).describe()).id == sound
    assert f"{broken} is enrolled, cannot be started, and is tried again: ValidationError at " in caplog.text
    assert "example.org" not in caplog.text


@asynccontextmanager
async def running(beginner: Beginner) -> AsyncIterator[None]:
    task = asyncio.create_task(beginner.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_who_starts_what_decisions_have_begun_goes_on_after_a_fault(
    client: Client, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    publish(ledger)
    journey = enrolled(ledger, "ada")
    kept = tables.journey.c.id == journey
    with ledger.write() as connection:
        connection.execute(sa.update(tables.journey).where(kept).values(roles=["ada@example.org"]))
    caplog.set_level(logging.ERROR)
    beginner = Beginner(client, ledger)
    async with running(beginner):
        await until(lambda: "were not started" in caplog.text)
        with ledger.write() as connection:
            connection.execute(sa.update(tables.journey).where(kept).values(roles={}))
        beginner.begun(journey)
        await until(lambda: not not_started(ledger))
    assert "example.org" not in caplog.text
