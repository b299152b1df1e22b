"""What staff see of a journey: current details, lists, timeline and snapshot. All of it says what happened."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from temporalio.api.enums.v1 import EventType

from tests.workflows.stubs import Case, Script, instant
from tests.workflows.world import Subject, World, envelope, raw
from workflows.wire import DUE_AT, FLAGS, PLAN_VERSION, STAGE, DecideRequest, Decision

pytestmark = pytest.mark.asyncio(loop_scope="module")

DUE: Final = datetime(2027, 3, 1, 17, tzinfo=UTC)
UPSERT: Final = "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"


async def test_the_details_tell_the_story_of_the_journey(world: World) -> None:
    async def telling(case: Case, request: DecideRequest) -> Decision:
        told = {"status": "Waiting for the submission", "upcoming": ("2027-02-01 reminder · P28D",), "held": 2}
        return case.derived(request).model_copy(update=told)

    subject = await world.start(deciding=telling)
    await subject.ask("reported", envelope(item="i-1"))
    await subject.tell("reported", raw(b"<>"))

    await subject.shows(lambda s: s.rejected_count == 1)
    details = (await subject.details()).replace("\\", "")
    for told in (
        "**Waiting for the submission**",
        "Stage **open** · plan `v1` · 0 sending · 2 held",
        "### Next\n- 2027-02-01 reminder · P28D",
        "reported i-1: accepted",
        "### Rejected events (1)\n- reported (2 bytes, ",
        "the payload is not valid JSON in UTF-8",
        "### How to act",
    ):
        assert told in details


async def test_the_details_stay_small_and_name_nobody_whatever_is_sent(world: World) -> None:
    hostile = "[click](http://e.example) <script> `{workflowId}` **" + "x" * 300

    async def echoes(case: Case, request: DecideRequest) -> Decision:
        decision = case.derived(request)
        judged = tuple(each.model_copy(update={"verdict": "refused", "reason": hostile}) for each in decision.judged)
        echoed = {"judged": judged, "status": hostile, "upcoming": (hostile,) * 5, "problems": (hostile,) * 5}
        return decision.model_copy(update=echoed)

    subject = await world.start(deciding=echoes)
    for name in ("reported", "[a](http://e.example)", "<img src=x>", "😀" * 100):
        await subject.tell(name)
    await subject.shows(lambda s: s.rejected_count == 4)

    details = await subject.details()

    assert len(details.encode()) < 4096
    assert "](http://e" not in details
    assert "http://" not in details
    assert "<script>" not in details
    assert details.count("{workflowId}") == 1  # our own link
    assert subject.case.journey.split(":")[2] not in details
    assert "### How to act" in details


async def test_status_and_upcoming_stay_until_decide_says_otherwise(world: World) -> None:
    async def telling(case: Case, request: DecideRequest) -> Decision:
        told = {"status": "Waiting", "upcoming": ("a reminder",)} if len(case.requests) == 1 else {}
        return case.derived(request).model_copy(update=told)

    subject = await world.start(deciding=telling)
    await subject.case.until(lambda: len(subject.case.decisions) == 1)
    await subject.still_runs()

    shown = await subject.snapshot()
    assert (shown.status, shown.upcoming) == ("Waiting", ("a reminder",))
    assert (subject.case.requests[-1].status, subject.case.requests[-1].upcoming) == ("Waiting", ("a reminder",))


async def test_the_snapshot_says_where_the_journey_stands(world: World) -> None:
    subject = await world.start(Script(reminders={"r": timedelta(days=3)}))
    await subject.ask("reported")

    shown = await subject.snapshot()

    assert shown.journey == subject.handle.id
    assert (shown.stage, shown.plan_version, shown.wake) == ("open", "v1", len(subject.case.decisions))
    assert shown.next_at == subject.case.decisions[-1].next_at
    assert (shown.in_flight, shown.held, shown.flags, shown.problems) == ((), 0, (), ())


async def test_one_signal_one_update_and_one_query_explain_themselves(world: World) -> None:
    subject = await world.start()

    definition = (await subject.metadata()).definition

    assert [signal.name for signal in definition.signal_definitions] == [""]
    assert [update.name for update in definition.update_definitions] == [""]
    ours = [query for query in definition.query_definitions if not query.name.startswith("__")]
    assert [query.name for query in ours] == ["snapshot"]
    for each in (*definition.signal_definitions, *definition.update_definitions):
        assert '{"id": "…"' in each.description
        assert "Never put a name, an address or free text" in each.description
    assert ours[0].description


async def test_lists_are_told_once_when_something_changed_and_never_otherwise(world: World) -> None:
    async def telling(case: Case, request: DecideRequest) -> Decision:
        decision = case.derived(request)
        changed = {"flags": ("audit",), "due_at": DUE, "plan_version": "v2"} if case.stage != "open" else {}
        return decision.model_copy(update=changed)

    subject = await world.start(deciding=telling)
    for _ in range(3):
        await subject.still_runs()
    assert UPSERT not in await subject.kinds()

    await subject.ask("submitted")
    await subject.ask("touched")

    known = (await subject.handle.describe()).typed_search_attributes
    assert (await subject.kinds()).count(UPSERT) == 1
    assert (known.get(STAGE), known.get(PLAN_VERSION)) == ("under_review", "v2")
    assert (known.get(FLAGS), known.get(DUE_AT)) == (["audit"], DUE)


async def test_a_deadline_that_is_gone_leaves_the_lists(world: World) -> None:
    async def telling(case: Case, request: DecideRequest) -> Decision:
        return case.derived(request).model_copy(update={"due_at": DUE if case.stage == "open" else None})

    subject = await world.start(deciding=telling)
    await subject.still_runs()
    assert (await subject.handle.describe()).typed_search_attributes.get(DUE_AT) == DUE

    await subject.ask("submitted")

    assert (await subject.handle.describe()).typed_search_attributes.get(DUE_AT) is None


async def test_one_timer_runs_and_is_replaced_only_when_the_next_instant_changes(world: World) -> None:
    async def moved(case: Case, request: DecideRequest) -> Decision:
        assert case.started_at is not None
        later = case.started_at + timedelta(days=5)
        decision = case.derived(request)
        return decision.model_copy(update={"next_at": later}) if case.stage == "under_review" else decision

    subject = await world.start(Script(reminders={"r": timedelta(days=3)}))
    for _ in range(3):
        await subject.case.decides(lambda: subject.tell("reported"))
    assert await timers(subject) == ["STARTED 3 days"]

    subject.case.deciding = moved
    for _ in range(3):
        await subject.case.decides(lambda: subject.tell("submitted"))

    assert await timers(subject) == ["STARTED 3 days", "CANCELED", "STARTED 5 days"]
    await subject.still_runs()


async def test_timers_and_sends_carry_a_line_for_the_timeline(world: World) -> None:
    subject = await world.start(Script(reminders={"r": timedelta(days=1)}))
    await subject.still_runs()
    await subject.forward(timedelta(days=1, seconds=1))
    await subject.case.sends("r")

    summaries = {
        EventType.Name(event.event_type).removeprefix("EVENT_TYPE_"): event.user_metadata.summary.data
        for event in await subject.events()
        if event.user_metadata.summary.data
    }
    assert summaries["TIMER_STARTED"] in {b'"reminder"', b'"answer the update"'}
    assert summaries["ACTIVITY_TASK_SCHEDULED"] == '"r → applicant"'.encode()
    assert summaries["MARKER_RECORDED"] == b'"decide"'


async def test_an_instant_that_is_now_rings_and_wedges_nothing(world: World) -> None:
    async def now(case: Case, request: DecideRequest) -> Decision:
        again = instant(request) if len(case.requests) < 3 else None
        return case.derived(request).model_copy(update={"next_at": again})

    subject = await world.start(skipping=True, deciding=now)

    await subject.case.until(lambda: len(subject.case.decisions) == 3)
    assert (await subject.kinds()).count("TIMER_FIRED") == 2
    await subject.still_runs()


async def timers(subject: Subject) -> list[str]:
    """What happened to timers, with the days they were set for."""
    told = []
    for event in await subject.events():
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_TIMER_")
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            length = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            name += f" {round(length / timedelta(days=1))} days"
        if name.split()[0] in {"STARTED", "CANCELED", "FIRED"}:
            told.append(name)
    return told
