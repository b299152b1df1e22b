"""Clocks that stand still while another one runs, in whole local dates (plan.md 15)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from plan.calendar import add, at_local, local_date, zone_info
from plan.clocks import Dated, Run
from plan.period import Period


class Pause(NamedTuple):
    """From the date on which the pausing clock began up to the one on which it expires, or was met sooner."""

    began_at: datetime
    known_at: datetime
    expires: date
    met_at: datetime | None
    by: str | None  # the fact that met it


def pauses(run: Run, runs: Iterable[Run], zone: str) -> list[Pause]:
    """Every pause of a run; a pausing clock without a date pauses for no time that anybody could tell."""
    found = []
    for other in runs:
        if run.name not in other.deadline.pauses or other.date.at is None:
            continue
        began_at = max(other.started_at, run.started_at)
        ends = [end for end in (other.ended_at, other.restarted_at) if end is not None]
        met_at = min([end for end in ends if end <= other.date.at], default=None)
        if run.passed_by(began_at) or other.passed_by(began_at) or (met_at is not None and met_at < began_at):
            continue
        known_at = max(began_at, other.stated[0].known_at)
        found.append(Pause(began_at, known_at, local_date(other.date.at, zone), met_at, other.ended_by))
    return found


def paused_dates(stated: Sequence[Dated], found: Sequence[Pause], zone: str) -> tuple[Dated, ...]:
    """The dates of a run moved by its pauses: a new one where a pause begins, and where it is met.

    A date that somebody gave is moved only by pauses that began since.
    """
    moments = sorted({p.began_at for p in found} | {p.met_at for p in found if p.met_at is not None})
    dates: list[Dated] = []
    given_at = stated[0].since
    for dated, following in zip(stated, [*stated[1:], None], strict=True):
        given_at = given_at if dated.adds else dated.since
        mine = [p for p in found if p.began_at >= given_at]
        later = [at for at in moments if dated.since < at and (following is None or at < following.since)]
        for at in (dated.since, *later):
            moved = _moved(dated, mine, at, zone)
            if not dates or (moved.at, moved.problem) != (dates[-1].at, dates[-1].problem):
                dates.append(moved)
    return tuple(dates)


def stands_still(run: Run, runs: Iterable[Run], instant: datetime) -> bool:
    """Whether it is paused at `instant`."""
    return any(run.name in other.deadline.pauses and other.running(instant) for other in runs)


def days_remaining(run: Run, runs: Iterable[Run], instant: datetime, zone: str) -> int | None:
    """The days that a clock paused at `instant` will have once the pause is over; None while it is not paused."""
    ends = [
        other.date.at
        for other in runs
        if run.name in other.deadline.pauses and other.running(instant) and other.date.at is not None
    ]
    if run.date.at is None or not ends:
        return None
    return (local_date(run.date.at, zone) - local_date(max(ends), zone)).days


def _moved(dated: Dated, found: Iterable[Pause], at: datetime, zone: str) -> Dated:
    """The date as it was known at `at`: a pause under way is taken to last until its clock expires."""
    begun = [p for p in found if p.began_at <= at]
    met = [p for p in begun if p.met_at is not None and p.met_at <= at]
    spans = [
        (local_date(p.began_at, zone), local_date(p.met_at, zone) if p in met and p.met_at else p.expires)
        for p in begun
    ]
    days = sum((last - first).days for first, last in _united(spans))
    if at == dated.since and not days:
        return dated
    moved = dated.at
    if moved is not None and days:
        wall = moved.astimezone(zone_info(zone))
        moved = at_local(add(wall.date(), Period(days=days)), wall.time().replace(microsecond=0), zone)
    known_at = max([at, *(p.known_at for p in begun)])
    by = next((p.by for p in met if p.met_at == at), dated.by if at == dated.since else None)
    return Dated(moved, at, known_at, dated.order, by, dated.extended, dated.problem)


def _united(spans: Iterable[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Overlapping spans as one."""
    open_one: tuple[date, date] | None = None
    for begins, ends in sorted(spans):
        if open_one is not None and begins <= open_one[1]:
            open_one = open_one[0], max(open_one[1], ends)
            continue
        if open_one is not None:
            yield open_one
        open_one = begins, ends
    if open_one is not None:
        yield open_one
