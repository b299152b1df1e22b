"""Ledger and engine disagree in every way there is; a round of reconcile finds it, and nothing is lost or doubled."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus

from ledger import Ledger, audit, journeys, mail_tables, messages, provider_events, sending
from ledger.engine import database_now
from ledger.identifiers import uuid7
from ledger.matching import NewEvent
from ledger.message_rows import Claimed, NewMessage
from ledger.row_machine import State
from ledger.uncertain import Patience
from starter.reconcile import RULES, Reconciled, Reconciler
from tests.activities.given import JOURNEY
from tests.survival.scene import Scene, until
from workflows import wire
from workflows.wire import JourneyInput

AT_ONCE: Final = Patience(timedelta(0), timedelta(0), timedelta(0))


@pytest.fixture
def reconciler(scene: Scene) -> Reconciler:
    """One that takes everything for settled: in a test nothing is under way when it looks."""
    return Reconciler(scene.client, scene.ledger, AT_ONCE, grace=timedelta(0))


@pytest.fixture
async def welcomed(scene: Scene) -> AsyncIterator[Scene]:
    """Ada, enrolled and welcomed, with a worker."""
    await scene.enroll()
    confirm(scene.ledger)
    with scene.worker():
        await until(scene.states, {"welcome": "accepted"})
        await until(scene.rests, wanted=True)
        yield scene


def confirm(ledger: Ledger, journey: str = JOURNEY) -> None:
    """As the starter does once the engine has the journey."""
    with ledger.write() as conn:
        journeys.mark_started(conn, journey, datetime.now(UTC))


def found(done: Reconciled) -> dict[str, tuple[int, int]]:
    """Rule → (found, mended), of those that found anything."""
    return {finding.rule: (finding.found, finding.mended) for finding in done.findings if finding.found}


async def listed(scene: Scene, count: int) -> None:
    """Waits until the engine's lists show so many running journeys; they lag behind."""

    async def shown() -> int:
        return (await scene.client.count_workflows("WorkflowType = 'Journey' AND ExecutionStatus = 'Running'")).count

    await until(shown, count)


async def test_in_health_every_count_is_zero(welcomed: Scene, reconciler: Reconciler) -> None:
    await listed(welcomed, 1)
    done = await reconciler.round(whole=True)
    assert found(done) == {}
    assert set(done.report.found) == set(RULES)


