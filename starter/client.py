"""The typed client: enroll people, tell their journeys what happened, ask how they stand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Self

from pydantic import JsonValue
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from ledger.engine import Ledger
from starter import enrolment
from starter.connection import connect
from starter.enrolment import Enrolled, Enrolment
from starter.installation import check
from starter.late import Told
from starter.ledgers import open_checked
from starter.refusal import Refused
from starter.settings import Settings
from starter.telling import Teller
from workflows.wire import Answer, Snapshot

QUERY: Final = "snapshot"
ANSWER_WITHIN: Final = timedelta(seconds=5)


class NoAnswer(Refused):
    """No worker answers for the journey; what the ledger knows still holds."""


class Waypost:
    """One installation, engine and ledger. Safe for many tasks of one event loop."""

    def __init__(self, temporal: Client, ledger: Ledger) -> None:
        self.temporal = temporal
        self.ledger = ledger
        self._teller = Teller(temporal, ledger)

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Connected, and sure that engine and ledger belong together. Raises Refused, LedgerAway."""
        ledger = open_checked(settings)
        try:
            temporal = await connect(settings)
            await check(temporal, ledger)
            yield cls(temporal, ledger)
        finally:
            ledger.close()

    async def enroll(
        self,
        person: str,
        program: str,
        process: str,
        *,
        cycle: str | None = None,
        created: datetime | None = None,
        told: Mapping[str, JsonValue] | None = None,
        roles: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Enrolled:
        """The person's journey, running. Doing it again is harmless; with other data it raises Refused."""
        given = Enrolment(
            person=person,
            program=program,
            process=process,
            cycle=cycle,
            created=created,
            told=told or {},
            roles=roles or {},
        )
        return await enrolment.enroll(self.temporal, self.ledger, given)

    async def tell(
        self,
        journey: str,
        event: str,
        *,
        id: str | None = None,  # noqa: A002 - the envelope's own name
        at: datetime | None = None,
        item: str | None = None,
        by: str | None = None,
        data: Mapping[str, JsonValue] | None = None,
        wait: bool = False,
    ) -> Answer | None:
        """None: the event is on its way, durably. With `wait` the verdict, if it comes within seconds.

        An event for a journey that has ended is kept for staff, and answered late_event. Raises Refused.
        """
        told = Told(event=event, id=id, at=at, item=item, by=by, data=data or {})
        return await self._teller.tell(journey, told, wait=wait)

    async def snapshot(self, journey: str) -> Snapshot:
        """The journey as it stands in its worker's memory. Raises NoAnswer without a worker, Refused without one."""
        handle = self.temporal.get_workflow_handle(journey)
        try:
            snapshot: Snapshot = await handle.query(QUERY, result_type=Snapshot, rpc_timeout=ANSWER_WITHIN)
        except WorkflowQueryFailedError as error:
            raise NoAnswer(f"{journey} could not answer: {error}") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Refused(f"the engine has no journey {journey}") from None
            raise NoAnswer(f"no worker answers for {journey}; is one running?") from None
        return snapshot
