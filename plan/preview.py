"""What one invented applicant would receive: the very `decide` that runs journeys, stepped through invented time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from pydantic import JsonValue

from plan.agenda import Occurrence
from plan.arrows import arrows_of
from plan.calendar import add, at_local, local_date
from plan.case import Case
from plan.decide import listed, onwards
from plan.facts import Fact, Journey, People, Person, Sent
from plan.judgement import Candidate
from plan.judging import judged
from plan.life import Life
from plan.lifecycle import fold
from plan.model import Plan
from plan.once import once
from plan.outlook import Outlook, changes_by_itself, outlook
from plan.period import Period
from plan.roles import APPLICANT, recipients

LONGEST: Final = Period(months=120)  # a preview without an end stops here
STEPS: Final = 20_000  # more wakes than ten years of any plan we know; a plan that needs more is not previewed whole


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody who never was. `start` is aware; `events` are facts in any order, heard when they happen."""

    process: str
    start: datetime
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    events: Sequence[Fact] = ()
    until: datetime | None = None  # by default the journey's end, at most ten years


def preview(plan: Plan, invented: Invented) -> tuple[Occurrence, ...]:
    """Every occurrence in order of time, those that nothing triggered last; what would go is `scheduled`.

    Everybody can be written to and every role is held, by somebody invented. Raises KeyError for an unknown process.
    """
    journey = _journey(plan, invented)
    way = _Way(plan, journey, everybody(plan, invented), _end(plan, invented), sorted(invented.events, key=_place))
    return tuple(way.to_its_end())


def course(plan: Plan, invented: Invented) -> Life:
    """The stages and clocks that the invented applicant goes through, whatever is sent."""
    return fold(plan, _journey(plan, invented), invented.events, invented.attributes, _end(plan, invented))


def _journey(plan: Plan, invented: Invented) -> Journey:
    return Journey(
        id=f"preview:{plan.program}",
        program=plan.program,
        process=invented.process,
        cycle="1",
        person_id=APPLICANT,
        created_at=invented.start,
        started_at=invented.start,
    )


class _Way:
    """The journey's walk from wake to wake, as the engine would walk it."""

    def __init__(self, plan: Plan, journey: Journey, people: People, end: datetime, events: Sequence[Fact]) -> None:
        self.plan, self.journey, self.people, self.end, self.events = plan, journey, people, end, events
        self.sent: dict[str, Sent] = {}
        self.gone: dict[str, Candidate] = {}  # as each stood when it went
        retracts = any(fact.type == "retracted" for fact in events)  # news of that depends on what was said before
        self.lasting = not (retracts or changes_by_itself(plan, journey.process))
        self.arrows = arrows_of(plan, journey.process)
        self.heard: list[Fact] = []
        self.outlook: Outlook | None = None  # what these facts lead to, while nothing else can change it

    def to_its_end(self) -> list[Occurrence]:
        """As everything stands when it is over, and what was sent as it stood when it went; in order of time.

        What is due at the very end would go, too. What nothing triggered comes last.
        """
        now = self.journey.created_at
        candidates = self.settle(now)
        for _ in range(STEPS):
            following = self.after(candidates, now)
            if following is None:
                break
            now = following
            candidates = self.settle(now)
        if any(candidate.outcome == "ready" for candidate in candidates):
            candidates = self.judge(now)
        standing = [*(one for one in candidates if one.key not in self.gone), *self.gone.values()]
        for candidate in standing:
            if candidate.outcome == "ready":
                candidate.outcome = "scheduled"
        return listed(self.plan, self.ahead(now), standing, ())

    def judge(self, now: datetime) -> list[Candidate]:
        ahead = self.ahead(now)
        return judged(ahead, Case(self.plan, ahead.life, self.arrows, self.people, self.sent, now))

    def ahead(self, now: datetime) -> Outlook:
        heard = [fact for fact in self.events if fact.heard_at <= now]
        if self.outlook is None or not self.lasting or heard != self.heard:
            sent = list(self.sent.values())
            self.heard, self.outlook = heard, outlook(self.plan, self.journey, heard, self.people, sent, now)
        return self.outlook

    def settle(self, now: datetime) -> list[Candidate]:
        """Judge at `now` and send what is due; judge again at once where what was sent may change anything."""
        while True:
            candidates = self.judge(now)
            due = [candidate for candidate in candidates if candidate.outcome == "ready"]
            for candidate in due:
                self.sent[candidate.key] = Sent(key=candidate.key, state="sent", at=now)
                self.gone[candidate.key] = candidate
            if not due or self.lasting:
                return candidates

    def after(self, candidates: Sequence[Candidate], now: datetime) -> datetime | None:
        """When to look again; None when the journey, or what is asked about, is over."""
        told = next((fact.heard_at for fact in self.events if fact.heard_at > now), None)
        wake = self.wake(candidates, now)
        following = min((at for at in (told, wake) if at is not None), default=None)
        return following if following is not None and following <= self.end else None

    def wake(self, candidates: Sequence[Candidate], now: datetime) -> datetime | None:
        """By time alone, if that still changes anything; what only staff could release would be asked about daily.

        A clock that passes lets nothing go that is neither scheduled, nor held, nor kept back by a condition.
        """
        if self.lasting and not any(one.outcome == "held" or one.reason == "condition_false" for one in candidates):
            scheduled = [one.times.leave_at for one in candidates if one.outcome == "scheduled" and one.times]
            if scheduled:
                return min(scheduled)
        if self.outlook is None or not self.something_comes(self.outlook, candidates, now):
            return None
        return onwards(self.outlook.life, candidates, self.heard, list(self.sent.values()), now).look_at

    def something_comes(self, ahead: Outlook, candidates: Sequence[Candidate], now: datetime) -> bool:
        to_go = (candidate.times for candidate in candidates if candidate.outcome != "sent")
        foregone = (ahead.drafts[key].times for key in ahead.prospects.foregone)
        messages = any(times is not None and times.leave_at > now for times in chain(to_go, foregone))
        return messages or any(run.date.at is not None and run.date.at >= now for run in ahead.life.latest_runs(now))


def _place(fact: Fact) -> tuple[datetime, int]:
    return fact.heard_at, fact.order


def _end(plan: Plan, invented: Invented) -> datetime:
    longest = add(local_date(invented.start, plan.timezone), LONGEST)
    latest = at_local(longest, invented.start.time(), plan.timezone)
    return latest if invented.until is None else min(latest, invented.until)


def everybody(plan: Plan, invented: Invented) -> People:
    """The applicant, one holder for every role, and whoever the events name."""
    cast = _cast(plan, invented.process)
    named = {
        str(fact.data[name])
        for fact in invented.events
        if fact.type in plan.events
        for name, spec in plan.events[fact.type].data.items()
        if spec.type == "person" and name in fact.data
    }
    if not invented.attributes and named <= cast.people.keys():
        return cast
    people = {id_: _somebody(id_) for id_ in sorted(named - cast.people.keys())}
    applicant = Person(id=APPLICANT, address_digest=APPLICANT, attributes=invented.attributes)
    return People(people={**cast.people, **people, APPLICANT: applicant}, roles=cast.roles)


@once
def _cast(plan: Plan, _: str) -> People:
    """Those without whom no preview of the plan is."""
    roles = {role: (role,) for role in recipients(plan) - plan.staff.keys() - {APPLICANT}}
    return People(people={id_: _somebody(id_) for id_ in sorted({APPLICANT, *roles})}, roles=roles)


def _somebody(id_: str) -> Person:
    return Person(id=id_, address_digest=id_)
