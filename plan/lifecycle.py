"""The fold: facts in the order of `at`, deadline passings among them, make the stages of a journey (plan.md A, B).

It knows no present: passings to come are folded as if nothing more happened, and whoever asks reads up to an instant.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from plan import clocks, statements
from plan.agenda import FactVerdict
from plan.almanac import Almanac
from plan.arrows import arrows_of
from plan.calendar import local_date
from plan.clocks import Run
from plan.clockwork import Clockwork
from plan.conditions import holds
from plan.cues import cues
from plan.drawing import drawn, selection
from plan.facts import Fact, Journey
from plan.life import Binding, Life, Track, Trigger, Visit
from plan.model import RESERVED_EVENTS, Arrow, Plan
from plan.roles import persons_named
from plan.verdicts import LATE, verdict


def fold(
    plan: Plan,
    journey: Journey,
    facts: Sequence[Fact],
    person: Mapping[str, JsonValue] | None = None,
    until: datetime | None = None,
) -> Life:
    """The whole course of a journey. Facts heard after its end change nothing; their verdict says so (8).

    `person`: the applicant's attributes, for deadlines that count with them. Clocks that come again do so up to
    `until`, and once more.
    """
    almanac = Almanac(plan.timezone, plan.calendar, person or {}, until)
    return _in_time(plan, journey, almanac, sorted(facts, key=lambda f: f.order), {})


def _in_time(plan: Plan, journey: Journey, almanac: Almanac, arrived: Sequence[Fact], late: dict[str, bool]) -> Life:
    """Fold what was heard in time. A fact is late if those that arrived before it had ended the journey by then.

    `late` keeps what was found out about a fact: it depends on earlier arrivals alone.
    """
    while True:
        this = _Fold(plan, journey, almanac, [f for f in arrived if not late.get(f.id)])
        life = this.run()
        unclear = this.doubtful - late.keys()
        doubtful = next((n for n, f in enumerate(arrived) if f.id in unclear), None) if unclear else None
        if doubtful is None:
            life.verdicts.update({id_: LATE for id_, is_late in late.items() if is_late})
            return life
        before = _in_time(plan, journey, almanac, arrived[:doubtful], late)
        late[arrived[doubtful].id] = before.over(arrived[doubtful].heard_at)


class _Fold:
    """One pass over the facts. Its state is what has happened so far, and is thrown away with it."""

    def __init__(self, plan: Plan, journey: Journey, almanac: Almanac, facts: Sequence[Fact]) -> None:
        self.plan = plan
        process = plan.processes[journey.process]
        self.arrows = arrows_of(plan, journey.process)
        self.persons = persons_named(plan, journey.process)
        self.facts = (statements.created(journey), *statements.in_order(journey, facts))
        self.ids = frozenset(f.id for f in self.facts)
        self.back = statements.taken_back(self.facts)
        counting = [f for f in self.facts if f.id not in self.back] if self.back else self.facts
        self.life = Life(process, journey, Track([]), almanac.zone, almanac.known)
        self.life.heard.update({f.id: max(f.at, f.heard_at) for f in facts})
        self.life.taken_back = self.back
        said = statements.said_of_clocks(process, counting, journey.started_at)
        self.cues = cues(plan, journey.process)
        self.clocks = Clockwork(self.life, self.cues, almanac, counting, said)
        self.fired: set[str] = set()
        self.ended = False  # whether any final stage was entered so far
        listens_until = journey.started_at + process.linger  # no journey ends sooner
        self.doubtful = {  # may have been heard after the end: older than their arrival, or working on other facts
            f.id
            for f in facts
            if f.type != statements.REOPENED
            and f.heard_at >= listens_until
            and (f.heard_at - f.at >= process.linger or statements.gives_dates(process, f))
        }

    def run(self) -> Life:
        """Fold every fact and every passing, in order of time; at equal instants the passing was first."""
        created, *rest = self.facts
        self.enter(self.life.process.start, created.at, created)
        self.clocks.begin()
        self.clocks.start_by(created.type, None, created.at, created)
        self.life.fire(_trigger(created))
        for fact in rest:
            if self.clocks.passes_by(fact.at):
                self.pass_until(fact.at)
            self.judge(fact)
        self.life.awaiting = self.clocks.awaiting()
        self.pass_until(None)
        return self.life

    def judge(self, fact: Fact) -> None:
        """Give the fact its verdict; if it is accepted, let it have its effects."""
        if fact.id in self.back:
            reason = f"taken back by {self.back[fact.id]}"
            self.life.verdicts[fact.id] = FactVerdict(verdict="no_change", reason=reason)
            self.life.fire(_trigger(fact, retracted=True))
            return
        if self.ended and fact.type != statements.REOPENED and self.life.over(fact.heard_at):
            self.doubtful.add(fact.id)
        self.name_item(fact)
        given = verdict(self.life, self.arrows, fact, self.ids, self.opens)
        self.life.verdicts[fact.id] = given
        if given.verdict == "accepted":
            self.take_effect(fact)

    def opens(self, arrow: Arrow) -> bool:
        """Whether its condition holds with what has been told so far; one without a condition is always open."""
        if arrow.if_ is None:
            return True
        return holds(arrow.if_, self.plan, self.life.told_so_far(), self.life.person)

    def name_item(self, fact: Fact) -> None:
        """An item exists from the first fact that names it, in its start stage."""
        if fact.item is not None and fact.item not in self.life.items:
            kind = self.arrows.kind_of(self.plan, fact.type)
            if kind is not None:
                first = Visit(fact.at, kind.start, max(fact.at, fact.heard_at), fact)
                self.life.items[fact.item] = Track([first], kind.name)

    def take_effect(self, fact: Fact) -> None:
        """Clocks first: an answer in the same fact keeps its clock from leading on, a new question starts anew."""
        self.bind(fact)
        self.life.fire(_trigger(fact))
        answered = self.clocks.answer(fact.type, fact.item, fact.at, fact.id)
        if fact.type in self.cues.starting:
            self.clocks.start_by(fact.type, fact.item, fact.at, fact)
        if fact.type in RESERVED_EVENTS:
            self.obey(fact)
        if self.arrows.named(fact.type):
            self.follow(fact.type, fact.item, fact.at, fact)
        if answered:
            self.all_answered(answered, fact)
        draw = self.life.process.audit
        if draw is not None and fact.type == draw.on and drawn(draw, self.life.journey.id):
            self.select(selection(draw, fact))

    def obey(self, fact: Fact) -> None:
        """What an event means in every program."""
        if fact.type == "told":
            self.life.told.append((fact.at, clocks.told_values(fact.data)))
        elif fact.type == "extension_granted":
            self.clocks.start_all_the_same(fact)
        elif fact.type in statements.SETS_STAGE:
            self.set_stage(fact)

    def select(self, fact: Fact) -> None:
        """The lot opens an item; a second event finds it there and draws no more (36)."""
        if fact.item not in self.life.items:
            self.name_item(fact)
            self.take_effect(fact)

    def bind(self, fact: Fact) -> None:
        """Fields of type person bind the roles they are named after (28)."""
        for name in self.persons.get(fact.type, ()):
            person = fact.data.get(name)
            if isinstance(person, str):
                self.life.bindings.append(Binding(name, person, fact.at, fact.item))

    def set_stage(self, fact: Fact) -> None:
        to = str(fact.data["to"])
        if fact.item is None:
            self.enter(to, fact.at, fact)
        else:
            self.life.items[fact.item].visits.append(Visit(fact.at, to, max(fact.at, fact.heard_at), fact))

    def follow(self, name: str, item: str | None, at: datetime, cause: Fact | Run) -> bool:
        """Take the arrows of this name that leave the stages reached. Whether there was one."""
        track = self.life.items.get(item) if item is not None else None
        to = self.arrows.out_of_item(track.kind, track.stage, name, self.opens) if track is not None else None
        if track is not None and to is not None:
            track.visits.append(Visit(at, to.to, _heard(at, cause), cause))
        found = self.arrows.out_of(self.life.track.stage, name, self.opens)
        if found is not None:
            self.enter(found[0].to, at, cause, anywhere=found[1])
        return to is not None or found is not None

    def enter(self, stage: str, at: datetime, cause: Fact | Run, *, anywhere: bool = False) -> None:
        """Enter a stage, and at once leave it again by a deadline that has passed already (13)."""
        final = self.life.is_final(stage)
        broke_off = anywhere and final
        self.ended = self.ended or final
        self.life.track.visits.append(Visit(at, stage, _heard(at, cause), cause, broke_off))
        if broke_off:
            self.clocks.stop(at, cause.id if isinstance(cause, Fact) else cause.name)
        if [v.stage for v in self.life.track.visits if v.at == at].count(stage) > 1:
            return  # arrows of passed deadlines that lead in a circle are followed once
        for run in self.clocks.passed():
            found = self.arrows.out_of(stage, run.name, self.opens)
            if found is not None:
                self.fire_passing(run, at)
                self.enter(found[0].to, at, run, anywhere=found[1])
                return

    def all_answered(self, answered: list[Run], fact: Fact) -> None:
        """Derive `all_answered` when these were the last running clocks with `until` of their kind (4)."""
        for kind in sorted({self.kind(r) for r in answered} - {self.kind(r) for r in self.clocks.asking()}):
            found = self.arrows.out_of(self.life.track.stage, "all_answered", self.opens)
            fits = found is not None and found[0].of in {None, kind}
            if fits or not self.arrows.named("all_answered"):
                heard_at = max(fact.at, fact.heard_at)
                self.life.fire(Trigger("all_answered", f"#{fact.id}", fact.at, heard_at, fact.item, fact))
            if found is not None and fits:
                self.enter(found[0].to, fact.at, fact, anywhere=found[1])

    def kind(self, run: Run) -> str:
        track = self.life.items.get(run.item) if run.item is not None else None
        return track.kind if track is not None else ""

    def pass_until(self, instant: datetime | None) -> None:
        """A passing is never waiting: without an arrow from the stage reached it changes nothing (2)."""
        for run, at in self.clocks.passings(instant):
            self.clocks.answer(run.name, run.item, at, run.name)
            self.clocks.start_by(run.name, run.item, at, run)
            if self.follow(run.name, run.item, at, run) or not self.arrows.named(run.name):
                self.fire_passing(run, at)

    def fire_passing(self, run: Run, at: datetime) -> None:
        """Rules on a passing fire once for it, whether its arrow was taken in time or on a later entering."""
        day = local_date(run.date.at or at, self.plan.timezone)
        moment = f"#{run.name}@{day.isoformat()}"
        place = f"{moment}/{run.item}"
        if place not in self.fired:
            self.fired.add(place)
            self.life.fire(Trigger(run.name, moment, at, at, run.item, run=run))


def _trigger(fact: Fact, *, retracted: bool = False) -> Trigger:
    heard_at = max(fact.at, fact.heard_at)
    return Trigger(fact.type, f"#{fact.id}", fact.at, heard_at, fact.item, fact, retracted=retracted)


def _heard(at: datetime, cause: Fact | Run) -> datetime:
    return max(at, cause.heard_at) if isinstance(cause, Fact) else at
