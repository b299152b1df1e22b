"""What one decision tells the journey to show: a delta, nobody named, only what changed."""

from datetime import datetime, timedelta
from typing import Final

from ledger.case import Case
from plan import status
from plan.agenda import Agenda
from plan.model import Plan
from workflows.wire import KERNEL, DecideRequest, Decision

PROBLEMS: Final = 5
LINE: Final = 160
SPREAD: Final = timedelta(hours=1, seconds=1)  # wakes that only change the stage come up to an hour late


def told(plan: Plan, case: Case, agenda: Agenda, request: DecideRequest, now: datetime) -> Decision:
    """The answer's shown part; `judged`, `due`, `stop` and `end` are the caller's."""
    sentence = status.sentence(plan, agenda, now)
    upcoming = status.upcoming(plan, agenda)
    return Decision(
        stage=agenda.stage,
        next_at=agenda.next_at,
        next_summary=_next(agenda),
        status=None if sentence == request.status else sentence,
        upcoming=None if upcoming == request.upcoming else upcoming,
        problems=tuple(problem[:LINE] for problem in agenda.attention[:PROBLEMS]),
        flags=_flags(plan, case, agenda),
        due_at=_due_at(plan, agenda, now),
        plan_version=plan.version,
        held=sum(occurrence.outcome == "held" for occurrence in agenda.occurrences),
        renew=request.kernel < KERNEL,
    )


def _next(agenda: Agenda) -> str:
    """What the journey sleeps until, for its timer in the Web UI; ids and names of the plan alone."""
    if agenda.next_at is None:
        return ""
    for occurrence in agenda.occurrences:
        if occurrence.leave_at == agenda.next_at and occurrence.outcome in {"scheduled", "held"}:
            return f"until {occurrence.notification} → {occurrence.to}"
    for clock in agenda.clocks:
        if clock.at is not None and not clock.passed and timedelta(0) < agenda.next_at - clock.at <= SPREAD:
            return f"until {clock.name}{f' of {clock.item}' if clock.item else ''} has passed"
    return "until it listens no more" if agenda.final else "until it looks again"


def _flags(plan: Plan, case: Case, agenda: Agenda) -> tuple[str, ...]:
    applicant = case.people.people.get(case.journey.person_id)
    kinds = {item.kind for item in agenda.items if not _final(plan, case.journey.process, item.kind, item.stage)}
    asked = any(c.item and c.at and not c.passed and c.ended_by is None for c in agenda.clocks)
    flags = {
        "audit": "audit" in kinds,
        "inquiry": asked,
        "bounced": applicant is not None and applicant.suppressed in {"bounced", "invalid"},
        "on hold": applicant is not None and applicant.on_hold,
        "needs attention": bool(agenda.attention),
    }
    return tuple(sorted(flag for flag, raised in flags.items() if raised))


def _final(plan: Plan, process: str, kind: str, stage: str) -> bool:
    return plan.processes[process].items[kind].stages[stage].final


def _due_at(plan: Plan, agenda: Agenda, now: datetime) -> datetime | None:
    """The next deadline of the journey itself; items have their own."""
    return next((clock.at for clock in status.ahead(plan, agenda, now) if clock.item is None), None)