async def test_a_process_killed_between_its_commit_and_its_signal_is_made_good(
    welcomed: Scene, reconciler: Reconciler
) -> None:
    program = f"""
import os, signal
from datetime import UTC, datetime
from ledger import open_ledger, people
from starter.waking import wake_person
ledger = open_ledger({welcomed.url!r})
with ledger.write() as conn:
    person = people.person(conn, "ada")
    people.set_person(conn, person.model_copy(update={{"on_hold": True}}), "test", datetime.now(UTC))
    wake_person(conn, "ada", "person", datetime.now(UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert "on hold" not in (await welcomed.snapshot()).flags
    await listed(welcomed, 1)
    assert found(await reconciler.round()) == {"untold": (1, 1)}

    async def flagged() -> bool:
        return "on hold" in (await welcomed.snapshot()).flags

    await until(flagged, wanted=True)
    assert found(await reconciler.round()) == {}


async def test_an_enrolment_cut_short_is_started(scene: Scene, reconciler: Reconciler) -> None:
    await scene.enroll()
    await scene.handle().terminate()
    await listed(scene, 0)
    assert found(await reconciler.round()) == {"unstarted": (1, 1)}
    with scene.worker():
        await until(scene.states, {"welcome": "accepted"})
    assert scene.letters() == ["welcome"]


@pytest.mark.parametrize("how", ["terminated", "deleted"])
async def test_a_journey_that_is_gone_is_counted_and_started_again_on_request(
    welcomed: Scene, reconciler: Reconciler, how: str
) -> None:
    """What was heard and sent stays so; what comes is heard under new numbers."""
    await welcomed.handle().signal("remark", {"id": "r-1", "data": {"score": 3}})
    await until(welcomed.facts, [("created", "accepted"), ("remark", "accepted")])
    await until(welcomed.states, {"welcome": "accepted", "remarked": "accepted"})
    await welcomed.handle().terminate()
    if how == "deleted":
        await delete(welcomed)
    await listed(welcomed, 0)
    assert found(await reconciler.round()) == {"missing": (1, 0)}
    assert found(await reconciler.round(repair=True)) == {"missing": (1, 1)}
    await until(welcomed.stage, "in_progress")
    await welcomed.handle().signal("submitted", {"id": "s-1"})
    await until(welcomed.letters, ["remarked", "submission_confirmation", "welcome"])
    facts_now = [("created", "accepted"), ("remark", "accepted"), ("submitted", "accepted")]
    await until(welcomed.facts, facts_now)
    await listed(welcomed, 1)
    assert found(await reconciler.round(whole=True)) == {}
    assert "missing" in actions(welcomed.ledger, JOURNEY)


async def delete(scene: Scene) -> None:
    """The history is gone as well."""
    gone = WorkflowExecution(workflow_id=JOURNEY)
    request = DeleteWorkflowExecutionRequest(namespace=scene.client.namespace, workflow_execution=gone)
    await scene.client.workflow_service.delete_workflow_execution(request)


async def test_a_namespace_that_was_made_anew_gets_its_journeys_back(welcomed: Scene) -> None:
    anew = await welcomed.server.client(await welcomed.server.new_namespace())
    there = Reconciler(anew, welcomed.ledger, AT_ONCE, grace=timedelta(0))
    assert found(await there.round(repair=True)) == {"missing": (1, 1)}
    moved = Scene(anew, welcomed.server, welcomed.url, welcomed.ledger, welcomed.mail)
    with moved.worker():
        await moved.handle().signal("submitted", {"id": "s-1"})
        await until(moved.letters, ["submission_confirmation", "welcome"])


async def test_a_stranger_is_counted_and_ended_on_request(scene: Scene, reconciler: Reconciler) -> None:
    await scene.client.start_workflow(
        wire.WORKFLOW,
        JourneyInput(program="guild", process="application", cycle="1", person="nobody"),
        id="journey:guild:nobody:application:1",
        task_queue=wire.JOURNEYS,
    )
    await listed(scene, 1)
    assert found(await reconciler.round()) == {"stranger": (1, 0)}
    assert found(await reconciler.round(repair=True)) == {"stranger": (1, 1)}
    await listed(scene, 0)
    assert found(await reconciler.round(whole=True)) == {}


async def test_a_journey_that_has_ended_and_still_runs_looks_again(welcomed: Scene, reconciler: Reconciler) -> None:
    with welcomed.ledger.write() as conn:
        journeys.end(conn, JOURNEY, datetime.now(UTC))
    await listed(welcomed, 1)
    assert found(await reconciler.round()) == {"lingering": (1, 1)}

    def reopened() -> bool:
        with welcomed.ledger.read() as conn:
            row = journeys.journey(conn, JOURNEY)
        return row is not None and row.ended_at is None  # deciding says that it has not ended

    await until(reopened, wanted=True)


STATES: Final[dict[State, tuple[dict[str, tuple[int, int]], str]]] = {
    "queued": ({"ownerless": (1, 1)}, "accepted"),
    "claimed": ({"ownerless": (1, 1)}, "accepted"),
    "retry": ({"ownerless": (1, 1)}, "accepted"),
    "on_wire": ({"undecided": (1, 1)}, "accepted"),
    "unknown": ({"undecided": (1, 1), "ownerless": (1, 1)}, "accepted"),
    "accepted": ({}, "accepted"),
    "review": ({}, "review"),
    "failed": ({}, "failed"),
}


@pytest.mark.parametrize("state", STATES)
async def test_a_message_whose_sender_is_gone_is_sent_in_the_end(
    welcomed: Scene, reconciler: Reconciler, state: State
) -> None:
    """Its journey runs and knows nothing of it, as after an activity that was lost."""
    put(welcomed.ledger, state)
    await listed(welcomed, 1)
    expected, end = STATES[state]
    assert found(await reconciler.round()) == expected
    for _ in range(3):  # one that may have left is first waited for
        await reconciler.round()
    await until(welcomed.states, {"welcome": end})
    assert welcomed.letters() == ["welcome"]


def put(ledger: Ledger, state: State) -> None:
    """Ada's welcome, as an attempt in that state left it; its lease and its wait are over."""
    table = mail_tables.message
    with ledger.write() as conn:
        past = database_now(conn, timedelta(seconds=-1))
        lease = past if state in {"claimed", "on_wire"} else None
        update = sa.update(table).where(table.c.journey_id == JOURNEY)
        conn.execute(update.values(state=state, lease_until=lease, next_at=past if state == "unknown" else None))


