"""Deadlines as dates: where a clock starts, every date it was given since, and the instant it passes (plan.md B)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from pydantic import JsonValue

from plan.almanac import Almanac
from plan.calendar import add, at_local, end_of_day, local_date, zone_info
from plan.facts import Fact
from plan.model import Deadline
from plan.period import Period
from plan.rolls import NoDate

SECOND: Final = timedelta(seconds=1)
OUT_OF_RANGE: Final = "the date is out of range"
FIRST_YEAR, LAST_YEAR = 1000, 9000  # outside them, arithmetic on a date could leave datetime's range


class Dated(NamedTuple):
    """One date of a clock: in force from `since` until the next one. Exactly one of `at` and `problem` is set."""

    at: datetime | None  # the named second: 23:59:59.999 is still in time
    since: datetime
    known_at: datetime  # when the journey first could act on it
    order: int = -1  # arrival order of the fact that said so; -1: the clock's own start
    by: str | None = None  # that fact's id
    extended: bool = False
    problem: str | None = None
    adds: bool = False  # it adds to the date before it

    @property
    def passes_at(self) -> datetime | None:
        """The first instant that is too late; None without a date."""
        return None if self.at is None else self.at + SECOND


@dataclass(frozen=True, slots=True)
class Statement:
    """What a fact says about a clock's date: a new one, some time more, or with neither `to` nor `by` none at all."""

    fact: Fact
    known_at: datetime
    to: date | None = None
    by: Period | None = None
    extends: bool = False
    problem: str | None = None


@dataclass(slots=True, eq=False)
class Run:
    """One run of a deadline's clock, from its start to its passing, answer or restart. Only the fold writes it."""

    deadline: Deadline
    item: str | None
    started_at: datetime
    dates: tuple[Dated, ...]  # in order of time, never empty; the last one counts
    passed: bool = False
    ended_at: datetime | None = None
    ended_by: str | None = None
    stopped: bool = False  # ended because the journey was broken off, not by an answer
    restarted_at: datetime | None = None
    stated: tuple[Dated, ...] = ()  # its dates without any pause
    anchor: datetime | None = None  # of one that comes again: what all its instances count from
    turn: int = 0  # and which of them this is, from 0

    def __post_init__(self) -> None:
        self.stated = self.stated or self.dates

    @property
    def name(self) -> str:
        return self.deadline.name

    @property
    def date(self) -> Dated:
        return self.dates[-1]

    @property
    def current(self) -> bool:
        """Neither answered, stopped nor restarted in the whole fold; it may have passed."""
        return self.ended_at is None and self.restarted_at is None

    @property
    def comes_again(self) -> bool:
        """Whether another instance follows when its time has come, answered or not."""
        return self.deadline.every is not None and not self.stopped and self.restarted_at is None

    def passed_by(self, instant: datetime) -> bool:
        """Whether it had passed at `instant`."""
        passes_at = self.date.passes_at
        return self.passed and passes_at is not None and passes_at <= instant

    def running(self, instant: datetime) -> bool:
        """Whether it runs at `instant`: started, not passed, answered or restarted. Without a date it runs on."""
        at = self.date.at
        return (
            self.started_at <= instant
            and (self.ended_at is None or instant < self.ended_at)
            and (self.restarted_at is None or instant < self.restarted_at)
            and (at is None or instant < at + SECOND)
        )


def begins_by(deadline: Deadline) -> tuple[str, ...]:
    """The names that start its clock: events, deadlines, and what became of a message of ours."""
    if deadline.waits_for is not None:
        return (delivered(deadline.waits_for),)
    return deadline.after if deadline.after_sent is None else (*deadline.after, handed_over(deadline.after_sent))


def handed_over(rule: str) -> str:
    """The name, which no plan can spell, of the first hand-over of a rule's message."""
    return f"sent {rule}"


def delivered(rule: str) -> str:
    """The same of its delivery."""
    return f"delivered {rule}"


def named_second(deadline: Deadline, day: date, zone: str) -> datetime:
    """The UTC second that a bare date names: at the deadline's time of day, else the last of the local day (12)."""
    return end_of_day(day, zone) if deadline.at is None else at_local(day, deadline.at, zone)


def moved_on(deadline: Deadline, anchor: datetime, almanac: Almanac) -> datetime:
    """`plus` after `anchor`, in local calendar arithmetic. Only hours or less keep the anchor's time of day.

    Raises ValueError with one sentence when there is no such date.
    """
    zone, period = almanac.zone, deadline.plus
    if period.dated:
        return named_second(deadline, almanac.effective(deadline, add(local_date(anchor, zone), period)), zone)
    wall = anchor.astimezone(zone_info(zone))
    instant = anchor if not (period.months or period.days) else at_local(add(wall.date(), period), _clock(wall), zone)
    instant = (instant + timedelta(seconds=period.seconds)).replace(microsecond=0)
    return instant if deadline.at is None else at_local(local_date(instant, zone), deadline.at, zone)


