"""What one invented applicant would receive: the very `decide` that runs journeys, stepped through invented time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from plan.agenda import Agenda, Occurrence
from plan.calendar import add, at_local, local_date
from plan.decide import as_of
from plan.facts import Fact, Journey, People, Person, Sent
from plan.life import Life
from plan.lifecycle import fold
from plan.model import Plan
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
    way = _Way(plan, journey, _people(plan, invented), _end(plan, invented), sorted(invented.events, key=_place))
    agenda = way.to_its_end()
    found = [way.as_planned(occurrence) for occurrence in agenda.occurrences]
    return tuple(sorted(found, key=lambda o: (o.outcome == "not_triggered", o.at is None, o.at or invented.start)))


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
        self.planned: dict[str, Occurrence] = {}  # as it stood when it went
        retracts = any(fact.type == "retracted" for fact in events)  # news of that depends on what was said before
        self.lasting = not (retracts or changes_by_itself(plan, journey.process))
        self.heard: list[Fact] = []
        self.outlook: Outlook | None = None  # what these facts lead to, while nothing else can change it

    def to_its_end(self) -> Agenda:
        now = self.journey.created_at
        agenda = self.settle(now)
        for _ in range(STEPS):
            following = self.after(agenda, now)
            if following is None:
                break
            now = following
            agenda = self.settle(now)
        return self.decide(now) if agenda.due() else agenda

    def decide(self, now: datetime) -> Agenda:
        heard = [fact for fact in self.events if fact.heard_at <= now]
        sent = list(self.sent.values())
        if self.outlook is None or not self.lasting or heard != self.heard:
            self.heard, self.outlook = heard, outlook(self.plan, self.journey, heard, self.people, sent, now)
        return as_of(now, self.plan, self.outlook, heard, self.people, sent)

    def settle(self, now: datetime) -> Agenda:
        """Decide at `now` and send what is due; decide again at once where what was sent may change anything."""
        while True:
            agenda = self.decide(now)
            for occurrence in agenda.due():
                key = occurrence.key or ""
                self.sent[key] = Sent(key=key, state="sent", at=now)
                self.planned[key] = occurrence
            if not agenda.due() or self.lasting:
                return agenda

    def after(self, agenda: Agenda, now: datetime) -> datetime | None:
        """When to look again; None when the journey, or what is asked about, is over."""
        told = next((fact.heard_at for fact in self.events if fact.heard_at > now), None)
        wake = agenda.next_at if self.something_comes(agenda, now) else None
        following = min((at for at in (told, wake) if at is not None), default=None)
        return following if following is not None and following <= self.end else None

    def something_comes(self, agenda: Agenda, now: datetime) -> bool:
        """Whether time alone still changes anything; what only staff could release would be asked about daily."""
        messages = any(o.leave_at is not None and o.leave_at > now for o in agenda.occurrences if o.outcome != "sent")
        return messages or any(clock.at is not None and clock.at >= now for clock in agenda.clocks)

    def as_planned(self, occurrence: Occurrence) -> Occurrence:
        """What was sent as it was planned to go; what is due at the very end as what would go."""
        before = self.planned.get(occurrence.key or "")
        if before is not None:
            return before.model_copy(update={"outcome": "scheduled", "reason": None})
        return occurrence.model_copy(update={"outcome": "scheduled"}) if occurrence.outcome == "ready" else occurrence


def _place(fact: Fact) -> tuple[datetime, int]:
    return fact.heard_at, fact.order


def _end(plan: Plan, invented: Invented) -> datetime:
    longest = add(local_date(invented.start, plan.timezone), LONGEST)
    latest = at_local(longest, invented.start.time(), plan.timezone)
    return latest if invented.until is None else min(latest, invented.until)


def _people(plan: Plan, invented: Invented) -> People:
    """The applicant, one holder for every role, and whoever the events name."""
    roles = {role: (role,) for role in recipients(plan) - plan.staff.keys() - {APPLICANT}}
    named = {
        str(fact.data[name])
        for fact in invented.events
        if fact.type in plan.events
        for name, spec in plan.events[fact.type].data.items()
        if spec.type == "person" and name in fact.data
    }
    ids = {APPLICANT, *roles, *named}
    people = {
        id_: Person(id=id_, address_digest=id_, attributes=invented.attributes if id_ == APPLICANT else {})
        for id_ in sorted(ids)
    }
    return People(people=people, roles=roles)
