"""Sends run beside the journey: none makes it deaf, none leaves twice, none leaves that is no longer wanted."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError

from tests.workflows.conftest import Stories
from tests.workflows.stubs import Attempt, Case, Script, tell
from tests.workflows.world import Subject, World
from workflows.wire import DecideRequest, Decision, Outcome

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("stories")]  # begun with the first test

AWAY: Final = ApplicationError("the provider is away", type="ChannelRefused")
STAGES: Final = {"submitted": "under_review", "returned": "open", "inquired": "inquiry", "answered": "under_review"}
FIFTY: Final = {f"reminder:P{n}D@2027-03-01/item-{n}>applicant": timedelta() for n in range(50)}


class Gate:
    """A provider that keeps every attempt waiting until it is opened; then attempts end as `result` says."""

    def __init__(self, result: Outcome | Exception | None = None) -> None:
        self._open = asyncio.Event()
        self._result = result

    def open(self) -> None:
        self._open.set()

    async def send(self, _case: Case, attempt: Attempt) -> Outcome:
        await self._open.wait()
        if isinstance(self._result, Exception):
            raise self._result
        return Outcome(key=attempt.key, result="sent")


async def once(case: Case, request: DecideRequest) -> Decision:
    """Names nothing that has been tried."""
    decision = case.derived(request)
    return decision.model_copy(update={"due": ()}) if case.attempts else decision


async def provider_away_for_two_hours(world: World) -> Subject:
    """A submission comes at the third attempt of the reminder; inquiry and answer while its receipt is retried."""

    async def away(case: Case, attempt: Attempt) -> Outcome:
        assert case.started_at is not None
        if event := {("r", 3): "submitted", ("receipt", 4): "inquired", ("receipt", 8): "answered"}.get(
            (attempt.key, attempt.number)
        ):
            await tell(case, event)
        if attempt.at < case.started_at + timedelta(hours=2):
            raise AWAY
        return Outcome(key=attempt.key, result="sent")

    script = Script(reminders={"r": timedelta(seconds=10)}, answers={"submitted": "receipt"}, stages=STAGES)
    subject = await world.start(script, skipping=True, sending=away)
    await subject.case.until(lambda: bool(subject.case.sent))
    return subject


STORIES = (provider_away_for_two_hours,)


async def test_the_first_five_of_fifty_are_started_and_five_more_at_every_decision(world: World) -> None:
    gate = Gate()
    subject = await world.start(Script(reminders=FIFTY), sending=gate.send)
    await subject.case.until(lambda: len(subject.case.attempts) == 5)
    assert (await subject.snapshot()).in_flight == tuple(FIFTY)[:5]

    await subject.tell("touched")
    await subject.case.until(lambda: len(subject.case.attempts) == 10)
    gate.open()

    await subject.case.until(lambda: len(subject.case.sent) == 50)
    assert sorted(attempt.key for attempt in subject.case.attempts) == sorted(FIFTY)
    assert not (await subject.snapshot()).in_flight
    await subject.still_runs()


async def test_a_key_named_twice_in_one_decision_is_one_send(world: World) -> None:
    async def twice(case: Case, request: DecideRequest) -> Decision:
        decision = case.derived(request)
        return decision.model_copy(update={"due": decision.due * 2})

    subject = await world.start(Script(reminders={"r": timedelta()}), deciding=twice)

    await subject.case.until(lambda: subject.case.sent == ["r"])
    assert len(subject.case.attempts) == 1
    await subject.still_runs()


async def test_keys_longer_than_the_server_allows_are_sent(world: World) -> None:
    keys = [f"{'k' * 290}{n}" for n in range(3)]

    subject = await world.start(Script(reminders=dict.fromkeys(keys, timedelta())))

    await subject.case.until(lambda: sorted(subject.case.sent) == keys)


@pytest.mark.parametrize("result", ["missed", "given_back", "failed", "unknown", "a word of a later version"])
async def test_decide_is_told_how_a_send_ended(world: World, result: str) -> None:
    async def ends(_case: Case, attempt: Attempt) -> Outcome:
        return Outcome(key=attempt.key, result=result, reason="because")

    subject = await world.start(Script(reminders={"r": timedelta()}), deciding=once, sending=ends)

    await subject.case.until(lambda: bool(subject.case.outcomes()))
    assert subject.case.outcomes() == [Outcome(key="r", result=result, reason="because")]
    assert subject.case.requests[-1].in_flight == ()
    await subject.still_runs()


async def test_a_send_that_fails_for_good_is_an_outcome(world: World) -> None:
    async def broken(_case: Case, _attempt: Attempt) -> Outcome:
        raise ApplicationError("the row is gone", type="NoSuchMessage", non_retryable=True)

    subject = await world.start(Script(reminders={"r": timedelta()}), deciding=once, sending=broken)

    await subject.case.until(lambda: bool(subject.case.outcomes()))
    assert subject.case.outcomes() == [Outcome(key="r", result="error", reason="NoSuchMessage")]
    await subject.still_runs()


async def test_a_send_that_never_succeeds_makes_nobody_wait(world: World) -> None:
    subject = await world.start(Script(reminders={"r": timedelta()}), sending=Gate(AWAY).send)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)

    answer = await subject.ask("reported")

    assert answer.verdict == "accepted"
    assert (await subject.snapshot()).in_flight == ("r",)
    assert len(subject.case.attempts) == 1
    await subject.still_runs()


@pytest.mark.parametrize("fault", [None, AWAY], ids=["the attempt succeeds", "the attempt fails"])
async def test_a_key_wanted_again_while_its_attempt_runs_leaves_once(world: World, fault: Exception | None) -> None:
    gate = Gate(fault)
    subject = await world.start(Script(reminders={"r": timedelta()}, stages=STAGES), sending=gate.send)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)

    assert (await subject.ask("submitted")).stage == "under_review"
    await subject.ask("touched")  # the decision stops the key once more
    assert [decision.stop for decision in subject.case.decisions[-2:]] == [("r",), ("r",)]
    assert (await subject.ask("returned")).stage == "open"
    assert (await subject.snapshot()).in_flight == ("r",)
    subject.case.sending = None
    gate.open()

    await subject.case.until(lambda: subject.case.sent == ["r"])
    assert len(subject.case.attempts) == (1 if fault is None else 2)
    assert (await subject.kinds()).count("ACTIVITY_TASK_CANCEL_REQUESTED") == 1
    await subject.still_runs()


async def test_a_key_stopped_between_two_attempts_is_over_at_once(world: World) -> None:
    gate = Gate(AWAY)
    gate.open()
    subject = await world.start(Script(reminders={"r": timedelta()}, stages=STAGES), sending=gate.send)
    await subject.case.until(lambda: len(subject.case.attempts) == 1)

    await subject.ask("submitted")

    await subject.shows(lambda s: not s.in_flight)
    await subject.case.until(lambda: bool(subject.case.outcomes()))
    assert [outcome.result for outcome in subject.case.outcomes()] == ["cancelled"]
    subject.case.sending = None
    await subject.tell("returned")
    await subject.case.until(lambda: subject.case.sent == ["r"])


async def test_a_reminder_is_given_up_four_hours_after_it_came_too_late_and_nothing_else_ever_is(world: World) -> None:
    subject = await world.start(
        Script(reminders={"r": timedelta()}, answers={"reported": "receipt"}, lateness=timedelta(days=2)),
        first=("reported", ()),
    )
    await subject.case.until(lambda: len(subject.case.sent) == 2)

    scheduled = {
        event.activity_task_scheduled_event_attributes.activity_id: event.activity_task_scheduled_event_attributes
        for event in await subject.events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    }
    closes = scheduled["r"].schedule_to_close_timeout.ToTimedelta()
    assert timedelta(days=2, hours=3, minutes=59) < closes <= timedelta(days=2, hours=4)
    assert scheduled["receipt"].schedule_to_close_timeout.ToTimedelta() == timedelta()
    for each in scheduled.values():
        assert each.start_to_close_timeout.ToTimedelta() == timedelta(seconds=60)
        assert each.retry_policy.maximum_attempts == 0
        assert each.retry_policy.initial_interval.ToTimedelta() == timedelta(seconds=5)
        assert each.retry_policy.maximum_interval.ToTimedelta() == timedelta(minutes=10)


async def test_what_comes_while_the_provider_is_away_is_judged_before_the_next_attempt(stories: Stories) -> None:
    log = (await stories(provider_away_for_two_hours)).case.log

    for event in ("submitted", "inquired", "answered"):
        told, judged = log.index(f"told {event}"), log.index(f"judged {event}")
        assert not [line for line in log[told:judged] if line.startswith("attempt")]


async def test_no_reminder_is_tried_after_the_submission(stories: Stories) -> None:
    subject = await stories(provider_away_for_two_hours)

    assert "attempt r" not in subject.case.log[subject.case.log.index("judged submitted") :]
    assert subject.case.sent == ["receipt"]
    assert subject.case.attempts[-1].at - subject.case.attempts[0].at >= timedelta(hours=2, seconds=-10)
    shown = await subject.snapshot()
    assert [line.split(" ", 2)[2] for line in shown.recent] == [
        "submitted: accepted",
        "inquired: accepted",
        "answered: accepted",
    ]
    await subject.still_runs()
