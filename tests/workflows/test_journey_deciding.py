"""A `decide` that fails, hangs, contradicts itself or finds the ledger away: nothing is lost, the journey goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from temporalio.common import SearchAttributePair
from temporalio.exceptions import ApplicationError, CancelledError

from tests.workflows.conftest import Stories
from tests.workflows.stubs import Attempt, Case, Deciding, Script, instant, tell
from tests.workflows.world import FIRST_ATTRIBUTES, Subject, World, envelope
from workflows.wire import DUE_AT, FLAGS, DecideRequest, Decision, Due, Outcome

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("stories")]  # begun with the first test

AWAY: Final = ApplicationError("the ledger is away", type="LedgerAway")
FAULTS: Final = {
    "the ledger is away": AWAY,
    "a permanent failure": ApplicationError("an outdated caller", type="Overtaken", non_retryable=True),
    "an exception": ValueError("a bug"),
    "a cancellation that nobody asked for": CancelledError("stopped"),
    "a time-out": TimeoutError("two seconds"),
}


DISAGREE: Final = "deciding and sending disagree; sends are slowed down"


def failing(fault: Exception) -> Deciding:
    async def fails(_case: Case, _request: DecideRequest) -> Decision:
        raise fault

    return fails


async def always_due(_case: Case, request: DecideRequest) -> Decision:
    """Whatever `notify` reports, the key is named again."""
    return Decision(stage="open", plan_version="v1", due=() if request.in_flight else (Due(key="k"),))


async def always_past(case: Case, request: DecideRequest) -> Decision:
    """The next look should have been yesterday."""
    return case.derived(request).model_copy(update={"next_at": instant(request) - timedelta(days=1)})


async def given_back(_case: Case, attempt: Attempt) -> Outcome:
    return Outcome(key=attempt.key, result="given_back")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_what_is_told_while_decide_fails_is_judged_when_it_works_again(world: World, fault: Exception) -> None:
    subject = await world.start(first=("reported", ()), deciding=failing(fault))
    await subject.case.until(lambda: len(subject.case.requests) == 1)
    await subject.tell("submitted", envelope(id="e-1"))
    await subject.case.until(lambda: len(subject.case.requests) == 2)
    shown = await subject.shows(lambda s: bool(s.problems))
    assert shown.problems == ("cannot decide, trying again; 2 event(s) wait",)
    assert shown.flags == ("needs attention",)
    assert shown.wake == 0

    subject.case.deciding = None
    await subject.forward(timedelta(seconds=12))

    shown = await subject.shows(lambda s: s.stage == "under_review")
    assert subject.case.verdicts() == [("reported", "accepted"), ("submitted", "accepted")]
    assert (shown.problems, shown.flags, shown.wake) == ((), (), 1)
    await subject.still_runs()


async def test_an_update_is_told_that_it_is_recorded_when_decide_fails(world: World) -> None:
    subject = await world.start(deciding=failing(AWAY))
    await subject.case.until(lambda: len(subject.case.requests) == 1)

    answering = asyncio.create_task(subject.ask("submitted"))
    await subject.case.until(lambda: len(subject.case.requests) == 2)
    await subject.forward(timedelta(seconds=5))
    answer = await answering

    assert (answer.verdict, answer.reason) == ("recorded", "recorded, not judged yet")
    subject.case.deciding = None
    await subject.still_runs()
    assert subject.case.verdicts() == [("submitted", "accepted"), ("touched", "accepted")]


async def test_nothing_is_sent_on_a_decision_that_failed(world: World) -> None:
    subject = await world.start(Script(reminders={"r": timedelta(days=1)}))
    await subject.still_runs()
    subject.case.deciding = failing(AWAY)

    await subject.forward(timedelta(days=1, seconds=1))
    await subject.case.until(lambda: len(subject.case.requests) == 3)
    assert not subject.case.attempts

    subject.case.deciding = None
    await subject.forward(timedelta(seconds=12))
    await subject.case.until(lambda: subject.case.sent == ["r"])


async def test_an_event_that_decide_does_not_judge_is_kept_and_told_again(world: World) -> None:
    subject = await world.start()

    async def plan_missing(_case: Case, request: DecideRequest) -> Decision:
        return Decision(problems=("no published plan",), next_at=instant(request) + timedelta(hours=1))

    subject.case.deciding = plan_missing
    await subject.tell("submitted")
    shown = await subject.shows(lambda s: s.problems == ("no published plan",))
    assert not shown.recent
    subject.case.deciding = None

    await subject.forward(timedelta(hours=1, seconds=2))

    await subject.shows(lambda s: s.stage == "under_review")
    assert subject.case.verdicts() == [("submitted", "accepted")]


async def test_a_fault_takes_nothing_out_of_the_lists(world: World) -> None:
    due_at = datetime(2027, 3, 1, 17, tzinfo=UTC)
    before = FIRST_ATTRIBUTES.updated(SearchAttributePair(DUE_AT, due_at), SearchAttributePair(FLAGS, ["on hold"]))
    subject = await world.start(attributes=before, first=("Not a name", ()), deciding=failing(AWAY))

    await subject.shows(lambda s: bool(s.problems))

    known = (await subject.handle.describe()).typed_search_attributes
    assert known.get(DUE_AT) == due_at
    assert known.get(FLAGS) == ["needs attention", "on hold"]
    assert (await subject.kinds()).count("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES") == 1


async def test_nudges_cannot_keep_a_slowed_send_from_leaving(world: World) -> None:
    subject = await world.start(deciding=always_due, sending=given_back)
    await subject.shows(lambda s: s.problems == (DISAGREE,))
    attempts = len(subject.case.attempts)

    for _ in range(3):
        await subject.case.decides(lambda: subject.tell("_wake"))
        await subject.forward(timedelta(seconds=4))

    assert len(subject.case.attempts) == attempts + 1
    subject.case.deciding = None
    await subject.still_runs()


async def decisions_always_in_the_past(world: World) -> list[datetime]:
    subject = await world.start(skipping=True, deciding=always_past)
    await subject.case.until(lambda: len(subject.case.requests) >= 8)
    await recovers(subject)
    return [instant(request) for request in subject.case.requests[5:8]]


async def sent_and_due_again(world: World) -> list[datetime]:
    subject = await world.start(skipping=True, deciding=always_due)
    await subject.case.until(lambda: len(subject.case.attempts) == 7)
    await recovers(subject)
    return [attempt.at for attempt in subject.case.attempts[4:7]]


async def given_back_and_due_again(world: World) -> list[datetime]:
    subject = await world.start(skipping=True, deciding=always_due, sending=given_back)
    await subject.case.until(lambda: len(subject.case.attempts) == 7)
    await recovers(subject)
    return [attempt.at for attempt in subject.case.attempts[4:7]]


async def recovers(subject: Subject) -> None:
    """The disagreement is shown, and over with the next fact when `decide` is sound again."""
    await subject.shows(lambda s: s.problems == (DISAGREE,))
    subject.case.deciding = None
    await subject.still_runs()
    assert not (await subject.snapshot()).problems


async def another_key_beside_one_that_goes_round_in_circles(world: World) -> Subject:
    async def another(case: Case, request: DecideRequest) -> Decision:
        due = () if "other" in case.sent else (Due(key="other"),)
        return case.derived(request).model_copy(update={"due": due})

    subject = await world.start(skipping=True, deciding=always_due, sending=given_back)
    await subject.case.until(lambda: len(subject.case.attempts) == 5)
    subject.case.deciding, subject.case.sending = another, None
    await subject.case.until(lambda: subject.case.sent == ["other"])
    return subject


async def ledger_away_for_ten_minutes(world: World) -> list[Subject]:
    """Five journeys; two events come in and a reminder falls due while their ledger is away."""

    async def away(case: Case, request: DecideRequest) -> Decision:
        case.started_at = case.started_at or instant(request)
        if len(case.requests) in {3, 5}:
            await tell(case, "reported", envelope(id=f"e-{len(case.requests)}"))
        if instant(request) < case.started_at + timedelta(minutes=10):
            raise AWAY
        case.deciding = None
        return case.derived(request)

    script = Script(reminders={"r": timedelta(minutes=1)})
    subjects = [await world.start(script, skipping=True, deciding=away) for _ in range(5)]
    await asyncio.gather(*(subject.case.sends("r") for subject in subjects))
    return subjects


async def decide_hangs(world: World) -> Subject:
    """The first decision never comes back."""

    async def hangs(case: Case, _request: DecideRequest) -> Decision:
        case.deciding = None
        await asyncio.Event().wait()
        raise AssertionError("woken")

    subject = await world.start(first=("submitted", ()), skipping=True, deciding=hangs)
    await subject.case.until(lambda: bool(subject.case.decisions))
    return subject


CIRCLES = (decisions_always_in_the_past, sent_and_due_again, given_back_and_due_again)
STORIES = (*CIRCLES, another_key_beside_one_that_goes_round_in_circles, ledger_away_for_ten_minutes, decide_hangs)


@pytest.mark.parametrize("story", CIRCLES)
async def test_what_goes_round_in_circles_is_slowed_down_ever_more(
    stories: Stories, story: Callable[[World], Awaitable[list[datetime]]]
) -> None:
    first, second, third = await stories(story)

    assert third - second > second - first > timedelta(seconds=9)


async def test_another_key_is_sent_although_one_goes_round_in_circles(stories: Stories) -> None:
    subject = await stories(another_key_beside_one_that_goes_round_in_circles)

    assert [attempt.key for attempt in subject.case.attempts].count("other") == 1
    await subject.still_runs()


async def test_a_ledger_away_for_ten_minutes_costs_a_hundred_events_at_most(stories: Stories) -> None:
    for subject in await stories(ledger_away_for_ten_minutes):
        assert len(await subject.kinds()) <= 100
        assert subject.case.verdicts() == [("reported", "accepted"), ("reported", "accepted")]
        assert subject.case.sent == ["r"]
        assert len(subject.case.attempts) == 1
        await subject.still_runs()


async def test_a_decide_that_hangs_is_given_up_and_asked_again(stories: Stories) -> None:
    subject = await stories(decide_hangs)

    assert [request.wake for request in subject.case.requests] == [1, 1]
    assert subject.case.verdicts() == [("submitted", "accepted")]
    await subject.still_runs()
