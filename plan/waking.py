"""When to look again, and what staff should look at."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from plan.agenda import FactVerdict, Occurrence
from plan.facts import Fact, Person, Verdict
from plan.judgement import Candidate
from plan.life import Life
from plan.reachable import SUPPRESSED
from plan.send_window import share

HELD_AGAIN: Final = timedelta(days=1)  # what holds a message may change without anybody telling the journey
STAGES_OVER: Final = timedelta(hours=1)  # passings of many journeys fall on one instant; the stage keeps its exact one
WAITING_TOO_LONG: Final = timedelta(days=1)


def next_at(life: Life, candidates: Iterable[Candidate], facts: Sequence[Fact], now: datetime) -> datetime | None:
    """The earliest instant after `now` at which time alone changes anything; None if only a fact can.

    That a ready message becomes too late is no such instant: its send knows its time and reports back (five reminders
    would start five timers for nothing).
    """
    wakes: list[datetime] = []
    for candidate in candidates:
        times = candidate.times
        if candidate.outcome == "held":
            wakes += [now + HELD_AGAIN, *_in_hold(candidate)]
        elif times is not None and _may_still_go(candidate):
            wakes.append(times.leave_at)
    late = timedelta(seconds=int(STAGES_OVER.total_seconds()) * share(life.journey.id) >> 64)
    final = life.is_final(life.track.visit(now).stage)
    for run in life.runs:
        passes_at = run.date.passes_at
        if (
            (run.current or run.comes_again)
            and passes_at is not None
            and passes_at > now
            and (run.item is not None or not final)
        ):
            wakes.append(passes_at + late)
    wakes += [fact.at for fact in facts if fact.at > now]
    wakes += [fact.heard_at + WAITING_TOO_LONG for fact, _ in _judged(facts, life, "waiting")]
    over_at = life.over_at(now)
    if over_at is not None:
        wakes.append(over_at)
    return min((wake for wake in wakes if wake > now), default=None)


def attention(
    life: Life,
    occurrences: Iterable[Occurrence],
    facts: Sequence[Fact],
    applicant: Person | None,
    unheard: AbstractSet[str],
    now: datetime,
) -> tuple[str, ...]:
    """Sentences for staff; ids and words of the plan only, never a name or free text.

    `unheard` are events whose rules belong to other processes.
    """
    lines: list[str] = []
    if applicant is not None and applicant.suppressed is not None and not life.over(now):
        lines.append(f"Nothing is sent to the applicant: {SUPPRESSED[applicant.suppressed]}.")
    unknown = {(run.name, run.date.problem): None for run in life.runs if run.current and run.date.at is None}
    lines += [f"The deadline {name} has no date: {problem}." for name, problem in unknown]
    for waiting, item in life.awaiting:
        whose = waiting.name if item is None else f"{waiting.name} of {item}"
        lines.append(f"The deadline {whose} starts when {waiting.waits_for} was delivered, or is given a date.")
    for fact, given in sorted(_judged(facts, life, "late_event", "waiting"), key=lambda one: one[0].order):
        if given.verdict == "late_event":
            lines.append(f"{fact.type} ({fact.id}) arrived after the journey had ended.")
        elif now >= fact.heard_at + WAITING_TOO_LONG:
            lines.append(f"{fact.type} ({fact.id}) has been waiting for more than a day: {given.reason}.")
    lines += _in_vain(facts, life, unheard) if unheard else ()
    for occurrence in occurrences:
        if occurrence.reason == "no_recipient" and occurrence.outcome == "held":
            lines.append(f"{occurrence.notification} waits for somebody to take the role {occurrence.to}.")
        if occurrence.reason == "no_opening_left" and (occurrence.clock_at is None or now <= occurrence.clock_at):
            lines.append(f"{occurrence.key} could not leave: no opening of the send window was left.")
        if occurrence.outcome == "unknown" and occurrence.reason == "review":
            lines.append(f"{occurrence.key} may have reached its reader or not: look at the provider and say which.")
        if occurrence.outcome == "failed":
            lines.append(f"{occurrence.key} was refused: {occurrence.reason}.")
    return tuple(dict.fromkeys(lines))


def _in_vain(facts: Iterable[Fact], life: Life, unheard: AbstractSet[str]) -> Iterator[str]:
    for fact, _ in _judged(facts, life, "accepted"):
        if fact.type in unheard and fact.id not in life.taken_back:
            told = f"{fact.type} ({fact.id}) changes nothing in {life.process.name} and sends nothing there"
            yield f"{told}: a notification that should is to name the process in its `in:`."


def _judged(facts: Iterable[Fact], life: Life, *verdicts: Verdict) -> list[tuple[Fact, FactVerdict]]:
    """The facts with one of these verdicts."""
    given = life.verdicts
    return [(fact, given[fact.id]) for fact in facts if fact.id in given and given[fact.id].verdict in verdicts]


def _may_still_go(candidate: Candidate) -> bool:
    """Scheduled, or kept back by a condition that is looked at again when its moment comes."""
    return candidate.outcome == "scheduled" or candidate.reason == "condition_false"


def _in_hold(candidate: Candidate) -> list[datetime]:
    times = candidate.times
    wakes = [end for end in (candidate.planned.rests_until,) if end is not None]
    if times is not None:
        wakes.append(times.leave_at)
    if candidate.not_after is not None:
        wakes.append(candidate.not_after + timedelta(seconds=1))
    return wakes
