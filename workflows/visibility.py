"""What lists and filters of the Web UI see of a journey: at most one upsert, and only when something changed."""

from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeUpdate, TypedSearchAttributes

from workflows.wire import DUE_AT, FLAGS, PLAN_VERSION, STAGE, Decision, JourneyState, Snapshot


def shown_before(known: TypedSearchAttributes, state: JourneyState) -> Decision:
    """What holds until the first decision of a run, so that a ledger that is away takes nothing out of the lists."""
    return Decision(
        stage=state.stage or known.get(STAGE) or "",
        flags=tuple(known.get(FLAGS) or ()),
        due_at=known.get(DUE_AT),
        plan_version=state.plan_version or known.get(PLAN_VERSION) or "",
    )


def changes(known: TypedSearchAttributes, shown: Snapshot, due_at: datetime | None) -> list[SearchAttributeUpdate[Any]]:
    """The updates that make `known` say what `shown` says; empty when it does already."""
    updates: list[SearchAttributeUpdate[Any]] = []
    if shown.stage and known.get(STAGE) != shown.stage:
        updates.append(STAGE.value_set(shown.stage))
    if list(known.get(FLAGS) or ()) != list(shown.flags):
        updates.append(FLAGS.value_set(shown.flags))
    if known.get(DUE_AT) != due_at:
        updates.append(DUE_AT.value_set(due_at) if due_at else DUE_AT.value_unset())
    if shown.plan_version and known.get(PLAN_VERSION) != shown.plan_version:
        updates.append(PLAN_VERSION.value_set(shown.plan_version))
    return updates
