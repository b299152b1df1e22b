"""The activity `decide`: one fenced transaction that makes the ledger's tables equal to one decision."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue
from sqlalchemy import Connection
from temporalio import activity

from activities.breaker import Breaker
from activities.edge import edge
from activities.judging import Heard, judged
from activities.outbox import fit
from activities.reporting import reported
from activities.shelf import Shelf
from activities.succession import begin_next
from activities.telling import told
from ledger import facts, journeys, programs
from ledger.case import case, journey
from ledger.engine import Ledger
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from plan.agenda import Agenda
from plan.decide import decide
from plan.model import Plan
from workflows import wire
from workflows.wire import DecideRequest, Decision, Judged

LOOK_AGAIN: Final = timedelta(hours=1)  # for what this activity can foresee but not mend


class Decide:
    """Reads the plan pointer, the people and this journey's rows; judges what was heard; writes what follows."""

    def __init__(
        self, ledger: Ledger, shelf: Shelf, breaker: Breaker, begun: Callable[[str], None] = lambda _: None
    ) -> None:
        """`begun` hears the id of every journey that a decision has started in the ledger, after its commit."""
        self._ledger = ledger
        self._begun = begun
        self._shelf = shelf
        self._breaker = breaker

    # An exception from outside, within a transaction or while the breaker counts, would harm every other call.
    @activity.defn(name=wire.DECIDE, no_thread_cancel_exception=True)
    @edge
    def decide(self, request: DecideRequest) -> dict[str, JsonValue]:
        """The decision as JSON without default values. Raises only for infrastructure and for an overtaken caller."""
        program = request.journey.split(":")[1]
        run_id = activity.info().workflow_run_id or ""
        wall = datetime.now(UTC)
        with self._breaker.call(program), self._ledger.write() as conn:
            decision, following = self._decided(conn, request, run_id, wall)
        if following is not None:
            self._begun(following)
        return decision.model_dump(mode="json", exclude_defaults=True)

    def _decided(
        self, conn: Connection, request: DecideRequest, run_id: str, wall: datetime
    ) -> tuple[Decision, str | None]:
        now = request.now or wall
        row = journeys.lock(conn, request.journey)
        if row is None:
            return _problem("this journey is not in the ledger: enroll it, or terminate it", now), None
        epoch = journeys.epoch(conn, row.id, run_id)
        journeys.set_fence(conn, row.id, epoch, request.wake, request.history_length)
        program = programs.program(conn, row.program)
        plan = self._shelf.plan(conn, program) if program is not None else None
        if plan is None or row.process not in plan.processes:
            return _problem(f"no published plan of {row.program} has the process {row.process}", now), None
        facts.void_from(conn, row.id, request.wake)
        heard, others = judged(conn, plan, journey(row), request.events, now)
        ours = reported(conn, row.id, now)
        known = case(conn, row, plan, now, [new.fact for new in (*heard, *ours)], program)
        agenda = decide(plan, known.journey, known.facts, known.people, known.sent, now)
        _store(conn, row, request.wake, (*heard, *ours), agenda)
        due, stop = fit(conn, plan, known, agenda, request.in_flight, wall)
        shown = told(plan, known, agenda, request, now)
        _project(conn, row, plan, agenda, shown, request.status, now)
        verdicts = (*others, *(_verdict(new, agenda) for new in heard))
        following = None
        if agenda.following is not None and agenda.following.at <= now:
            following = begin_next(conn, row, agenda.following, now)
        decision = shown.model_copy(
            update={
                "judged": tuple(sorted(verdicts, key=lambda verdict: verdict.n)),
                "due": due,
                "stop": stop,
                "end": agenda.ends,
            }
        )
        return decision, following


def _store(conn: Connection, row: JourneyRow, wake: int, heard: Sequence[Heard], agenda: Agenda) -> None:
    """New facts with their verdicts; old ones are judged anew, since a fact may change what an earlier one meant."""
    for new in heard:
        fact = new.fact
        facts.add(
            conn,
            FactRow(
                journey_id=row.id,
                id=fact.id,
                n=fact.order,
                wake=wake,
                type=fact.type,
                at=fact.at,
                heard_at=fact.heard_at,
                item=fact.item,
                by=fact.by,
                data=fact.data,
                content_hash=new.content_hash,
            ),
        )
    facts.set_verdicts(conn, row.id, {id_: (v.verdict, v.reason) for id_, v in agenda.verdicts.items()})


def _project(
    conn: Connection, row: JourneyRow, plan: Plan, agenda: Agenda, shown: Decision, status: str, now: datetime
) -> None:
    journeys.project(
        conn,
        row.id,
        stage=agenda.stage,
        entered_at=agenda.entered_at,
        next_at=agenda.next_at,
        status=status if shown.status is None else shown.status,
        flags=shown.flags,
        plan_version=plan.version,
        decided_at=now,
    )
    journeys.end(conn, row.id, (row.ended_at or now) if agenda.ends else None)


def _verdict(new: Heard, agenda: Agenda) -> Judged:
    verdict = agenda.verdicts[new.fact.id]
    reason = "; ".join(filter(None, (verdict.reason, new.note)))
    return Judged(n=new.fact.order, verdict=verdict.verdict, reason=reason or None)


def _problem(sentence: str, now: datetime) -> Decision:
    flags = ("needs attention",)
    return Decision(problems=(sentence,), next_at=now + LOOK_AGAIN, next_summary="look again", flags=flags)
