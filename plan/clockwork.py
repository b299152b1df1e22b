"""The clocks of one journey while its facts are folded: what starts, answers and restarts them, which passes next."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import Final

from plan import clocks
from plan.almanac import Almanac
from plan.clocks import Dated, Run, Statement
from plan.cues import Cues
from plan.facts import Fact
from plan.life import Life
from plan.model import Deadline
from plan.pausing import paused_dates, pauses

MOST_TURNS: Final = 52  # of a clock that comes again, where no present bounds it


class Clockwork:
    """Runs of deadlines by name and item. Their dates already know of every later fact that moves them (4)."""

    def __init__(
        self, life: Life, cues: Cues, almanac: Almanac, facts: Sequence[Fact], said: Mapping[str, list[Statement]]
    ) -> None:
        self.life = life
        self.cues = cues
        self.almanac = almanac
        self.facts = facts  # that count, in order of `at`
        self.said = said
        self.current: dict[tuple[str, str | None], Run] = {}
        self._awaited: set[tuple[str, str | None]] = set()  # clocks that wait for a delivery
        self._earlier: dict[tuple[str, str | None], list[Run]] = defaultdict(list)  # of clocks that come again
        self._passings: list[tuple[datetime, int, Run]] = []
        self._queued = 0

    def begin(self) -> None:
        """Start the clocks that count from nothing but a date."""
        created_at = self.life.journey.created_at
        for deadline in self.life.process.deadlines.values():
            if not deadline.after and deadline.after_sent is None:
                self._start(deadline, None, created_at, [self._given(deadline)], None)

    def start_by(self, name: str, item: str | None, at: datetime, cause: Fact | Run) -> None:
        """Start the clocks that count from an event or a passing."""
        for deadline in self.cues.starting.get(name, ()):
            whose = item if deadline.per_item else None
            if deadline.waits_for is not None and name in deadline.after:
                self._awaited.add((deadline.name, whose))
            if name not in clocks.begins_by(deadline) or (item is None and deadline.per_item):
                continue
            if deadline.waits_for is not None and (deadline.name, whose) not in self._awaited:
                continue
            self._awaited.discard((deadline.name, whose))
            if isinstance(cause, Run):
                counted = clocks.after(deadline, cause.dates, self.almanac)
                self._start(deadline, item, at, counted, None, cause.date.at)
            else:
                like = Dated(None, at, max(at, cause.heard_at, self.life.journey.started_at))
                self._start(deadline, item, at, [clocks.computed(deadline, at, like, self.almanac)], cause, at)

    def start_all_the_same(self, fact: Fact) -> None:
        """Staff gave a clock that waits for a delivery its date: it runs, whatever becomes of the message (12)."""
        named = str(fact.data["deadline"])
        for name, item in sorted(self._awaited, key=str):
            if name == named and fact.item in {None, item}:
                self._awaited.discard((name, item))
                deadline = self.life.process.deadlines[name]
                like = Dated(None, fact.at, max(fact.at, fact.heard_at, self.life.journey.started_at))
                counted = clocks.computed(deadline, fact.at, like, self.almanac)
                self._start(deadline, item, fact.at, [counted], None, fact.at)

    def answer(self, name: str, item: str | None, at: datetime, by: str) -> list[Run]:
        """End the clocks that this name answers, passed ones too. Those that still ran."""
        if name not in self.cues.answering:
            return []
        answered = [
            first
            for key, run in self.current.items()
            if name in run.deadline.until and (run.item is None or run.item == item)
            if (first := next((one for one in (*self._earlier[key], run) if one.current), None)) is not None
        ]
        for run in answered:
            run.ended_at, run.ended_by = at, by
        for run in answered:
            self._pause_others(run)
        return [run for run in answered if not run.passed]

    def stop(self, at: datetime, by: str) -> None:
        """The journey was broken off: nobody is asked for answers any more, the clocks of its items end."""
        for run in self.current.values():
            if run.ended_at is None and (run.item is not None or run.deadline.until):
                run.stopped, run.ended_at, run.ended_by = True, at, by

    def awaiting(self) -> list[tuple[Deadline, str | None]]:
        """The clocks that would run, had the message that they wait for been delivered."""
        return [
            (self.life.process.deadlines[name], item)
            for name, item in sorted(self._awaited, key=lambda one: (one[0], one[1] or ""))
        ]

    def passed(self) -> list[Run]:
        """The clocks that have passed and that nothing has answered since, the earliest first."""
        return sorted(
            (r for r in self.current.values() if r.passed and r.current), key=lambda r: r.date.at or r.started_at
        )

    def asking(self) -> list[Run]:
        """The clocks with `until` that still run."""
        return [r for r in self.current.values() if r.current and not r.passed and r.deadline.until]

    def passes_by(self, instant: datetime) -> bool:
        """Whether any clock may pass up to and including an instant."""
        return bool(self._passings) and self._passings[0][0] <= instant

    def passings(self, until: datetime | None) -> Iterator[tuple[Run, datetime]]:
        """Passings up to and including an instant (None: all to come), in order; what they start may pass in turn."""
        while self._passings and (until is None or self._passings[0][0] <= until):
            passes_at, _, run = heappop(self._passings)
            if run.date.passes_at != passes_at or run.passed:
                continue  # it was moved by a pause, and stands elsewhere in the queue
            if run.current:
                run.passed = True
                yield run, max(passes_at, self.life.journey.created_at)
            if run.comes_again:
                self._come_again(run, passes_at)

    def _given(self, deadline: Deadline) -> Dated:
        fixed = clocks.first_date(deadline, self.almanac)
        problem = None if fixed else f"{deadline.told} has not been told yet"
        return Dated(fixed, self.life.journey.created_at, self.life.journey.started_at, problem=problem)

    def _start(
        self,
        deadline: Deadline,
        item: str | None,
        at: datetime,
        base: Sequence[Dated],
        cause: Fact | None,
        anchor: datetime | None = None,
    ) -> None:
        """Start the clock, anew if it ran before; one a named item, or one for the journey (14).

        `anchor` is what it counts from, if it counts from something.
        """
        item = item if deadline.per_item else None
        self._earlier.pop((deadline.name, item), None)
        before = self.current.get((deadline.name, item))
        if before is not None:
            before.restarted_at = before.restarted_at or at
        said = [
            s
            for s in self.said.get(deadline.name, ())
            if s.fact.item in {None, item} and (before is None or s.fact.at >= at)
        ]
        until = self._next_start(deadline, item, cause) if said else None
        said = [s for s in said if until is None or s.fact.at < until]
        self._run(Run(deadline, item, at, clocks.dates(deadline, base, said, self.almanac), anchor=anchor))

    def _run(self, run: Run) -> None:
        self.current[run.name, run.item] = run
        self.life.begin(run)
        self._pause(run)
        self._pause_others(run)
        if run.date.passes_at is not None:
            self._queue(run)
        else:
            self._start_without_date(run, run.started_at)

    def _queue(self, run: Run) -> None:
        if run.date.passes_at is not None:
            self._queued += 1
            heappush(self._passings, (run.date.passes_at, self._queued, run))

    def _pause_others(self, run: Run) -> None:
        """The clocks that this one pauses move when it starts and when it is met (15)."""
        for other in self.current.values() if run.deadline.pauses else ():
            if other.name in run.deadline.pauses and other.current and not other.passed and self._pause(other):
                self._queue(other)

    def _pause(self, run: Run) -> bool:
        """Move its dates by its pauses; whether that changed them."""
        if run.name not in self.cues.paused:
            return False
        before, found = run.date, pauses(run, self.life.runs, self.almanac.zone)
        if found:
            run.dates = paused_dates(run.stated, found, self.almanac.zone)
        return run.date != before

    def _come_again(self, run: Run, at: datetime) -> None:
        """The next instance, counted from what all of them count from; one beyond the present is enough (11)."""
        final = self.life.is_final(self.life.track.stage)
        if (
            final
            or run.anchor is None
            or (at > self.almanac.until if self.almanac.until is not None else run.turn >= MOST_TURNS)
        ):
            return
        dated = clocks.again(run.deadline, run.anchor, run.turn + 1, at, self.almanac)
        self._earlier[run.name, run.item].append(run)
        self._run(Run(run.deadline, run.item, at, (dated,), anchor=run.anchor, turn=run.turn + 1))

    def _start_without_date(self, run: Run, at: datetime) -> None:
        """What counts from a clock without a date has none either: it is not merely waiting for its turn (17)."""
        for other in self.cues.starting.get(run.name, ()):
            if run.name in clocks.begins_by(other) and (other.name, run.item) not in self.current:
                self._start(other, run.item, at, clocks.after(other, run.dates, self.almanac), None)

    def _next_start(self, deadline: Deadline, item: str | None, cause: Fact | None) -> datetime | None:
        """When the next fact that can restart the clock happened: what is said from then on is about that run."""
        if cause is None:
            return None
        place, names = (cause.at, cause.order), clocks.begins_by(deadline)
        later = (f for f in self.facts if f.type in names and (item is None or f.item == item))
        return next((f.at for f in later if (f.at, f.order) > place), None)