@pytest.mark.parametrize("state", ["retry", "on_wire", "unknown"])
async def test_after_a_termination_a_message_is_made_good_with_its_journey(
    welcomed: Scene, reconciler: Reconciler, state: State
) -> None:
    await welcomed.handle().terminate()
    await listed(welcomed, 0)
    put(welcomed.ledger, state)
    assert found(await reconciler.round(repair=True))["missing"] == (1, 1)
    for _ in range(3):
        await reconciler.round()
    await until(welcomed.states, {"welcome": "accepted"})
    assert welcomed.letters() == ["welcome"]


async def test_a_message_without_a_journey_is_driven_again(scene: Scene, reconciler: Reconciler) -> None:
    await scene.enroll()
    await scene.handle().terminate()
    new = by_hand(scene.ledger, "adhoc#m-1")
    assert found(await reconciler.round())["ownerless"] == (1, 1)
    described = await scene.client.get_workflow_handle(f"message:{new.id}").describe()
    assert described.status is WorkflowExecutionStatus.RUNNING


async def test_a_held_message_whose_workflow_is_gone_gets_it_back_and_then_waits_unnoticed(
    scene: Scene, reconciler: Reconciler
) -> None:
    new = by_hand(scene.ledger, "adhoc#m-3")
    now = datetime.now(UTC)
    with scene.ledger.write() as conn:
        claimed = sending.claim(conn, new.id, 1, timedelta(minutes=1), now, now)
        assert isinstance(claimed, Claimed)
        assert sending.give_back(conn, new.id, 1, "address_suppressed", None, "-", now, now)
    assert found(await reconciler.round()) == {"ownerless": (1, 1)}
    assert found(await reconciler.round()) == {}


def by_hand(ledger: Ledger, key: str) -> NewMessage:
    now = datetime.now(UTC)
    new = NewMessage(
        id=uuid7(),
        program="guild",
        journey_id=None,
        key=key,
        source="staff",
        rule="adhoc",
        purpose="announcement",
        to="applicant",
        person_id="ada",
        plan_version="v1",
        queued_at=now,
    )
    with ledger.write() as conn:
        messages.queue(conn, new)
    return new


async def test_a_report_that_came_before_its_message_was_known_counts_in_the_end(
    scene: Scene, reconciler: Reconciler
) -> None:
    now = datetime.now(UTC)
    new = NewMessage(
        id=uuid7(),
        program="guild",
        journey_id=None,
        key="adhoc#m-2",
        source="staff",
        rule="adhoc",
        purpose="announcement",
        to="applicant",
        plan_version="v1",
        queued_at=now,
    )
    early = NewEvent(
        provider="sendgrid", content="c-1", kind="bounced", provider_kind="bounce", message_id=new.id, at=now,
        raw={"mid": new.id},
    )  # fmt: skip
    with scene.ledger.write() as conn:
        assert provider_events.record(conn, None, [early], now).matched == 0
    assert found(await reconciler.round()) == {}
    with scene.ledger.write() as conn:
        messages.queue(conn, new)
        messages.cancel(conn, new.id, "cancelled_by_staff", now)
    assert found(await reconciler.round()) == {"unmatched": (1, 1)}
    with scene.ledger.read() as conn:
        row = messages.row(conn, new.id)
    assert row is not None
    assert row.delivery == "bounced"


def actions(ledger: Ledger, subject: str) -> list[str]:
    with ledger.read() as conn:
        return [entry.action for entry in audit.entries(conn, subject)]
