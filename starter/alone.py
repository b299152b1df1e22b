"""Drives messages of no journey's plan: what staff write by hand or send again, each by a workflow of its own."""

import asyncio
from collections.abc import Sequence
from typing import Final

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from ledger import copies
from ledger.engine import Ledger
from ledger.message_rows import MessageRow
from starter.refusal import CutShort
from starter.waking import SIGNAL
from workflows import wire
from workflows.wire import MessageInput, message_workflow_id

SUMMARY: Final = 100  # characters


async def drive_all_to(client: Client, ledger: Ledger, person: str) -> None:
    """Has every message look again that waits for this person outside of their journeys' plans. Raises CutShort."""

    def waiting() -> Sequence[MessageRow]:
        with ledger.read() as connection:
            return copies.under_way(connection, person)

    for row in await asyncio.to_thread(waiting):
        await drive(client, row)


async def drive(client: Client, row: MessageRow) -> None:
    """Has the engine send the row, or look at it again when it does already. Raises CutShort; do it again then.

    To be called after the commit that made the row or changed what it waits for. Twice does no harm.
    """
    summary = f"{row.rule} → {row.to}"[:SUMMARY]
    person = [SearchAttributePair(wire.PERSON_ID, row.person_id)] if row.person_id else []
    try:
        await client.start_workflow(
            wire.MESSAGE,
            MessageInput(message_id=row.id, key=row.key, summary=summary),
            id=message_workflow_id(row.id),
            task_queue=wire.JOURNEYS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,  # the row, not the engine, knows what was sent
            search_attributes=TypedSearchAttributes([SearchAttributePair(wire.PROGRAM, row.program), *person]),
            static_summary=f"{row.program} · {summary}",
            start_signal=SIGNAL,
        )
    except RPCError as error:
        raise CutShort(f"the message {row.id} is written down but not under way yet ({error.message})") from None
