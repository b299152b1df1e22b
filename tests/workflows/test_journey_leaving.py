"""A journey ends when `decide` says so, and continues as new when its history grows long; nothing is lost."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest
from temporalio.client import WorkflowExecutionStatus

from tests.workflows.stubs import Attempt, Case, Script, instant
from tests.workflows.world import World, envelope, raw
from workflows.wire import KERNEL, DecideRequest, Decision, Judged, Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT: Final = 30  # events until a run continues as new


async def renews(case: Case, request: DecideRequest) -> Decision:
    """Once, like a `decide` of a newer kernel."""
    case.deciding = None
    return case.derived(request).model_copy(update={"renew": True})


async def test_only_decide_ends_a_journey(world: World) -> None:
    subject = await world.start()
    await subject.still_runs()

    await subject.tell("withdrawn")

    assert await subject.handle.result() is None
    assert (await subject.handle.describe()).status == WorkflowExecutionStatus.COMPLETED
    assert (await subject.snapshot()).stage == "withdrawn"


async def test_a_journey_ends_only_when_its_last_send_has_ended(world: World) -> None:
    release = asyncio.Event()

    async def slow(_case: Case, attempt: Attempt) -> Outcome:
        await release.wait()
        return Outcome(key=attempt.key, result="sent")

    async def ends_at_once(case: Case, request: DecideRequest) -> Decision:
        return case.derived(request).model_copy(update={"end": case.stage == "withdrawn"})

    subject = await world.start(Script(answers={"reported": "receipt"}), deciding=ends_at_once, sending=slow)
    await subject.tell("reported")
    await subject.case.until(lambda: len(subject.case.attempts) == 1)

    assert (await subject.ask("withdrawn")).stage == "withdrawn"
    assert (await subject.ask("reported")).verdict == "accepted"
    release.set()

    await subject.handle.result()
    assert subject.case.sent == ["receipt"]
    assert len(subject.case.entries) == 3


async def test_an_end_with_events_that_have_no_verdict_is_no_end(world: World) -> None:
    async def ends_blindly(_case: Case, _request: DecideRequest) -> Decision:
        return Decision(end=True)

    subject = await world.start(first=("reported", ()), deciding=ends_blindly)
    await subject.case.until(lambda: len(subject.case.decisions) == 1)

    subject.case.deciding = None
    await subject.still_runs()
    assert subject.case.verdicts() == [("reported", "accepted"), ("touched", "accepted")]


async def test_everything_is_carried_into_the_next_run(world: World) -> None:
    subject = await world.start(first=("reported", (envelope(id="e-1"),)))
    await subject.tell("Not a name")
    await subject.tell("reported", raw(b"[]"))
    await subject.shows(lambda s: s.rejected_count == 2)
    before = await subject.snapshot()

    subject.case.deciding = renews
    await subject.tell("reported")
    state = await subject.renewed()

    assert (state.wake, state.arrivals, state.stage, state.plan_version) == (before.wake + 1, 4, "open", "v1")
    await subject.shows(lambda s: s.wake == state.wake + 1)
    after = await subject.snapshot()
    assert (after.rejected, after.rejected_count) == (before.rejected, 2)
    assert len(after.recent) == 2
    assert after.flags == ("needs attention",)
    assert (await subject.ask("reported", envelope(id="e-1"))).verdict == "duplicate"
    assert subject.case.entries[-1].event.n == 5
    await subject.still_runs()


async def test_a_run_of_an_older_kernel_is_renewed_once(world: World) -> None:
    async def renews_old(case: Case, request: DecideRequest) -> Decision:
        return case.derived(request).model_copy(update={"renew": request.kernel < KERNEL})

    subject = await world.start(kernel=KERNEL - 1, deciding=renews_old)
    await subject.renewed()
    await subject.still_runs()

    assert len(await subject.runs()) == 2
    assert [request.kernel for request in subject.case.requests][:2] == [KERNEL - 1, KERNEL]


async def test_an_event_without_verdict_is_carried_into_the_next_run(world: World) -> None:
    async def blind(case: Case, _request: DecideRequest) -> Decision:
        case.deciding = None
        return Decision(renew=True)

    subject = await world.start(first=("submitted", ()), deciding=blind)

    state = await subject.renewed()

    assert [event.type for event in state.inbox] == ["submitted"]
    await subject.shows(lambda s: s.stage == "under_review")
    assert subject.case.verdicts() == [("submitted", "accepted")]


async def test_a_run_stays_until_everybody_who_asked_has_an_answer(world: World) -> None:
    async def blind(case: Case, request: DecideRequest) -> Decision:
        case.deciding = None if request.events else blind
        return Decision(stage="open", plan_version="v1", renew=bool(request.events))

    subject = await world.start(deciding=blind)
    await subject.case.until(lambda: len(subject.case.decisions) == 1)

    asking = asyncio.create_task(subject.ask("submitted"))
    await subject.case.until(lambda: len(subject.case.decisions) == 2)
    await subject.forward(timedelta(seconds=5))

    assert (await asking).verdict == "recorded"
    await subject.renewed()
    await subject.shows(lambda s: s.stage == "under_review")


async def test_what_the_lists_show_stays_while_a_run_follows_another(world: World) -> None:
    async def flagged(case: Case, request: DecideRequest) -> Decision:
        renew = len(case.requests) == 1
        due_at = instant(request).replace(microsecond=0) if renew else case.decisions[0].due_at
        flags = ("audit",)
        return case.derived(request).model_copy(update={"flags": flags, "due_at": due_at, "renew": renew})

    subject = await world.start(deciding=flagged)
    await subject.renewed()
    await subject.still_runs()

    assert "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES" not in await subject.kinds()
    assert (await subject.snapshot()).flags == ("audit",)


async def test_nothing_is_lost_or_doubled_over_many_runs(world: World) -> None:
    subject = await world.start(renew_after=SHORT)

    for burst in range(6):
        await asyncio.gather(*(subject.tell("reported", envelope(id=f"{burst}-{n}")) for n in range(10)))
        await subject.case.judges(10 * (burst + 1))

    state = await subject.renewed(2)
    assert state.arrivals > 10
    assert sorted(entry.event.n for entry in subject.case.entries) == list(range(1, 61))
    assert {verdict for _, verdict in subject.case.verdicts()} == {"accepted"}
    await subject.still_runs()


async def test_updates_are_answered_while_a_run_follows_another(world: World) -> None:
    subject = await world.start(renew_after=SHORT)

    for burst in range(6):
        asked = (subject.ask("reported", envelope(id=f"{burst}-{n}"), id=f"{burst}-{n}") for n in range(5))
        answers = await asyncio.gather(*asked)
        assert {answer.verdict for answer in answers} <= {"accepted", "duplicate"}

    await subject.renewed(2)
    assert {entry.event.id for entry in subject.case.entries} == {f"{b}-{n}" for b in range(6) for n in range(5)}
    assert [verdict for _, verdict in subject.case.verdicts()].count("accepted") == 30
    await subject.still_runs()


async def test_a_run_with_a_send_in_flight_stays_and_starts_no_other(world: World) -> None:
    release = asyncio.Event()

    async def slow(_case: Case, attempt: Attempt) -> Outcome:
        await release.wait()
        return Outcome(key=attempt.key, result="sent")

    script = Script(answers={"reported": "first", "inquired": "second"})
    subject = await world.start(script, renew_after=SHORT, sending=slow)
    await subject.tell("reported")
    await subject.case.until(lambda: len(subject.case.attempts) == 1)
    while len(await subject.kinds()) < SHORT:
        await subject.still_runs()

    assert (await subject.ask("inquired")).verdict == "accepted"
    assert (await subject.snapshot()).in_flight == ("first",)
    release.set()

    await subject.renewed()
    await subject.case.sends("first", "second")
    await subject.still_runs()


async def test_the_timer_is_set_again_by_the_next_run(world: World) -> None:
    subject = await world.start(Script(reminders={"r": timedelta(days=30)}), deciding=renews)
    await subject.renewed()
    await subject.still_runs()

    await subject.forward(timedelta(days=30, seconds=1))

    await subject.case.sends("r")


async def test_the_carried_state_stays_small_whatever_was_sent_and_said(world: World) -> None:
    async def verbose(_case: Case, request: DecideRequest) -> Decision:
        judged = tuple(Judged(n=event.n, verdict="refused", reason="why " * 2500) for event in request.events)
        return Decision(stage="open", plan_version="v1", judged=judged)

    subject = await world.start(deciding=verbose)
    await asyncio.gather(*(subject.tell("😀" * 200) for _ in range(10)))
    await asyncio.gather(*(subject.tell("x" * 64, envelope(item="i" * 64)) for _ in range(20)))
    await subject.shows(lambda s: s.rejected_count == 30)

    subject.case.deciding = renews
    await subject.tell("_wake")

    state = await subject.renewed()
    assert (len(state.rejected), state.rejected_count, len(state.recent)) == (20, 30, 10)
    assert len(state.model_dump_json()) < 32 * 1024
    await subject.still_runs()
