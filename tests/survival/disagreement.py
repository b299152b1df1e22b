"""A round of reconcile on a scene that is settled, and how a test sees what it found."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from ledger import Ledger, audit, journeys
from ledger.uncertain import Patience
from starter.findings import Reconciled
from starter.reconcile import Reconciler
from tests.activities.given import JOURNEY
from tests.survival.scene import Scene, until

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


def actions(ledger: Ledger, subject: str) -> list[str]:
    with ledger.read() as conn:
        return [entry.action for entry in audit.entries(conn, subject)]
