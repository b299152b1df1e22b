"""Every sending that the plan calls for in one journey: its rules times what triggers them (plan.md C)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from plan.calendar import add, at_local, local_date, subtract, zone_info
from plan.clocks import Dated, Run
from plan.keys import UNKNOWN_DATE, stem
from plan.life import Life, Trigger
from plan.model import Plan, Process, Rule
from plan.outcomes import Skipped
from plan.period import Period

AT_ONCE: Final = Period()


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One sending before anybody's address, window or stage is looked at.

    It counts from `day`, a local date (23), or from `instant`; both are None while the deadline has no date.
    """

    rule: Rule
    stem: str  # of its keys
    known_at: datetime  # the journey could not have acted on it sooner
    day: date | None = None
    instant: datetime | None = None
    offset: Period | None = None
    item: str | None = None
    trigger: Trigger | None = None  # of on and moved rules
    run: Run | None = None  # the clock it counts from, or whose passing triggers it
    dated: Dated | None = None  # the date of that clock
    rests_until: datetime | None = None  # `settle` after a passing
    limit: datetime | None = None  # of a before rule: the passing, from which on it is pointless
    dropped: Skipped | None = None

    @property
    def by_clock(self) -> bool:
        """Whether it belongs to a before or after rule."""
        return self.trigger is None


def rules_of(plan: Plan, process: Process) -> list[Rule]:
    """The rules that can apply in a process (18)."""
    return [rule for rule in plan.rules.values() if rule.in_ is None or process.name in rule.in_]


def planned(plan: Plan, life: Life) -> Iterator[Planned]:
    """Every occurrence of every rule, later dates of one clock after earlier ones."""
    zone = plan.timezone
    for rule in rules_of(plan, life.process):
        if rule.on is not None:
            yield from _on(rule, life, zone)
        elif rule.moved is not None:
            yield from _moved(rule, life)
        else:
            yield from _counted(rule, life, zone)


def waits_for(rule: Rule, life: Life) -> str | None:
    """The name that a rule without any occurrence waits for; None if the process does not have it."""
    name = rule.on or rule.moved or rule.before or rule.after or ""
    if rule.on is not None:
        return name
    deadline = life.process.deadlines.get(name)
    if deadline is None:
        return None
    if rule.moved is not None or not deadline.after or any(run.name == name for run in life.runs):
        return name
    return " or ".join(deadline.after)


def _on(rule: Rule, life: Life, zone: str) -> Iterator[Planned]:
    for trigger in life.triggers:
        if trigger.name != rule.on:
            continue
        rests_until = None
        if trigger.run is not None:
            rests_until = trigger.at + trigger.run.deadline.settle
        for offset in rule.offsets or (None,):
            day = instant = None
            if offset is None:
                instant = trigger.heard_at
            elif offset.dated:
                day = add(local_date(trigger.at, zone), offset)
            else:
                instant = _ahead(trigger.at, offset, zone)
            yield Planned(
                rule,
                stem(rule.name, offset, trigger.moment, trigger.item),
                trigger.heard_at,
                day,
                instant,
                offset,
                trigger.item,
                trigger,
                trigger.run,
                trigger.run.date if trigger.run else None,
                rests_until,
                dropped="retracted" if trigger.retracted else None,
            )


def _moved(rule: Rule, life: Life) -> Iterator[Planned]:
    for run in life.runs:
        if run.name != rule.moved:
            continue
        for before, dated in zip(run.dates, run.dates[1:], strict=False):
            if before.at is None or dated.at is None or dated.by is None:
                continue
            trigger = Trigger(run.name, f"#{dated.by}", dated.since, dated.known_at, run.item)
            yield Planned(
                rule,
                stem(rule.name, None, trigger.moment, run.item),
                dated.known_at,
                instant=dated.known_at,
                item=run.item,
                trigger=trigger,
                run=run,
                dated=dated,
                dropped=None if dated is run.date else "superseded_by_new_deadline",
            )


def _counted(rule: Rule, life: Life, zone: str) -> Iterator[Planned]:
    name = rule.before or rule.after
    for run in life.runs:
        if run.name != name:
            continue
        for dated in run.dates:
            if dated.at is None and dated is not run.date:
                continue
            for offset in rule.offsets or (AT_ONCE,):
                yield _offset(rule, run, dated, offset, zone)


def _offset(rule: Rule, run: Run, dated: Dated, offset: Period, zone: str) -> Planned:
    if dated.at is None:
        unknown = stem(rule.name, offset, f"@{UNKNOWN_DATE}", run.item)
        return Planned(rule, unknown, dated.known_at, offset=offset, item=run.item, run=run, dated=dated)
    deadline_on = local_date(dated.at, zone)
    day = instant = None
    if offset.dated:
        day = subtract(deadline_on, offset) if rule.before else add(deadline_on, offset)
    else:
        instant = _back(dated.at, offset, zone) if rule.before else _ahead(dated.at, offset, zone)
    return Planned(
        rule,
        stem(rule.name, offset, f"@{deadline_on.isoformat()}", run.item),
        dated.known_at,
        day,
        instant,
        offset,
        run.item,
        run=run,
        dated=dated,
        rests_until=None if rule.before or dated.passes_at is None else dated.passes_at + run.deadline.settle,
        limit=dated.passes_at if rule.before else None,
        dropped=None if dated is run.date else "superseded_by_new_deadline",
    )


def _ahead(instant: datetime, offset: Period, zone: str) -> datetime:
    wall = instant.astimezone(zone_info(zone))
    day = add(wall.date(), offset)
    moved = instant if day == wall.date() else at_local(day, wall.time(), zone)
    return moved + timedelta(seconds=offset.seconds)


def _back(instant: datetime, offset: Period, zone: str) -> datetime:
    wall = instant.astimezone(zone_info(zone))
    day = subtract(wall.date(), offset)
    moved = instant if day == wall.date() else at_local(day, wall.time(), zone)
    return moved - timedelta(seconds=offset.seconds)
