"""The long matrices: hundreds of journeys at once, floods, and a send that never succeeds until it is given up."""

import asyncio
import statistics
import time
from datetime import timedelta
from typing import Final

import pytest
from temporalio.exceptions import ApplicationError

from tests.reliability import Record, Row
from tests.workflows.stubs import Attempt, Case, Script, instant
from tests.workflows.world import Subject, World, envelope
from workflows.wire import DecideRequest, Decision, Outcome

pytestmark = [pytest.mark.soak, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(800)]

MANY: Final = 200


async def away(_case: Case, _request: DecideRequest) -> Decision:
    raise ApplicationError("the ledger is away", type="LedgerAway")


async def test_200_journeys_wake_while_the_ledger_is_away(world: World, reliability: Record) -> None:
    async def ten_minutes(case: Case, request: DecideRequest) -> Decision:
        case.started_at = case.started_at or instant(request)
        if instant(request) < case.started_at + timedelta(minutes=10):
            return await away(case, request)
        return case.derived(request)

    async def journey() -> Subject:
        script = Script(reminders={"r": timedelta(minutes=1)})
        subject = await world.start(script, skipping=True, deciding=ten_minutes, first=("reported", ()))
        async with asyncio.timeout(600):
            while subject.case.sent != ["r"]:
                await asyncio.sleep(0.2)
        return subject

    subjects = await asyncio.gather(*(journey() for _ in range(MANY)))

    lost = sum(subject.case.verdicts() != [("reported", "accepted")] for subject in subjects)
    doubled = sum(len(subject.case.attempts) > 1 for subject in subjects)
    reliability(Row("200 journeys wake while the ledger is away for ten minutes", MANY, lost, doubled))
    assert (lost, doubled) == (0, 0)
    for subject in subjects:
        assert len(await subject.kinds()) <= 100


async def test_a_healthy_journey_answers_within_a_second_beside_200_that_cannot_decide(world: World) -> None:
    healthy = await world.start()
    await asyncio.gather(*(world.start(deciding=away, first=("reported", ())) for _ in range(MANY)))

    waits = []
    for _ in range(20):
        began = time.monotonic()
        await healthy.still_runs()
        waits.append(time.monotonic() - began)

    assert statistics.median(waits) < 1  # a single wait says as much about a shared machine as about us
    assert max(waits) < 5


async def test_two_thousand_events_are_judged_exactly_once(world: World, reliability: Record) -> None:
    subject = await world.start(renew_after=1500)

    for burst in range(20):
        told = (subject.tell("reported", envelope(id=f"{burst}-{n}")) for n in range(100))
        await asyncio.gather(*told)
    await subject.forward(timedelta(minutes=2))
    await subject.case.until(lambda: len({entry.event.id for entry in subject.case.entries}) == 2000)

    accepted = [verdict for _, verdict in subject.case.verdicts()].count("accepted")
    reliability(Row("2,000 events told to one journey in bursts of a hundred", 2000, 2000 - accepted, 0))
    assert accepted == len(subject.case.entries) == 2000
    await subject.still_runs()


async def test_a_reminder_that_never_leaves_is_given_up_and_the_journey_goes_on(world: World) -> None:
    async def never(_case: Case, _attempt: Attempt) -> Outcome:
        raise ApplicationError("the provider is away", type="ChannelRefused")

    async def once(case: Case, request: DecideRequest) -> Decision:
        decision = case.derived(request)
        return decision.model_copy(update={"due": ()}) if case.attempts else decision

    script = Script(reminders={"r": timedelta()}, lateness=timedelta(hours=1))
    subject = await world.start(script, skipping=True, deciding=once, sending=never)
    async with asyncio.timeout(300):
        while not subject.case.outcomes():
            await asyncio.sleep(0.2)

    [outcome] = subject.case.outcomes()
    assert outcome.result == "error"
    assert outcome.reason in {"ChannelRefused", "TimeoutError"}  # the server gives up before or at the last attempt
    last = subject.case.attempts[-1].at - subject.case.attempts[0].at
    assert timedelta(hours=4, minutes=49) < last <= timedelta(hours=5)
    await subject.still_runs()
