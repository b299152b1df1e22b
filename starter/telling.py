"""Tells a journey what happened: by signal, or by update when the verdict is wanted."""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final
from weakref import WeakValueDictionary

from pydantic import JsonValue
from pydantic_core import to_json
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

from ledger import journeys
from ledger.case import journey as known_journey
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from plan.events import judge
from starter.ids import check_event
from starter.late import Told, keep_late
from starter.plans import current_plan
from starter.refusal import Refused
from starter.texts import declared, keep_texts
from workflows.wire import Answer

AT_ONCE: Final = 5  # updates in flight per journey; the server takes ten and aborts them all at the eleventh
PATIENCE: Final = 6.0  # seconds: the journey itself says "recorded, not judged yet" after five
PAUSE: Final = 0.2  # seconds between two tries
LONGEST: Final = 16 * 1024  # bytes of an envelope
TRY_AGAIN: Final = frozenset(
    {
        RPCStatusCode.ABORTED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
    }
)


class Teller:
    """Tells journeys of one installation; keeps to five updates at once for each."""

    def __init__(self, client: Client, ledger: Ledger) -> None:
        self._client = client
        self._ledger = ledger
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def tell(self, journey: str, told: Told, *, wait: bool) -> Answer | None:
        """The verdict, or None when the event is on its way. Raises Refused.

        An event that waits for its verdict is given an id, so that telling it twice is harmless.
        """
        if wait and told.id is None:
            told = told.model_copy(update={"id": uuid7()})
        prepared = await asyncio.to_thread(self._prepare, journey, told)
        if isinstance(prepared, Answer):
            return prepared
        handle = self._client.get_workflow_handle(journey)
        try:
            answer = await self._ask(handle, told, prepared) if wait else None
            if answer is None:
                await handle.signal(told.event, prepared)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Refused(f"the engine did not take the event: {error.message}") from None
            return await asyncio.to_thread(self._not_running, journey, told)
        return answer

    def _prepare(self, journey: str, told: Told) -> dict[str, JsonValue] | Answer:
        """The envelope, its texts kept; or at once the verdict about a journey that has ended. Raises Refused."""
        now = datetime.now(UTC)
        if told.id is not None:
            check_event(told.id)
        with self._ledger.write() as connection:
            row = journeys.journey(connection, journey)
            if row is None:
                raise Refused(f"there is no journey {journey}")
            plan = current_plan(connection, row.program)
            kept = told.model_copy(update={"data": keep_texts(connection, declared(plan, told.event), told.data, now)})
            at = told.at or now
            heard_at = max(at, now)  # its clock may run ahead of ours: whether `at` is in the future, it must say
            if wrong := judge(plan, known_journey(row), kept.event, at, heard_at, kept.item, kept.by, kept.data):
                raise Refused(wrong)
            over = journeys.lock(connection, journey) if row.ended_at is not None else None
            if over is not None and over.ended_at is not None:  # else it was opened again at this moment
                return keep_late(connection, over, kept, now)
        fields = kept.model_dump(mode="json", exclude={"event"}, exclude_none=True, exclude_defaults=True)
        envelope: dict[str, JsonValue] = {"v": 1, **fields}
        if len(to_json(envelope)) > LONGEST:
            raise Refused(f"the event is larger than {LONGEST // 1024} KB")
        return envelope

    def _not_running(self, journey: str, told: Told) -> Answer:
        """The engine has no open run: the journey ended a moment ago, or something is wrong."""
        again = self._prepare(journey, told)
        if isinstance(again, Answer):
            return again
        with self._ledger.read() as connection:
            row = journeys.journey(connection, journey)
        if row is None or row.started_at is None:
            raise Refused(f"{journey} is enrolled but not started; enroll it again to complete that")
        raise Refused(f"{journey} does not run any more although it has not ended; it was terminated or has failed")

    async def _ask(self, handle: WorkflowHandle[object, object], told: Told, envelope: object) -> Answer | None:
        """The verdict; None when no worker gave one in time. Every try has the same id, so it counts once."""
        until = monotonic() + PATIENCE
        async with self._slots.setdefault(handle.id, asyncio.Semaphore(AT_ONCE)):
            while (left := until - monotonic()) > 0:
                try:
                    answer: Answer = await handle.execute_update(
                        told.event, envelope, id=told.id, result_type=Answer, rpc_timeout=timedelta(seconds=left)
                    )
                except WorkflowUpdateRPCTimeoutOrCancelledError:
                    return None
                except WorkflowUpdateFailedError:  # the run ended or continued as new under it
                    await asyncio.sleep(PAUSE)
                except RPCError as error:
                    if error.status not in TRY_AGAIN:
                        raise
                    await asyncio.sleep(PAUSE)
                else:
                    return answer
        return None
