"""Ledger and engine disagree in every way there is; a round of reconcile finds it, and nothing is lost or doubled."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from ledger import journeys, mail_tables, overdue, provider_events
from ledger.engine import database_now
from starter.findings import RULES
from starter.reconcile import Reconciler
from tests.activities.given import JOURNEY
from tests.ledger.reported import event
from tests.survival.disagreement import AT_ONCE, actions, found, listed
from tests.survival.scene import Scene, until
from workflows import wire
from workflows.wire import JourneyInput


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
    moved = replace(welcomed, client=anew)
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


async def test_what_stops_one_step_is_raised_when_all_others_are_done(scene: Scene, reconciler: Reconciler) -> None:
    """A report that nobody can read, an enrolment into a process that is gone: the next enrolment is started."""
    await scene.enroll()
    await scene.handle().terminate()
    with scene.ledger.write() as conn:
        mine = journeys.journey(conn, JOURNEY)
        assert mine is not None
        gone = mine.model_copy(update={"id": f"{JOURNEY}-gone", "process": "retired", "cycle": "0"})
        journeys.enroll(conn, gone)
        provider_events.keep(conn, "post", [event("bounced")], datetime.now(UTC))
        conn.execute(sa.text("UPDATE provider_event SET at = 'no instant'"))
    await listed(scene, 0)
    with pytest.raises(ValueError, match="no instant"):
        await reconciler.round()
    assert "unstarted" in actions(scene.ledger, JOURNEY)
    with scene.worker():
        await until(scene.states, {"welcome": "accepted"})
    with scene.ledger.write() as conn:
        conn.execute(sa.delete(mail_tables.provider_event))
    await listed(scene, 1)
    assert found(await reconciler.round()) == {"unstarted": (1, 0)}


async def test_a_message_that_cannot_be_read_keeps_none_behind_it_waiting(
    welcomed: Scene, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await welcomed.handle().signal("remark", {"id": "r-1", "data": {"score": 3}})
    await until(welcomed.states, {"welcome": "accepted", "remarked": "accepted"})
    await until(welcomed.rests, wanted=True)
    message, attempt = mail_tables.message, mail_tables.attempt
    with welcomed.ledger.write() as conn:
        past = database_now(conn, timedelta(seconds=-1))
        conn.execute(sa.update(message).values(state="on_wire", lease_until=past))
        first = sa.select(message.c.id).where(message.c.rule == "welcome").scalar_subquery()
        conn.execute(sa.update(attempt).where(attempt.c.message_id == first).values(evidence="what nobody knows"))
    await listed(welcomed, 1)
    monkeypatch.setattr(overdue, "PAGE", 1)  # so that the second is behind the first
    with pytest.raises(ValidationError):
        await reconciler.round()
    assert welcomed.states() == {"welcome": "on_wire", "remarked": "unknown"}
