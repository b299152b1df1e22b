"""The heart of Waypost: everything that should happen in one journey, as of one instant. Pure."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from plan import companions, judgement
from plan.agenda import Agenda, ClockState, ItemState, Occurrence
from plan.arrows import arrows_of
from plan.case import Case
from plan.clocks import Run
from plan.facts import Fact, Journey, People, Sent
from plan.judgement import Candidate
from plan.leftovers import leftover
from plan.life import Life
from plan.model import Plan, Purpose
from plan.outlook import Outlook, outlook
from plan.pausing import days_remaining
from plan.planned import rules_of, waits_for
from plan.renaming import under_new_names
from plan.roles import canonical
from plan.succession import next_journey
from plan.waking import attention, next_at

UNSETTLED: Final = frozenset({"ready", "scheduled", "held"})


def decide(
    plan: Plan, journey: Journey, facts: Sequence[Fact], people: People, sent: Sequence[Sent], now: datetime
) -> Agenda:
    """The agenda of a journey at `now`, an aware UTC instant on the journey's clock.

    The order of `facts` and `sent` does not matter. A key in `sent` that was handed over is never due again.
    Raises KeyError when the plan does not have the journey's process.
    """
    sent = under_new_names(plan, sent)
    return as_of(now, plan, outlook(plan, journey, facts, people, sent, now), facts, people, sent)


def as_of(
    now: datetime, plan: Plan, ahead: Outlook, facts: Sequence[Fact], people: People, sent: Sequence[Sent]
) -> Agenda:
    """The agenda at `now` of a journey with this outlook, which these very facts and people gave."""
    life, journey = ahead.life, ahead.life.journey
    rows = {row.key: row for row in sent}
    case = Case(plan, life, arrows_of(plan, journey.process), people, rows, now)
    candidates = [Candidate(*draft, rows.get(draft.key)) for draft in ahead.drafts]
    _judge(candidates, case)
    occurrences = [c.occurrence() for c in candidates]
    derived = {o.key for o in occurrences}
    occurrences += [leftover(row, plan, life) for row in sent if row.key not in derived]
    occurrences.sort(key=lambda o: (o.at is None, o.at or now, o.key or ""))
    waiting = _not_triggered(plan, life, {c.planned.rule.name for c in candidates})
    visit = life.track.visit(now)
    ends = (life.over(now) or journey.duplicate_of is not None) and not any(o.outcome in UNSETTLED for o in occurrences)
    ends = ends and not any(row.state == "on_wire" for row in sent)
    following = next_journey(life, facts, now)
    if following is not None and journey.program_closed:
        following, ends = None, False  # should the program open again, it starts then
    ends = ends and (following is None or following.at <= now)  # the decision that ends it starts the next
    look_at = next_at(life, candidates, facts, now)
    if following is not None and following.at > now:
        look_at = min(following.at, look_at or following.at)
    return Agenda(
        stage=visit.stage,
        entered_at=visit.at,
        final=life.is_final(visit.stage),
        items=_items(life, now),
        clocks=_clocks(life, now),
        verdicts={fact.id: life.verdicts[fact.id] for fact in facts},
        occurrences=(*occurrences, *waiting),
        next_at=None if ends else look_at,
        ends=ends,
        following=following,
        allowed=tuple(sorted(life.allowed(now))),
        told=life.told_at(now),
        attention=attention(life, occurrences, facts, people.people.get(journey.person_id), now),
    )


def _judge(candidates: list[Candidate], case: Case) -> None:
    """Settle every candidate. The order keeps reasons as they are once a moment has passed: too late comes last."""

    def undecided() -> list[Candidate]:
        return [candidate for candidate in candidates if candidate.outcome is None]

    for candidate in candidates:
        judgement.by_ledger(candidate)
    for candidate in undecided():
        judgement.for_good(candidate, case)
    companions.one_an_address(candidates)
    companions.newcomers(candidates, case.sent)
    companions.catch_up(candidates, case)
    companions.set_lateness(candidates)
    for candidate in undecided():
        judgement.by_stage(candidate, case)
    for candidate in undecided():
        judgement.by_condition(candidate, case)
    companions.digest(candidates)
    companions.released(candidates, case)
    companions.sent_recently(candidates, case.sent, case.plan.timezone)
    companions.one_a_day(candidates, companions.as_planned)
    companions.one_for_all_items(candidates, companions.as_planned)
    for candidate in undecided():
        judgement.by_lateness(candidate, case.now)
    companions.one_a_day(candidates, lambda candidate: candidate.leaves_at(case.now))
    companions.one_for_all_items(candidates, lambda candidate: candidate.leaves_at(case.now))
    for candidate in undecided():
        judgement.by_now(candidate, case)


def _not_triggered(plan: Plan, life: Life, derived: set[str]) -> list[Occurrence]:
    """Rules that nothing has triggered yet, each with the name that it waits for."""
    found = []
    for rule in rules_of(plan, life.process.name):
        name = waits_for(rule, life) if rule.name not in derived else None
        if name is not None:
            found.append(_waiting(rule.name, rule.purpose, canonical(rule.to[0]), name))
    return found


@lru_cache(4096)
def _waiting(rule: str, purpose: Purpose, to: str, name: str) -> Occurrence:
    """The same in every journey that has not come so far."""
    return Occurrence(key=None, notification=rule, purpose=purpose, to=to, outcome="not_triggered", reason=name)


def _items(life: Life, now: datetime) -> tuple[ItemState, ...]:
    states = []
    for item, track in life.items.items():
        if track.visits[0].at <= now:
            visit = track.visit(now)
            states.append(ItemState(id=item, kind=track.kind, stage=visit.stage, entered_at=visit.at))
    return tuple(states)


def _clocks(life: Life, now: datetime) -> tuple[ClockState, ...]:
    """One entry a clock and item: the latest run that has started, else the one to come."""
    latest: dict[tuple[str, str | None], Run] = {}
    for run in life.runs:
        if run.started_at <= now or (run.name, run.item) not in latest:
            latest[run.name, run.item] = run
    return tuple(
        ClockState(
            name=run.name,
            item=run.item,
            at=run.date.at,
            started_at=run.started_at,
            passed=run.passed_by(now),
            ended_by=run.ended_by if run.ended_at is not None and run.ended_at <= now else None,
            extended=run.date.extended,
            paused_days=days_remaining(run, life.runs, now, life.zone) if run.running(now) else None,
            problem=run.date.problem,
        )
        for run in latest.values()
    )
