"""Opens an ended journey again: a new run under the same id, from the ledger's facts (plan.md 8)."""

import asyncio
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client

from ledger import audit, facts, journeys
from ledger.engine import Ledger
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from plan.problem import instead
from plan.statements import REOPENED, stages
from starter.beginning import begin
from starter.plans import current_plan
from starter.refusal import Refused


class Reopened(BaseModel):
    """Late events stay as they are: whoever wants them to count tells them again."""

    model_config = ConfigDict(frozen=True)

    journey: str
    stage: str
    late_events: int


async def reopen(client: Client, ledger: Ledger, journey: str, to: str, why: str | None, by: str) -> Reopened:
    """The journey, running again in stage `to`. Raises Refused while it is open, or for an unknown stage."""
    row, done = await asyncio.to_thread(_record, ledger, journey, to, why, by)
    await begin(client, ledger, row)
    return done


def _record(ledger: Ledger, journey: str, to: str, why: str | None, by: str) -> tuple[JourneyRow, Reopened]:
    """One transaction; from its commit on the journey is open, whoever starts it in the engine."""
    now = datetime.now(UTC)
    with ledger.write() as connection:
        row = journeys.lock(connection, journey)
        if row is None:
            raise Refused(f"there is no journey {journey}")
        if row.ended_at is None:
            raise Refused(f"{journey} has not ended; tell it stage_set to move it to another stage")
        process = current_plan(connection, row.program).processes.get(row.process)
        if process is None:
            raise Refused(f"the plan has no process {row.process} any more")
        if to not in (known := stages(process, None)):
            raise Refused(f"{to!r} is no stage of {row.process}: {instead(to, known)}")
        if process.stages[to].final:
            raise Refused(f"{to} is final: a journey that is opened there would end at once")
        before = facts.facts(connection, journey)
        at = max([now, *(fact.heard_at for fact in before)])  # a fast-forwarded journey is ahead of the wall
        count = sum(fact.type == REOPENED for fact in before) + 1
        facts.settle(connection, journey)
        said = FactRow(
            journey_id=journey,
            id=f"reopened-{count}",
            n=max([0, *(fact.n for fact in before)]) + 1,
            wake=0,
            type=REOPENED,
            at=at,
            heard_at=at,
            by=by,
            data={"to": to},
            content_hash=REOPENED,
        )
        facts.add(connection, said)
        journeys.reopen(connection, journey)
        audit.record(connection, by, "journey_reopened", journey, {"to": to, "why": why}, now)
        row = journeys.journey(connection, journey) or row
    late = sum(fact.verdict == "late_event" for fact in before)
    return row, Reopened(journey=journey, stage=to, late_events=late)
