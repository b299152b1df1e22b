from datetime import UTC, datetime
from typing import Final

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from workflows.visibility import changes, shown_before
from workflows.wire import DUE_AT, FLAGS, PLAN_VERSION, STAGE, JourneyState, Snapshot

DUE: Final = datetime(2027, 3, 1, 17, tzinfo=UTC)
KNOWN: Final = TypedSearchAttributes(
    [
        SearchAttributePair(STAGE, "open"),
        SearchAttributePair(FLAGS, ["audit"]),
        SearchAttributePair(DUE_AT, DUE),
        SearchAttributePair(PLAN_VERSION, "v1"),
    ]
)


def told(snapshot: Snapshot, due_at: datetime | None, known: TypedSearchAttributes = KNOWN) -> dict[str, object]:
    return {update.key.name: update.value for update in changes(known, snapshot, due_at)}


def test_nothing_is_told_when_the_lists_say_it_already() -> None:
    assert told(Snapshot(stage="open", flags=("audit",), plan_version="v1"), DUE) == {}


def test_only_what_changed_is_told() -> None:
    later = DUE.replace(year=2028)

    assert told(Snapshot(stage="closed", flags=("audit",), plan_version="v1"), DUE) == {"Stage": "closed"}
    assert told(Snapshot(stage="open", flags=(), plan_version="v1"), DUE) == {"Flags": ()}
    assert told(Snapshot(stage="open", flags=("audit",), plan_version="v2"), later) == {
        "PlanVersion": "v2",
        "DueAt": later,
    }


def test_a_deadline_that_is_gone_is_taken_back() -> None:
    assert told(Snapshot(stage="open", flags=("audit",), plan_version="v1"), None) == {"DueAt": None}


def test_an_unknown_stage_or_plan_takes_nothing_back() -> None:
    assert told(Snapshot(flags=("audit",)), DUE) == {}


def test_until_the_first_decision_a_run_shows_what_the_last_one_showed() -> None:
    before = shown_before(KNOWN, JourneyState(stage="closed", plan_version="v2"))

    assert (before.stage, before.plan_version, before.flags, before.due_at) == ("closed", "v2", ("audit",), DUE)


def test_a_first_run_shows_what_it_was_started_with() -> None:
    before = shown_before(KNOWN, JourneyState())

    assert (before.stage, before.plan_version) == ("open", "v1")
    assert shown_before(TypedSearchAttributes([]), JourneyState()).flags == ()
