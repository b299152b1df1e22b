import inspect
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

import pytest

from tests.replay.variants import with_unknown, without_each
from workflows import wire
from workflows.wire import (
    Answer,
    DecideRequest,
    Decision,
    Due,
    Event,
    JourneyInput,
    JourneyState,
    Judged,
    MessageInput,
    Outcome,
    Recorded,
    Rejected,
    SendRequest,
    Snapshot,
    UpkeepInput,
    UpkeepReport,
    activity_id,
    journey_id,
)

NOW: Final = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
EVENT: Final = Event(
    n=1, type="submitted", id="e", at=NOW, heard_at=NOW, item="i", by="b", data={"n": [1]}, size=2, hash="h"
)
REJECTED: Final = Rejected(n=1, name="X", size=2, hash="h", reason="r", at=NOW)
JUDGED: Final = Judged(n=1, verdict="refused", reason="r")
DUE: Final = Due(key="k", message_id="m", fence=1, not_after=NOW, summary="s")
OUTCOME: Final = Outcome(key="k", result="given_back", reason="r", again_at=NOW)
STATE: Final = JourneyState(
    schema_number=1,
    wake=2,
    arrivals=3,
    inbox=(EVENT,),
    rejected=(REJECTED,),
    rejected_count=1,
    recent=("r",),
    stage="s",
    status="t",
    upcoming=("u",),
    plan_version="v",
    idle_rounds=1,
)
FULL: Final = (
    EVENT,
    REJECTED,
    JUDGED,
    DUE,
    OUTCOME,
    DecideRequest(
        journey="j",
        wake=1,
        history_length=2,
        kernel=1,
        now=NOW,
        events=(EVENT,),
        outcomes=(OUTCOME,),
        in_flight=("k",),
        status="s",
        upcoming=("u",),
    ),
    Decision(
        stage="s",
        judged=(JUDGED,),
        due=(DUE,),
        stop=("k",),
        next_at=NOW,
        next_summary="n",
        status="t",
        upcoming=("u",),
        problems=("p",),
        flags=("f",),
        due_at=NOW,
        plan_version="v",
        held=1,
        end=True,
        renew=True,
    ),
    SendRequest(journey="j", key="k", message_id="m", fence=1),
    MessageInput(message_id="m", key="k", summary="s", renew_after=9),
    UpkeepInput(job="j"),
    UpkeepReport(found={"r": 1}, done={"r": 1}),
    STATE,
    JourneyInput(program="p", process="a", cycle="1", person="x", state=STATE, renew_after=9),
    Snapshot(
        journey="j",
        stage="s",
        status="t",
        next_at=NOW,
        upcoming=("u",),
        in_flight=("k",),
        held=1,
        flags=("f",),
        problems=("p",),
        recent=("r",),
        rejected=(REJECTED,),
        rejected_count=1,
        wake=1,
        plan_version="v",
    ),
    Answer(verdict="accepted", stage="s", reason="r"),
)
MODELS: Final = [
    model for _, model in inspect.getmembers(wire, inspect.isclass) if issubclass(model, Recorded) and model != Recorded
]


def kinds(annotation: Any) -> Iterator[Any]:
    """An annotation and everything it is made of."""
    yield typing.get_origin(annotation) or annotation
    for inner in typing.get_args(annotation):
        yield from kinds(inner)


def test_every_model_has_its_example_here() -> None:
    assert {type(each) for each in FULL} == set(MODELS)
    for each in FULL:
        assert set(each.model_dump(exclude_defaults=True)) >= set(type(each).model_fields) - {"kernel", "schema_number"}


@pytest.mark.parametrize("model", MODELS)
def test_every_field_has_a_default(model: type[Recorded]) -> None:
    assert model.model_validate_json("{}") == model()


@pytest.mark.parametrize("model", MODELS)
def test_words_are_strings_and_never_enums(model: type[Recorded]) -> None:
    for field in model.model_fields.values():
        for kind in kinds(field.annotation):
            assert kind is not typing.Literal
            assert not (isinstance(kind, type) and issubclass(kind, Enum))


@pytest.mark.parametrize("full", FULL, ids=lambda full: type(full).__name__)
def test_what_was_recorded_comes_back(full: Recorded) -> None:
    assert type(full).model_validate_json(full.model_dump_json(exclude_defaults=True)) == full


@pytest.mark.parametrize("full", FULL, ids=lambda full: type(full).__name__)
def test_fields_of_a_later_version_are_ignored(full: Recorded) -> None:
    later = with_unknown(full.model_dump(mode="json"))

    assert "of_a_later_version" in later
    assert type(full).model_validate(later) == full


@pytest.mark.parametrize("full", FULL, ids=lambda full: type(full).__name__)
def test_every_part_decodes_with_any_one_field_removed(full: Recorded) -> None:
    for _, part in without_each(full.model_dump(mode="json")):
        type(full).model_validate(part)


def test_a_decision_that_says_nothing_is_recorded_as_nothing() -> None:
    assert Decision().model_dump_json(exclude_defaults=True) == "{}"
    assert Outcome().model_dump_json(exclude_defaults=True) == "{}"


def test_the_names_in_old_histories_stay() -> None:
    assert (wire.WORKFLOW, wire.DECIDE, wire.NOTIFY) == ("Journey", "decide", "notify")
    assert (wire.MESSAGE, wire.WITHDRAW) == ("Message", "withdraw")
    assert (wire.JOURNEYS, wire.MAIL) == ("waypost-journeys", "waypost-mail")
    assert [key.name for key in wire.SEARCH_ATTRIBUTES] == [
        "Program",
        "Process",
        "Stage",
        "Flags",
        "DueAt",
        "PlanVersion",
        "PersonId",
    ]


def test_an_activity_id_fits_and_two_long_keys_keep_two() -> None:
    short, long, other = "k" * 200, "k" * 300 + "1", "k" * 300 + "2"

    assert activity_id(short) == short
    assert len(activity_id(long)) <= 200
    assert activity_id(long) != activity_id(other)


def test_a_workflow_id_has_no_slash() -> None:
    assert journey_id("cwe", "x17", "application", "2026") == "journey:cwe:x17:application:2026"
