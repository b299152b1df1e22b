"""Messages of which no time and no sending changes anything while a journey's facts, people and plan stay the same."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from plan import companions, judgement
from plan.agenda import Occurrence
from plan.arrows import arrows_of
from plan.case import Case
from plan.facts import People
from plan.judgement import Candidate
from plan.life import LATEST, Life
from plan.model import Plan
from plan.planned import Planned
from plan.roles import APPLICANT
from plan.standing import left, stopped


class Foregone:
    """One that is settled, unless the ledger says otherwise. Its occurrence is built once, when first asked for."""

    __slots__ = ("_built", "_candidate")

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._built: Occurrence | None = None

    @property
    def occurrence(self) -> Occurrence:
        if self._built is None:
            self._built = self._candidate.occurrence()
        return self._built


class Prospects(NamedTuple):
    """By key: what is settled, and until when each of the others is worth sending while its date stays.

    `fitting` are those that make sense at the moment when they leave, if they leave when they should. `apart`: as
    planned, no two of the others are of one rule, to one reader, on one day.
    """

    foregone: Mapping[str, Foregone]
    worth_until: Mapping[str, datetime | None]
    fitting: AbstractSet[str]
    apart: bool


def prospects(candidates: Iterable[Candidate], plan: Plan, life: Life, people: People) -> Prospects:
    """What can be settled of candidates that nothing was settled of so far; they are settled in passing."""
    arrows = arrows_of(plan, life.process.name)
    case = Case(plan, life, arrows, people, {}, life.journey.started_at)
    candidates = [candidate for candidate in candidates if steady(candidate.planned, plan)]
    for candidate in candidates:
        judgement.for_good(candidate, case)
    companions.set_lateness(candidates)
    readers = Counter([candidate.planned.stem for candidate in candidates])
    foregone: dict[str, Foregone] = {}
    worth_until: dict[str, datetime | None] = {}
    fitting: set[str] = set()
    open_ones: list[Candidate] = []
    for candidate in candidates:
        if candidate.outcome is None and candidate.times is not None:
            planned, leave_at = candidate.planned, candidate.times.leave_at
            ended = stopped(planned, leave_at)
            reason = ended or left(planned, plan, life, arrows, leave_at)
            if reason is None:
                fitting.add(candidate.key)
            elif ended == stopped(planned, candidate.not_after or LATEST) and not _answered_for(candidate, readers):
                candidate.skip(reason)
        if candidate.outcome is None:
            worth_until[candidate.key] = candidate.not_after
            open_ones.append(candidate)
        else:
            foregone[candidate.key] = Foregone(candidate)
    return Prospects(foregone, worth_until, fitting, companions.apart(open_ones))


def steady(planned: Planned, plan: Plan) -> bool:
    """Whether nothing that was sent brings it back: its clock has had one date, its rule was there from the start."""
    run = planned.run
    moved = run is not None and (len(run.dates) > 1 or len(run.stated) > 1)
    return not moved and planned.rule.name not in plan.launched


def _answered_for(candidate: Candidate, readers: Mapping[str, int]) -> bool:
    """Whether what others were sent may give it another reason: at the same address, or in the same role before."""
    person = candidate.recipient.person
    follows = candidate.recipient.role != APPLICANT and person is not None and person.address_digest is not None
    return follows or readers[candidate.planned.stem] > 1
