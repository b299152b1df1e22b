"""The heart of Waypost: everything that should happen in one journey, as of one instant. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from plan.agenda import Agenda, ClockState, ItemState, NextJourney, Occurrence
from plan.arrows import arrows_of
from plan.belonging import unheard
from plan.case import Case
from plan.facts import Fact, Journey, People, Sent
from plan.judgement import Candidate
from plan.judging import judged
from plan.leftovers import leftover
from plan.life import LATEST, Life
from plan.model import Plan
from plan.outlook import Outlook, foreseen, outlook
from plan.pausing import days_remaining
from plan.renaming import under_new_names
from plan.succession import next_journey
from plan.untriggered import untriggered
from plan.waking import attention, next_at

UNSETTLED: Final = frozenset({"ready", "scheduled", "held"})
KEPT: Final = 128  # courses, some 95 KB each for a journey of forty facts
remembered = lru_cache(KEPT)(foreseen)  # a journey is decided when a message is due, as it leaves and when it has left


def decide(
    plan: Plan, journey: Journey, facts: Sequence[Fact], people: People, sent: Sequence[Sent], now: datetime
) -> Agenda:
    """The agenda of a journey at `now`, an aware UTC instant on the journey's clock.

    The order of `facts` and `sent` does not matter. A key in `sent` that was handed over is never due again.
    Raises KeyError when the plan does not have the journey's process.
    """
    sent = under_new_names(plan, sent)
    return as_of(now, plan, outlook(plan, journey, facts, people, sent, now, remembered), facts, people, sent)


def as_of(
    now: datetime, plan: Plan, ahead: Outlook, facts: Sequence[Fact], people: People, sent: Sequence[Sent]
) -> Agenda:
    """The agenda at `now` of a journey with this outlook, which these very facts and people gave."""
    life, journey = ahead.life, ahead.life.journey
    rows = {row.key: row for row in sent}
    candidates = judged(ahead, Case(plan, life, arrows_of(plan, journey.process), people, rows, now))
    occurrences = listed(plan, ahead, candidates, sent)
    visit = life.track.visit(now)
    onward = onwards(life, candidates, facts, sent, now)
    return Agenda(
        stage=visit.stage,
        entered_at=visit.at,
        final=life.is_final(visit.stage),
        items=_items(life, now),
        clocks=_clocks(life, now),
        verdicts={fact.id: life.verdicts[fact.id] for fact in facts},
        occurrences=tuple(occurrences),
        next_at=onward.look_at,
        ends=onward.ends,
        following=onward.following,
        allowed=tuple(sorted(life.allowed(now))),
        told=life.told_at(now),
        attention=attention(
            life, occurrences, facts, people.people.get(journey.person_id), unheard(plan, life.process.name), now
        ),
    )


def listed(plan: Plan, ahead: Outlook, candidates: Iterable[Candidate], sent: Iterable[Sent]) -> list[Occurrence]:
    """What was judged, what is foregone, and what was sent that nothing calls for any more, in order of time.

    What nothing has triggered comes last.
    """
    found = {candidate.key: candidate.occurrence() for candidate in candidates}
    found |= {row.key: leftover(row, plan, ahead.life) for row in sent if row.key not in ahead.drafts}
    found |= {key: one.occurrence for key, one in ahead.prospects.foregone.items() if key not in found}
    in_time = sorted(found.values(), key=lambda o: (o.at or LATEST, o.key or ""))
    return [*in_time, *untriggered(plan, ahead.life, {d.planned.rule.name for d in ahead.drafts.values()})]


class Onward(NamedTuple):
    """How the journey goes on: when to look at it again, if it does not end now, and what it starts."""

    look_at: datetime | None
    ends: bool
    following: NextJourney | None


def onwards(
    life: Life, candidates: Sequence[Candidate], facts: Sequence[Fact], sent: Sequence[Sent], now: datetime
) -> Onward:
    """What is left after `candidates` were judged at `now`."""
    over = life.over(now) or life.journey.duplicate_of is not None
    ends = over and not any(candidate.outcome in UNSETTLED for candidate in candidates)
    ends = ends and not any(row.state == "on_wire" for row in sent)
    following = next_journey(life, facts, now)
    if following is not None and life.journey.program_closed:
        following, ends = None, False  # should the program open again, it starts then
    ends = ends and (following is None or following.at <= now)  # the decision that ends it starts the next
    look_at = next_at(life, candidates, facts, now)
    if following is not None and following.at > now:
        look_at = min(following.at, look_at or following.at)
    return Onward(None if ends else look_at, ends, following)


def _items(life: Life, now: datetime) -> tuple[ItemState, ...]:
    states = []
    for item, track in life.items.items():
        if track.visits[0].at <= now:
            visit = track.visit(now)
            states.append(ItemState(id=item, kind=track.kind, stage=visit.stage, entered_at=visit.at))
    return tuple(states)


def _clocks(life: Life, now: datetime) -> tuple[ClockState, ...]:
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
        for run in life.latest_runs(now)
    )
