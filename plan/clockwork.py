"""The clocks of one journey while its facts are folded: what starts, answers and restarts them, which passes next."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush

from plan import clocks
from plan.almanac import Almanac
from plan.clocks import Dated, Run, Statement
from plan.facts import Fact
from plan.life import Life
from plan.model import Deadline


class Clockwork:
    """Runs of deadlines by name and item. Their dates already know of every later fact that moves them (4)."""

    def __init__(
        self, life: Life, almanac: Almanac, facts: Sequence[Fact], said: Mapping[str, list[Statement]]
    ) -> None:
        self.life = life
        self.almanac = almanac
        self.facts = facts  # that count, in order of `at`
        self.said = said
        self.current: dict[tuple[str, str | None], Run] = {}
        self._passings: list[tuple[datetime, int, Run]] = []

    def begin(self) -> None:
        """Start the clocks that count from nothing but a date."""
        created_at = self.life.journey.created_at
        for deadline in self.life.process.deadlines.values():
            if not deadline.after:
                self._start(deadline, None, created_at, [self._given(deadline)], None)

    def start_by(self, name: str, item: str | None, at: datetime, cause: Fact | Run) -> None:
        """Start the clocks that count from an event or a passing."""
        for deadline in self.life.process.deadlines.values():
            if name not in deadline.after or (item is None and deadline.per_item):
                continue
            if isinstance(cause, Run):
                self._start(deadline, item, at, clocks.after(deadline, cause.dates, self.almanac), None)
            else:
                like = Dated(None, at, max(at, cause.heard_at, self.life.journey.started_at))
                self._start(deadline, item, at, [clocks.computed(deadline, at, like, self.almanac)], cause)

    def answer(self, name: str, item: str | None, at: datetime, by: str) -> list[Run]:
        """End the clocks that this name answers, passed ones too. Those that still ran."""
        answered = [
            run
            for run in self.current.values()
            if run.current and name in run.deadline.until and (run.item is None or run.item == item)
        ]
        for run in answered:
            run.ended_at, run.ended_by = at, by
        return [run for run in answered if not run.passed]

    def stop(self, at: datetime, by: str) -> None:
        """The journey was broken off: nobody is asked for answers any more, the clocks of its items end."""
        for run in self.current.values():
            if run.ended_at is None and (run.item is not None or run.deadline.until):
                run.stopped, run.ended_at, run.ended_by = True, at, by

    def passed(self) -> list[Run]:
        """The clocks that have passed and that nothing has answered since, the earliest first."""
        return sorted(
            (r for r in self.current.values() if r.passed and r.current), key=lambda r: r.date.at or r.started_at
        )

    def asking(self) -> list[Run]:
        """The clocks with `until` that still run."""
        return [r for r in self.current.values() if r.current and not r.passed and r.deadline.until]

    def passings(self, until: datetime | None) -> Iterator[tuple[Run, datetime]]:
        """Passings up to and including an instant (None: all to come), in order; what they start may pass in turn."""
        while self._passings and (until is None or self._passings[0][0] <= until):
            passes_at, _, run = heappop(self._passings)
            if run.current:
                run.passed = True
                yield run, max(passes_at, self.life.journey.created_at)

    def _given(self, deadline: Deadline) -> Dated:
        fixed = clocks.first_date(deadline, self.almanac)
        problem = None if fixed else f"{deadline.told} has not been told yet"
        return Dated(fixed, self.life.journey.created_at, self.life.journey.started_at, problem=problem)

    def _start(
        self, deadline: Deadline, item: str | None, at: datetime, base: Sequence[Dated], cause: Fact | None
    ) -> None:
        """Start the clock, anew if it ran before; one a named item, or one for the journey (14)."""
        item = item if deadline.per_item else None
        before = self.current.get((deadline.name, item))
        if before is not None:
            before.restarted_at = before.restarted_at or at
        until = self._next_start(deadline, item, cause)
        said = [
            s
            for s in self.said[deadline.name]
            if s.fact.item in {None, item}
            and (before is None or s.fact.at >= at)
            and (until is None or s.fact.at < until)
        ]
        run = Run(deadline, item, at, clocks.dates(deadline, base, said, self.almanac))
        self.current[deadline.name, item] = run
        self.life.runs.append(run)
        passes_at = run.date.passes_at
        if passes_at is not None:
            heappush(self._passings, (passes_at, len(self.life.runs), run))
        else:
            self._start_without_date(run, at)

    def _start_without_date(self, run: Run, at: datetime) -> None:
        """What counts from a clock without a date has none either: it is not merely waiting for its turn (17)."""
        for other in self.life.process.deadlines.values():
            if run.name in other.after and (other.name, run.item) not in self.current:
                self._start(other, run.item, at, clocks.after(other, run.dates, self.almanac), None)

    def _next_start(self, deadline: Deadline, item: str | None, cause: Fact | None) -> datetime | None:
        """When the next fact that can restart the clock happened: what is said from then on is about that run."""
        if cause is None:
            return None
        place = (cause.at, cause.order)
        later = (f for f in self.facts if f.type in deadline.after and (f.at, f.order) > place)
        return next((f.at for f in later if item is None or f.item == item), None)
