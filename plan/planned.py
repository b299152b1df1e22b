"""Every sending that the plan calls for in one journey: its rules times what triggers them (plan.md C)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from plan.belonging import belongs
from plan.calendar import add, at_local, end_of_day, local_date, subtract, zone_info
from plan.clocks import Dated, Run
from plan.facts import Journey
from plan.keys import UNKNOWN_DATE, stem
from plan.life import Life, Trigger, Visit
from plan.model import Plan, Process, Rule
from plan.once import once
from plan.outcomes import Skipped
from plan.period import Period, multiples
from plan.problem import clip
from plan.send_window import share
from plan.shares import Share, gone_by
from plan.statements import created

AT_ONCE: Final = Period()


class Planned(NamedTuple):
    """One sending before anybody's address, window or stage is looked at.

    It counts from `day`, a local date (23), or from `instant`; both are None while the deadline has no date.
    """

    rule: Rule
    stem: str  # of its keys
    known_at: datetime  # the journey could not have acted on it sooner
    day: date | None = None
    instant: datetime | None = None
    offset: Period | Share | None = None
    item: str | None = None
    trigger: Trigger | None = None  # of rules that something happening sets off, not a clock
    run: Run | None = None  # the clock it counts from, or whose passing triggers it
    dated: Dated | None = None  # the date of that clock
    rests_until: datetime | None = None  # `settle` after a passing
    limit: datetime | None = None  # of a before rule: the passing, from which on it is pointless
    dropped: Skipped | None = None

    @property
    def by_clock(self) -> bool:
        """Whether it belongs to a before or after rule."""
        return self.trigger is None


@once
def rules_of(plan: Plan, process: str) -> tuple[Rule, ...]:
    """The rules that can apply in a process (18)."""
    return tuple(rule for rule in plan.rules.values() if belongs(plan, plan.processes[process], rule))


def by_clock_or_event(rule: Rule, life: Life, zone: str) -> Iterator[Planned]:
    """Every occurrence of a rule that facts, stages or clocks set off; later dates of one clock after earlier ones."""
    if rule.on is not None:
        yield from _on(rule, life, zone)
    elif rule.moved is not None:
        yield from _moved(rule, life)
    elif rule.entered is not None or rule.left is not None:
        yield from visits(rule, life, zone)
    else:
        yield from _counted(rule, life, zone)


def is_set_off(rule: Rule, life: Life) -> bool:
    """Whether what the rule names has happened, or its clock has started; of other rules it is not known beforehand."""
    if rule.on is not None:
        return rule.on in life.triggers_by_name
    clock = rule.before or rule.after or rule.moved
    return clock is None or clock in life.runs_by_name


def waits_for(rule: Rule, life: Life) -> str | None:
    """The name that a rule without any occurrence waits for; None if the process does not have it."""
    name = rule.on or rule.moved or rule.before or rule.after or ""
    if rule.on is not None:
        return name
    if rule.becomes is not None:
        return clip(rule.becomes)
    if rule.corrects:
        return " or ".join(rule.corrects)
    if rule.idle is not None:
        return rule.of if rule.of in life.process.items else None
    if stage := rule.entered or rule.left:
        return stage if has_stage(life.process, stage) else None
    deadline = life.process.deadlines.get(name)
    if deadline is None:
        return None
    if name in life.runs_by_name:
        return name
    if deadline.after_sent is not None:
        return f"the sending of {deadline.after_sent}"
    if any(awaiting.name == name for awaiting, _ in life.awaiting):
        return f"the delivery of {deadline.waits_for}"
    if rule.moved is not None or not deadline.after:
        return name
    return " or ".join(deadline.after)


def _on(rule: Rule, life: Life, zone: str) -> Iterator[Planned]:
    for trigger in life.triggers_by_name.get(rule.on or "", ()):
        if rule.on != "delivery_failed" or _about(rule, trigger):
            yield from by_trigger(rule, trigger, zone)


def _about(rule: Rule, trigger: Trigger) -> bool:
    """Whether it was a message of the rule that `of:` names, or of any."""
    return rule.of is None or (trigger.fact is not None and trigger.fact.data.get("rule") == rule.of)


def by_trigger(rule: Rule, trigger: Trigger, zone: str) -> Iterator[Planned]:
    """What one happening sets off: at once, or at each of the rule's offsets after it."""
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


