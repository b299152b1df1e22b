import asyncio
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from ledger import facts, journeys, texts
from ledger.facts import FactRow
from starter import telling
from starter.client import Waypost
from starter.refusal import Refused
from tests.starter.house import House
from tests.starter.people import new_journey
from tests.until import until


def _facts(waypost: Waypost, journey: str) -> list[FactRow]:
    with waypost.ledger.read() as connection:
        return [fact for fact in facts.facts(connection, journey) if fact.type != "created"]


async def _signals(waypost: Waypost, journey: str) -> list[str]:
    events = (await waypost.temporal.get_workflow_handle(journey).fetch_history()).events
    kind = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    return [
        event.workflow_execution_signaled_event_attributes.signal_name for event in events if event.event_type == kind
    ]


async def _ended(waypost: Waypost) -> str:
    journey = await new_journey(waypost)
    await waypost.tell(journey, "withdrawn", id="gone")

    def ended() -> bool:
        with waypost.ledger.read() as connection:
            row = journeys.journey(connection, journey)
        return row is not None and row.ended_at is not None

    await until(ended)
    return journey


async def test_who_waits_hears_the_verdict_and_the_stage(waypost: Waypost) -> None:
    answer = await waypost.tell(await new_journey(waypost), "submitted", wait=True)
    assert answer is not None
    assert (answer.verdict, answer.stage) == ("accepted", "in_review")


async def test_who_does_not_wait_is_heard_all_the_same(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    assert await waypost.tell(journey, "submitted") is None
    await until(lambda: [fact.type for fact in _facts(waypost, journey)] == ["submitted"])


async def test_the_same_id_counts_once_however_it_is_told(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    for wait in (True, False, True, False):
        await waypost.tell(journey, "touched", id="t-1", wait=wait)
    await waypost.tell(journey, "touched", id="t-2", wait=True)
    assert [fact.id for fact in _facts(waypost, journey)] == ["t-1", "t-2"]


async def test_a_hundred_at_once_are_judged_once_each(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    answers = await asyncio.gather(
        *(waypost.tell(journey, "touched", id=f"t-{number}", wait=True) for number in range(100))
    )
    assert {answer.verdict for answer in answers if answer} <= {"accepted", "duplicate", "recorded"}
    await until(lambda: len(_facts(waypost, journey)) == 100)


async def test_free_text_stays_in_the_ledger_and_its_id_goes_into_the_history(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    said: dict[str, Any] = {"note": "the signature of Grace Hopper is missing", "pages": 2}
    await waypost.tell(journey, "question_asked", item="doc-1", data=said, wait=True)
    (fact,) = _facts(waypost, journey)
    kept = fact.data["note"]
    assert isinstance(kept, dict)
    with waypost.ledger.read() as connection:
        assert list(texts.texts(connection, [str(kept["text_id"])]).values()) == [said["note"]]
    history = await waypost.temporal.get_workflow_handle(journey).fetch_history()
    assert "question_asked" in history.to_json()
    assert "Hopper" not in str(history.events)
    assert fact.data["pages"] == 2


async def test_the_reason_of_an_extension_is_free_text_too(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    answer = await waypost.tell(
        journey, "extension_granted", data={"deadline": "due", "by": "2 weeks", "why": "Grace asked"}, wait=True
    )
    assert answer is not None
    assert answer.verdict == "accepted"
    assert "Grace" not in str((await waypost.temporal.get_workflow_handle(journey).fetch_history()).events)


@pytest.mark.parametrize(
    ("event", "given", "said"),
    [
        ("submited", {}, "the plan has no event of this name: did you mean `submitted`"),
        ("question_asked", {}, "question_asked is about an item: give its id as `item`"),
        ("question_asked", {"item": "d-1", "data": {"pages": "many"}}, "`pages` of question_asked must be a number"),
        ("submitted", {"id": "ada@example.org"}, "event id looks like an address"),
        ("extension_granted", {"data": {"deadline": "due", "to": "2020-01-01"}}, "the extension ends in the past"),
        ("question_asked", {"item": "d-1", "data": {"note": "x" * 20_001}}, "note is longer than 20,000 characters"),
    ],
)
async def test_what_the_plan_does_not_allow_never_reaches_the_journey(
    idle: Waypost, event: str, given: dict[str, Any], said: str
) -> None:
    journey = await new_journey(idle)
    with pytest.raises(Refused, match=said) as error:
        await idle.tell(journey, event, **given)
    assert "\n" not in str(error.value)
    assert await _signals(idle, journey) == []


async def test_a_journey_that_nobody_enrolled_is_refused(idle: Waypost) -> None:
    with pytest.raises(Refused, match="there is no journey journey:trial:nobody:application:1"):
        await idle.tell("journey:trial:nobody:application:1", "submitted")


async def test_without_a_worker_the_event_is_on_its_way_and_judged_once_when_one_comes(
    idle: Waypost, idle_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PATIENCE", 0.5)
    journey = await new_journey(idle)
    assert await idle.tell(journey, "submitted", id="s-1", wait=True) is None
    assert await _signals(idle, journey) == ["submitted"]
    with idle_house.worker():
        await until(lambda: [(fact.id, fact.verdict) for fact in _facts(idle, journey)] == [("s-1", "accepted")])


async def test_an_event_for_an_ended_journey_is_kept_for_staff(waypost: Waypost) -> None:
    journey = await _ended(waypost)
    answer = await waypost.tell(journey, "submitted", id="late-1")
    assert answer is not None
    assert answer.verdict == "late_event"
    assert "ended on" in (answer.reason or "")
    late = [fact for fact in _facts(waypost, journey) if fact.verdict == "late_event"]
    assert [(fact.id, fact.type) for fact in late] == [("late-1", "submitted")]


async def test_an_id_that_an_ended_journey_knows_is_a_duplicate_or_refused(waypost: Waypost) -> None:
    journey = await _ended(waypost)
    verdicts = []
    for event, event_id in (("withdrawn", "gone"), ("submitted", "gone"), ("submitted", "s"), ("submitted", "s")):
        answer = await waypost.tell(journey, event, id=event_id)
        verdicts.append(answer.verdict if answer else None)
    assert verdicts == ["duplicate", "refused", "late_event", "duplicate"]


async def test_a_journey_that_was_terminated_by_hand_says_so(idle: Waypost) -> None:
    journey = await new_journey(idle)
    await idle.temporal.get_workflow_handle(journey).terminate()
    with pytest.raises(Refused, match="does not run any more although it has not ended"):
        await idle.tell(journey, "submitted")
