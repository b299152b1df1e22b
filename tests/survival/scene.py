"""A journey on the real server, its ledger, its mail folder, and worker processes to kill."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Final, TypeVar

from temporalio.client import Client, WorkflowHandle

from ledger import Ledger, facts, journeys, messages, people
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from tests.activities.given import JOURNEY, PLAN, ada, publish
from tests.survival.nursery import born
from tests.survival.worker import READY, Orders
from tests.temporal_server import TemporalServer
from workflows import wire
from workflows.journey import Journey
from workflows.wire import JourneyInput, Snapshot

ALL_DAY: Final = PLAN.replace('send_window: {days: all, from: "08:00", until: "20:00"}\n', "")
PATIENCE: Final = 60.0  # seconds; a killed worker's task comes back after ten
TICK: Final = 0.1
T = TypeVar("T")


@dataclass
class Scene:
    """Everything a test of survival holds on to."""

    client: Client
    server: TemporalServer
    url: str
    ledger: Ledger
    mail: Path
    nursery: Path

    async def enroll(
        self, journey: str = JOURNEY, plan: str = ALL_DAY, lost_after: timedelta | None = None
    ) -> WorkflowHandle[Journey, None]:
        """Ada, enrolled now as the starter does it, and her journey started.

        `lost_after`: when the engine gives up a task whose worker died, in place of the usual ten seconds.
        """
        publish(self.ledger, plan)
        _, program, person, process, cycle = journey.split(":")
        now = datetime.now(UTC)
        row = JourneyRow(
            id=journey,
            program=program,
            process=process,
            cycle=cycle,
            person_id=person,
            created_at=now,
            arrived_at=now,
        )
        created = FactRow(
            journey_id=journey, id="created", n=-1, wake=0, type="created", at=now, heard_at=now, content_hash="created"
        )
        with self.ledger.write() as conn:
            people.set_person(conn, ada().model_copy(update={"id": person}), "test", now)
            journeys.enroll(conn, row)
            facts.add(conn, created)
        await self.client.start_workflow(
            wire.WORKFLOW,
            JourneyInput(program=program, process=process, cycle=cycle, person=person),
            id=journey,
            task_queue=wire.JOURNEYS,
            task_timeout=lost_after,
        )
        return self.handle(journey)

    def handle(self, journey: str = JOURNEY) -> WorkflowHandle[Journey, None]:
        return self.client.get_workflow_handle_for(Journey.run, journey)

    @contextmanager
    def worker(self, *, dies_after_deciding: str | None = None, dies_at_hand_over: str | None = None) -> Iterator[int]:
        """A worker process, polling; yields its process id, and kills what is left of it."""
        orders = Orders(
            address=self.server.address,
            namespace=self.client.namespace,
            ledger=self.url,
            mail=str(self.mail),
            die_after_deciding=dies_after_deciding,
            die_at_hand_over=dies_at_hand_over,
        )
        with born(self.nursery, orders) as process:
            assert process.said() == READY
            yield process.pid

    def facts(self, journey: str = JOURNEY) -> list[tuple[str, str]]:
        """(type, verdict) of every fact in the ledger, in order of arrival."""
        with self.ledger.read() as conn:
            return [(row.type, row.verdict) for row in facts.facts(conn, journey)]

    def states(self, journey: str = JOURNEY) -> dict[str, str]:
        """Rule → state of its message."""
        with self.ledger.read() as conn:
            return {row.rule: row.state for row in messages.rows(conn, journey)}

    def letters(self) -> list[str]:
        """The notifications of the e-mails in the folder, sorted."""
        letters = [message_from_bytes(file.read_bytes()) for file in self.mail.glob("*.eml")]
        return sorted(str(letter["X-Waypost-Notification"]) for letter in letters)

    async def stage(self, journey: str = JOURNEY) -> str:
        return (await self.snapshot(journey)).stage

    async def rests(self, journey: str = JOURNEY) -> bool:
        """Whether it has decided about the ends of its sends too, after which no worker has anything to do or write."""
        shown = await self.snapshot(journey)
        return shown.wake >= 2 and not shown.in_flight

    async def snapshot(self, journey: str = JOURNEY) -> Snapshot:
        return await self.handle(journey).query(Journey.snapshot)


async def until(look: Callable[[], T | Awaitable[T]], wanted: T, patience: float = PATIENCE) -> None:
    """Waits until `look` says what is wanted, `patience` seconds at most; fails with what it said last."""
    seen: object = None
    for _ in range(int(patience / TICK)):
        found = look()
        seen = await found if isinstance(found, Awaitable) else found
        if seen == wanted:
            return
        await asyncio.sleep(TICK)
    raise AssertionError(f"{seen!r} is not {wanted!r}")


async def exited(pid: int) -> None:
    """Waits until a process of ours is gone; it may still be a zombie."""
    await until(lambda: _alive(pid), wanted=False)


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
