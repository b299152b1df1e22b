"""What the fold of a journey's facts came to: its stages, items, clocks and triggers in time. Values with questions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from pydantic import JsonValue

from plan.agenda import FactVerdict
from plan.clocks import Run
from plan.facts import Fact, Journey
from plan.model import Deadline, Process

EARNED: Final = "credits.earned"
CREDITS: Final = "credits"  # the field of an event that grants some
LATEST: Final = datetime.max.replace(tzinfo=UTC)


class Visit(NamedTuple):
    """A stage from `at` on. `heard_at` is when the journey could know of it; `cause` the fact or the clock's run."""

    at: datetime
    stage: str
    heard_at: datetime
    cause: Fact | Run | None = None
    broke_off: bool = False  # an arrow of `anywhere` led into a final stage


@dataclass(slots=True)
class Track:
    """The visits of a journey or of one item, earliest first; several of one instant keep their order."""

    visits: list[Visit]
    kind: str = ""  # of the item

    @property
    def stage(self) -> str:
        """The last stage of all."""
        return self.visits[-1].stage

    def visit(self, instant: datetime) -> Visit:
        """The stage held at `instant`; before the first visit, the first."""
        for visit in reversed(self.visits):  # few, and mostly the last is asked for
            if visit.at <= instant:
                return visit
        return self.visits[0]


class Trigger(NamedTuple):
    """Something that rules fire on: an accepted fact, a passing that counted, or the last of several answers."""

    name: str
    moment: str  # of the key: `#fact` or `#deadline@date`
    at: datetime
    heard_at: datetime  # the later of `at` and when the journey heard of it
    item: str | None = None
    fact: Fact | None = None
    run: Run | None = None  # of a passing: what it triggers waits for the deadline's `settle`
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """From `at` on, `person_id` holds `role`; for one item only when `item` is set."""

    role: str
    person_id: str
    at: datetime
    item: str | None


@dataclass(slots=True)
class Life:
    """A journey's whole course as the facts tell it, passings to come included as if nothing more happened."""

    process: Process
    journey: Journey
    track: Track
    zone: str = "UTC"  # the plan's
    person: Mapping[str, JsonValue] = field(default_factory=dict)  # the applicant's attributes
    items: dict[str, Track] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    runs_by_name: dict[str, list[Run]] = field(default_factory=dict)
    triggers: list[Trigger] = field(default_factory=list)
    triggers_by_name: dict[str, list[Trigger]] = field(default_factory=dict)
    verdicts: dict[str, FactVerdict] = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)
    awaiting: list[tuple[Deadline, str | None]] = field(default_factory=list)  # clocks that wait for a delivery
    heard: dict[str, datetime] = field(default_factory=dict)  # when, by fact
    taken_back: Mapping[str, str] = field(default_factory=dict)  # retracted fact → the one that took it back
    told: list[tuple[datetime, Mapping[str, JsonValue]]] = field(default_factory=list)

    def fire(self, trigger: Trigger) -> None:
        """Something happened that rules may fire on."""
        self.triggers.append(trigger)
        self.triggers_by_name.setdefault(trigger.name, []).append(trigger)

    def begin(self, run: Run) -> None:
        """A clock starts, or starts anew."""
        self.runs.append(run)
        self.runs_by_name.setdefault(run.name, []).append(run)

    def is_final(self, stage: str) -> bool:
        """A stage without arrows of its own, or one that is only named as a target (4)."""
        found = self.process.stages.get(stage)
        return found is None or found.final

    def over_at(self, instant: datetime) -> datetime | None:
        """When `linger` is over, in the final stage held at `instant`; None in any other stage."""
        visit = self.track.visit(instant)
        if not self.is_final(visit.stage):
            return None
        return max(visit.at, visit.heard_at, self.journey.started_at) + self.process.linger

    def over(self, instant: datetime) -> bool:
        """Whether the journey listens no longer: final, lingered, and no item clock runs (8)."""
        over_at = self.over_at(instant)
        return over_at is not None and over_at <= instant and not self.item_clocks(instant)

    def item_clocks(self, instant: datetime) -> list[Run]:
        """The clocks of items that run at `instant`."""
        return [run for run in self.runs if run.item is not None and run.running(instant)]

    def latest_runs(self, instant: datetime) -> Collection[Run]:
        """One run a clock and item: the latest that has started at `instant`, else the one to come."""
        latest: dict[tuple[str, str | None], Run] = {}
        for run in self.runs:
            if run.started_at <= instant or (run.name, run.item) not in latest:
                latest[run.name, run.item] = run
        return latest.values()

    def allowed(self, instant: datetime) -> frozenset[str]:
        """What the clocks that run at `instant` say may still be done."""
        return frozenset(word for run in self.runs if run.running(instant) for word in run.deadline.allows)

    def told_at(self, instant: datetime) -> dict[str, JsonValue]:
        """The latest told values by `at` (7); a value told as nothing is not told.

        In a process that says `credits: sum`, earned credits that nobody told are added up.
        """
        values: dict[str, JsonValue] = {}
        for at, said in self.told:
            if at <= instant:
                values.update(said)
        found: dict[str, JsonValue] = {name: value for name, value in values.items() if value is not None}
        if self.process.credits == "sum":
            found.setdefault(EARNED, self._earned(instant))
        return found

    def told_so_far(self) -> dict[str, JsonValue]:
        """What the fold has been told up to the place that it has reached."""
        return self.told_at(LATEST)

    def changes(self) -> list[datetime]:
        """The instants at which what is told may change, earliest first."""
        found = {self.journey.created_at, *(at for at, _ in self.told)}
        if self.process.credits == "sum":
            found |= {visit.at for track in self.items.values() for visit in track.visits}
        return sorted(found)

    def _earned(self, instant: datetime) -> float:
        """The `credits` of every item whose stage a fact with credits has led to, and nothing has left since."""
        total = Decimal(0)
        for track in self.items.values():
            cause = track.visit(instant).cause if track.visits[0].at <= instant else None
            granted = cause.data.get(CREDITS) if isinstance(cause, Fact) else None
            if isinstance(granted, int | float | str) and not isinstance(granted, bool):
                total += Decimal(str(granted))
        return float(total)
