"""Takes a person into a process: the ledger first, then the engine, so that a start cut short can be completed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import Connection
from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from ledger import facts, journeys, people, programs
from ledger.case import journey as known_journey
from ledger.engine import Ledger
from ledger.journeys import JourneyRow
from plan.events import judge
from plan.model import Plan
from starter.ids import check_cycle, check_person
from starter.plans import current_plan
from starter.refusal import CutShort, Refused
from starter.texts import keep_texts
from workflows import wire
from workflows.wire import JourneyInput, JourneyState, journey_id

FIRST_CYCLE: Final = 1


class Enrolment(BaseModel):
    """Whom to take into what. `created` is when it began for the applicant, by default when the enrolment arrives.

    `cycle` None: the one under way, else the next number. `roles` are bound for this journey alone.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    person: str
    program: str
    process: str
    cycle: str | None = None
    created: AwareDatetime | None = None
    told: Mapping[str, JsonValue] = Field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Enrolled(BaseModel):
    """`result` same: it was enrolled so already, and nothing changed but what an earlier try had left undone."""

    model_config = ConfigDict(frozen=True)

    journey: str
    result: Literal["enrolled", "same"]
    created_at: AwareDatetime
    stage: str | None = None


async def enroll(client: Client, ledger: Ledger, given: Enrolment) -> Enrolled:
    """The journey, running. Raises Refused; then nothing was written. Cut short anywhere, do it again."""
    plan, row, result = await asyncio.to_thread(_record, ledger, given)
    if row.started_at is None and row.ended_at is None:
        if row.epoch == 0:  # else it has decided before: it runs, or was terminated by hand
            await start(client, plan, row)
        await asyncio.to_thread(mark_started, ledger, row.id)
    return Enrolled(journey=row.id, result=result, created_at=row.created_at, stage=row.stage)


def _record(ledger: Ledger, given: Enrolment) -> tuple[Plan, JourneyRow, Literal["enrolled", "same"]]:
    """One transaction: the journey's row and the facts it begins with."""
    check_person(given.person)
    now = datetime.now(UTC)
    with ledger.write() as connection:
        plan = current_plan(connection, given.program)
        _check(connection, plan, given, now)
        cycle = check_cycle(given.cycle) if given.cycle else _cycle(connection, given)
        row = JourneyRow(
            id=journey_id(given.program, given.person, given.process, cycle),
            program=given.program,
            process=given.process,
            cycle=cycle,
            person_id=given.person,
            created_at=given.created or now,
            created_given=given.created is not None,
            arrived_at=now,
            told=keep_texts(connection, plan.told, given.told, now),
            roles=given.roles,
        )
        result = journeys.enroll(connection, row)
        there = journeys.journey(connection, row.id) or row
        if result == "different":
            raise Refused(
                f"already enrolled as {row.id} with {_difference(there, row)}; use extend or tell to change it"
            )
        if result == "enrolled":
            _begin(connection, plan, there)
    return plan, there, result


def _check(connection: Connection, plan: Plan, given: Enrolment, now: datetime) -> None:
    row = programs.program(connection, given.program)
    if row is not None and row.closed_at is not None:
        raise Refused(f"{given.program} is closed since {row.closed_at:%Y-%m-%d}: nobody is enrolled any more")
    merged = people.standing_for(connection, [given.person]).get(given.person)
    if merged is not None and merged.id != given.person:
        raise Refused(f"{given.person} was merged into {merged.id}: enroll {merged.id}")
    if given.process not in plan.processes:
        raise Refused(f"{given.program} has no process {given.process!r}; it has: {', '.join(sorted(plan.processes))}")
    named = {given.person, *(person for holders in given.roles.values() for person in holders)}
    if unknown := sorted(named - set(people.people(connection, named))):
        raise Refused(f"nobody is known as {unknown[0]}; run first: waypost person set {unknown[0]} --email ADDRESS")
    if given.created and given.created > now:
        raise Refused("a journey cannot have been created in the future")


def _cycle(connection: Connection, given: Enrolment) -> str:
    """The number of the cycle under way, else of the next."""
    mine = [
        row
        for row in journeys.find(connection, program=given.program, person=given.person)
        if row.process == given.process and row.cycle.isdecimal()
    ]
    latest = max(mine, key=lambda row: int(row.cycle), default=None)
    if latest is None:
        return str(FIRST_CYCLE)
    return latest.cycle if latest.ended_at is None else str(int(latest.cycle) + 1)


def _begin(connection: Connection, plan: Plan, row: JourneyRow) -> None:
    """The facts of the enrolment itself. Raises Refused for told values that the plan does not know."""
    told = facts.begin(connection, row)
    if told is None:
        return
    if wrong := judge(plan, known_journey(row), told.type, told.at, told.heard_at, None, None, told.data):
        raise Refused(wrong)


async def start(client: Client, plan: Plan, row: JourneyRow, state: JourneyState | None = None) -> None:
    """Has the engine run it, if it does not yet; `state` is what a run begins with.

    Raises CutShort, and Refused when the plan does not have its process any more.
    """
    process = plan.processes.get(row.process)
    if process is None:
        raise Refused(f"the plan of {row.program} has no process {row.process} any more: {row.id} cannot run")
    first = TypedSearchAttributes(
        [
            SearchAttributePair(wire.PROGRAM, row.program),
            SearchAttributePair(wire.PROCESS, row.process),
            SearchAttributePair(wire.STAGE, process.start),
            SearchAttributePair(wire.PLAN_VERSION, plan.version),
            SearchAttributePair(wire.PERSON_ID, row.person_id),
        ]
    )
    try:
        await client.start_workflow(
            wire.WORKFLOW,
            JourneyInput(program=row.program, process=row.process, cycle=row.cycle, person=row.person_id, state=state),
            id=row.id,
            task_queue=wire.JOURNEYS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,  # the ledger, not the engine, knows who is enrolled
            search_attributes=first,
            static_summary=f"{plan.title} · {row.process} {row.cycle} · {row.person_id}",
        )
    except RPCError as error:
        raise CutShort(f"{row.id} is enrolled but not started yet ({error.message}); enroll again") from None


def mark_started(ledger: Ledger, journey: str) -> None:
    """Notes that the engine has it."""
    with ledger.write() as connection:
        journeys.mark_started(connection, journey, datetime.now(UTC))


def _difference(there: JourneyRow, given: JourneyRow) -> str:
    if there.told != given.told:
        return "other told values"
    if there.roles != given.roles:
        return "other roles"
    return f"created {there.created_at:%Y-%m-%dT%H:%M:%SZ}"