def first_date(deadline: Deadline, almanac: Almanac) -> datetime | None:
    """The named second of a fixed deadline; None for any other kind."""
    if deadline.fixed is None:
        return None
    if isinstance(deadline.fixed, datetime):
        day = almanac.off_closed(deadline, deadline.fixed.date())
        return at_local(day, deadline.fixed.time().replace(microsecond=0), almanac.zone)
    return named_second(deadline, almanac.off_closed(deadline, deadline.fixed), almanac.zone)


def dates(deadline: Deadline, base: Iterable[Dated], said: Iterable[Statement], almanac: Almanac) -> tuple[Dated, ...]:
    """All dates of one run in order of time: its own, then what facts said, by `at` (4).

    A `to` replaces the date in force then, a `by` adds to it. A date that a later-dated fact had overtaken before it
    arrived was never in force and is left out.
    """
    base, said = tuple(base), tuple(said)
    if len(base) == 1 and not said:
        return base
    entries: list[Dated | Statement] = [*base, *said]
    entries.sort(key=lambda e: (e.since, e.order) if isinstance(e, Dated) else (e.fact.at, e.fact.order))
    found: list[Dated] = []
    for entry in entries:
        dated = entry if isinstance(entry, Dated) else _stated(deadline, entry, found[-1] if found else None, almanac)
        if not found or (dated.at, dated.problem) != (found[-1].at, found[-1].problem):
            found.append(dated)
    kept: list[Dated] = []
    for dated in reversed(found):
        if not kept or dated.order < kept[-1].order or dated.order == -1:
            kept.append(dated)
    return tuple(reversed(kept))


def after(deadline: Deadline, anchors: Sequence[Dated], almanac: Almanac) -> list[Dated]:
    """The dates that follow from those of the deadline counted from."""
    return [
        Dated(None, a.since, a.known_at, a.order, a.by, problem=f"the deadline it counts from has no date: {a.problem}")
        if a.at is None
        else computed(deadline, a.at, Dated(None, a.since, a.known_at, a.order, a.by), almanac)
        for a in anchors
    ]


def again(deadline: Deadline, anchor: datetime, turn: int, at: datetime, almanac: Almanac) -> Dated:
    """The date of the `turn`-th instance after the first, known from `at` on.

    All of them count from `anchor`, so that a 29 February comes back (11).
    """
    plus = deadline.plus.and_then((deadline.every or Period()).times(turn))
    return computed(deadline.model_copy(update={"plus": plus}), anchor, Dated(None, at, at), almanac)


def computed(deadline: Deadline, anchor: datetime, like: Dated, almanac: Almanac) -> Dated:
    """The date `plus` after `anchor`, known as `like` is."""
    try:
        at = moved_on(deadline, anchor, almanac)
    except NoDate as unknown:
        return Dated(None, like.since, like.known_at, like.order, like.by, problem=str(unknown))
    except (ValueError, OverflowError):
        at = None
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        return Dated(None, like.since, like.known_at, like.order, like.by, problem=OUT_OF_RANGE)
    return Dated(at, like.since, like.known_at, like.order, like.by)


def told_values(data: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Told fields by their dotted names; one level may be nested."""
    flat: dict[str, JsonValue] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{inner}": v for inner, v in value.items()})
        else:
            flat[name] = value
    return flat


def day_of(value: JsonValue) -> date | None:
    """A date as facts carry it, ISO 8601; None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _stated(deadline: Deadline, said: Statement, before: Dated | None, almanac: Almanac) -> Dated:
    at, problem = None, said.problem
    try:
        if said.to is not None:
            day = said.to if said.extends else almanac.off_closed(deadline, said.to)
            at = named_second(deadline, day, almanac.zone)
        elif said.by is not None and before is not None and before.at is not None:
            at = _longer(before.at, said.by, almanac.zone)
        elif said.by is not None:
            problem = "there was no date to extend"
    except (ValueError, OverflowError):
        problem = OUT_OF_RANGE
    if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
        at, problem = None, OUT_OF_RANGE
    fact = said.fact
    problem = None if at is not None else problem
    return Dated(at, fact.at, said.known_at, fact.order, fact.id, said.extends, problem, adds=said.to is None)


def _longer(at: datetime, period: Period, zone: str) -> datetime:
    wall = at.astimezone(zone_info(zone))
    return at_local(add(wall.date(), period), _clock(wall), zone) + timedelta(seconds=period.seconds)


def _clock(wall: datetime) -> time:
    return wall.time().replace(microsecond=0)