def visits(rule: Rule, life: Life, zone: str) -> Iterator[Planned]:
    """Each entering or leaving of a stage, of the journey or of an item; one left in the same instant is none (13)."""
    wanted = rule.entered or rule.left
    tracks = [(None, life.track), *life.items.items()]
    for item, track in tracks:
        for visit, following in zip(track.visits, [*track.visits[1:], None], strict=True):
            if visit.stage != wanted or (following is not None and following.at == visit.at):
                continue
            turn = visit if rule.entered else following
            if turn is not None:
                yield from by_trigger(rule, _turn(turn, wanted, item, life, zone), zone)


def has_stage(process: Process, stage: str) -> bool:
    """Whether the process or one of its kinds of items has this stage."""
    return stage in process.stages or any(stage in kind.stages for kind in process.items.values())


def _turn(visit: Visit, stage: str, item: str | None, life: Life, zone: str) -> Trigger:
    """The moment of a visit's beginning, named by the fact or the passing that brought it about."""
    if isinstance(visit.cause, Run):
        day = local_date(visit.cause.date.at or visit.at, zone)
        return Trigger(stage, f"#{visit.cause.name}@{day.isoformat()}", visit.at, visit.heard_at, item, run=visit.cause)
    fact = visit.cause if visit.cause is not None else created(life.journey)
    return Trigger(stage, f"#{fact.id}", visit.at, visit.heard_at, item, fact)


def _moved(rule: Rule, life: Life) -> Iterator[Planned]:
    for run in life.runs_by_name.get(rule.moved or "", ()):
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
    for run in life.runs_by_name.get(rule.before or rule.after or "", ()):
        for dated in run.dates:
            if dated.at is None and dated is not run.date:
                continue
            if rule.within is not None:
                yield _within(rule, rule.within, run, dated, life.journey, zone)
            else:
                yield from _from_date(rule, run, dated, _offsets(rule), zone)


def _offsets(rule: Rule) -> tuple[Period | Share, ...]:
    """As written; of `every:` its multiples, as many as `limit:` allows."""
    if rule.elapsed:
        return tuple(Share(percent) for percent in rule.elapsed)
    if rule.every is not None:
        return multiples(rule.every, rule.limit)
    return rule.offsets or (AT_ONCE,)


def _from_date(rule: Rule, run: Run, dated: Dated, offsets: Sequence[Period | Share], zone: str) -> Iterator[Planned]:
    """One for each of the offsets from one date of a clock."""
    item, known_at, passes_at = run.item, dated.known_at, dated.passes_at
    if dated.at is None or passes_at is None:
        for offset in offsets:
            unknown = stem(rule.name, offset, f"@{UNKNOWN_DATE}", item)
            yield Planned(rule, unknown, known_at, offset=offset, item=item, run=run, dated=dated)
        return
    deadline_on = local_date(dated.at, zone)
    moment = f"@{deadline_on.isoformat()}"
    dropped: Skipped | None = None if dated is run.date else "superseded_by_new_deadline"
    rests_until, limit = (None, passes_at) if rule.before else (passes_at + run.deadline.settle, None)
    for offset in offsets:
        day = instant = None
        if isinstance(offset, Share):
            day, instant = gone_by(offset, run, dated, zone)
        elif offset.dated:
            day = subtract(deadline_on, offset) if rule.before else add(deadline_on, offset)
        else:
            instant = _back(dated.at, offset, zone) if rule.before else _ahead(dated.at, offset, zone)
        key = stem(rule.name, offset, moment, item)
        yield Planned(rule, key, known_at, day, instant, offset, item, None, run, dated, rests_until, limit, dropped)


def _within(rule: Rule, span: tuple[Period, Period], run: Run, dated: Dated, journey: Journey, zone: str) -> Planned:
    """Anywhere in a span before or after the deadline: a day of it that is the journey's own, today if it has begun."""
    [first] = _from_date(rule, run, dated, span[:1], zone)
    if dated.at is None or first.day is None:
        return first
    deadline_on = local_date(dated.at, zone)
    last = subtract(deadline_on, span[1]) if rule.before else add(deadline_on, span[1])
    days = (last - first.day).days + 1
    day = first.day + timedelta(days=share(journey.id) * days >> 64)
    today = local_date(dated.known_at, zone)
    if day < today <= last:
        day = today
    return first._replace(day=day, limit=end_of_day(last, zone) + timedelta(seconds=1))


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
