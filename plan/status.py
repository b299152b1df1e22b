"""One sentence and a few lines that tell a reader of the engine's own pages where a journey stands. No names."""

from datetime import datetime
from typing import Final

from plan.agenda import Agenda, ClockState, Occurrence
from plan.calendar import local_date, zone_info
from plan.keys import parse
from plan.model import Plan
from plan.period import Period
from plan.words import name_words

SENTENCE: Final = 160  # characters
LINE: Final = 80
LINES: Final = 5
TIMED: Final = frozenset({"quiet_hours", "settling"})  # holds that end by themselves


def sentence(plan: Plan, agenda: Agenda, now: datetime) -> str:
    """The stage, the deadline that presses most, and what holds: at most 160 characters."""
    since = local_date(agenda.entered_at, plan.timezone).isoformat()
    parts = [f"{agenda.stage} since {since}"]
    if agenda.ends:
        parts = [f"ended: {agenda.stage} since {since}"]
    pressing = next(iter(ahead(plan, agenda, now)), None)
    if pressing is not None:
        parts.append(_clock(plan, pressing, now))
    stopped = [c for c in ahead(plan, agenda, now) if c.paused_days is not None and c is not pressing]
    parts += [_clock(plan, clock, now) for clock in stopped]
    undated = sorted({c.name for c in agenda.clocks if c.problem is not None and c.ended_by is None})
    if undated and not agenda.final:
        parts.append(f"{' and '.join(undated)} without a date")
    held = sum(o.outcome == "held" for o in agenda.occurrences)
    if held:
        parts.append(f"{held} held")
    if agenda.attention:
        parts.append("needs attention")
    return _cut("; ".join(parts), SENTENCE)


def ahead(plan: Plan, agenda: Agenda, now: datetime) -> tuple[ClockState, ...]:
    """The running clocks whose passing would change something, the nearest first; in a final stage items' alone."""
    running = [c for c in agenda.clocks if _runs(c, now) and (c.item is not None or _leads_on(plan, agenda, c.name))]
    return tuple(sorted(running, key=lambda c: (c.at or now, c.name, c.item or "")))


def upcoming(plan: Plan, agenda: Agenda) -> tuple[str, ...]:
    """The next five messages that would go, in order of time, then those held without a time: 80 characters each."""
    pending = [o for o in agenda.occurrences if o.outcome in {"ready", "scheduled", "held"}]
    pending.sort(key=lambda o: (o.leave_at is None, o.leave_at or agenda.entered_at, o.key or ""))
    return tuple(_cut(_line(plan, o), LINE) for o in pending[:LINES])


def _line(plan: Plan, occurrence: Occurrence) -> str:
    """Such as `2026-12-01 08:00 EST · due_reminder · 30 days before due`, then the item, then another reader."""
    when = "no date" if occurrence.at is None else _local(plan, occurrence.at)
    if occurrence.outcome == "held" and occurrence.reason in TIMED and occurrence.leave_at is not None:
        when = _local(plan, occurrence.leave_at)
    elif occurrence.outcome == "held":
        when = f"held, {occurrence.reason}"
    elif occurrence.outcome == "ready":
        when = "now"
    about = ", ".join(occurrence.items or ((occurrence.item,) if occurrence.item else ()))
    to = "" if occurrence.to == "applicant" else f" → {occurrence.to}"  # nearly all go there, and lines are short
    return " · ".join(part for part in (when, occurrence.notification, _why(plan, occurrence), about) if part) + to


def _why(plan: Plan, occurrence: Occurrence) -> str:
    rule = plan.rules.get(occurrence.notification)
    key = parse(occurrence.key or "")
    if rule is None or key is None:
        return ""
    if rule.elapsed:
        return f"{key.offset} of {rule.before}"
    offset = _words(Period.parse(key.offset)) if key.offset else ""
    if rule.on is not None:
        return f"{offset} after {rule.on}" if offset else f"on {rule.on}"
    if rule.moved is not None:
        return f"{rule.moved} moved"
    if rule.idle is not None:
        return f"{offset} without {'a touch' if rule.of is None else name_words(rule.of)}"
    if rule.becomes is not None:
        return f"when {rule.becomes}"
    if turn := rule.entered or rule.left:
        happened = f"{turn} {'entered' if rule.entered else 'left'}"
        return f"{offset} after {happened}" if offset else happened
    return f"{offset} before {rule.before}" if rule.before else f"{offset} after {rule.after}"


def _words(period: Period) -> str:
    hours, rest = divmod(period.seconds, 3600)
    counts = ((period.months, "month"), (period.days, "day"), (hours, "hour"), (rest // 60, "minute"))
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in counts if n) or "0 days"


def _leads_on(plan: Plan, agenda: Agenda, clock: str) -> bool:
    """Some clocks only count days for a reminder; this one has an arrow from the stage reached."""
    stages = [process.stages[agenda.stage] for process in plan.processes.values() if agenda.stage in process.stages]
    return any(clock in stage.arrows for stage in stages)


def _runs(clock: ClockState, now: datetime) -> bool:
    started = clock.started_at is not None and clock.started_at <= now
    return started and clock.at is not None and not clock.passed and clock.ended_by is None


def _clock(plan: Plan, clock: ClockState, now: datetime) -> str:
    if clock.at is None:
        return f"{clock.name} without a date"
    left = (local_date(clock.at, plan.timezone) - local_date(now, plan.timezone)).days
    name = clock.name if clock.item is None else f"{clock.name} of {clock.item}"
    if clock.paused_days is not None:
        return f"{name} paused, {_days(clock.paused_days)} remain"
    return f"{name} {_local(plan, clock.at)}, {_days(left)} left"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _local(plan: Plan, instant: datetime) -> str:
    return f"{instant.astimezone(zone_info(plan.timezone)):%Y-%m-%d %H:%M %Z}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
