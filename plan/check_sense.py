"""Whether notifications make sense: what can never be sent, what nothing would stop, what is said twice (plan.md 18).

Asked only of a plan whose names are right. Whatever is not certain from the plan alone is left alone.
"""

from collections.abc import Iterator
from typing import Final

from plan.check import Case
from plan.check_paths import check_paths, reached
from plan.conditions import evaluate, names
from plan.model import Deadline, Plan, Process, Rule
from plan.names import arrows, clock_of, item_kinds_of, processes_of
from plan.period import Period
from plan.problem import clip
from plan.roles import NOBODY, PEOPLE

DAYS_OF_A_MONTH: Final = 30.436875
UNEVEN: Final = 3  # days that some months differ at most from as many of the mean length
WITHOUT_LATENESS: Final = Period(days=1)  # of reminders (26)
WEEK: Final = 7


def check_sense(case: Case) -> None:
    """Note what refers to something and still cannot be meant."""
    check_paths(case)
    for rule in case.plan.rules.values():
        if rule.state == "off":
            continue
        _too_early(case, rule)
        _unstoppable(case, rule)
        _too_late(case, rule)
        _never_true(case, rule)
        _unheld(case, rule)
    _doubled(case)


def _clocks(plan: Plan, rule: Rule) -> list[tuple[Process, Deadline]]:
    """The clock that a rule counts from, in each of its processes that has it."""
    name = clock_of(rule)
    return [(p, p.deadlines[name]) for p in processes_of(plan, rule) if name in p.deadlines] if name else []


def _too_early(case: Case, rule: Rule) -> None:
    """Offsets of reminders that lie before the start of their clock by more than their lateness."""
    clocks = _clocks(case.plan, rule)
    if rule.before is None or rule.purpose != "reminder" or not all(_certain(p, d) for p, d in clocks):
        return
    late = _longest(rule.lateness or WITHOUT_LATENESS) + 1 + (WEEK if len(set(case.plan.window.days)) < WEEK else 0)
    offsets = (min(rule.within, key=_longest),) if rule.within is not None else rule.offsets
    for offset in offsets:
        if all(_longer(offset, deadline.plus, late) for _, deadline in clocks):
            longest = max((deadline for _, deadline in clocks), key=lambda d: _longest(d.plus))
            start = " or ".join(f"`{name}`" for name in longest.after)
            sentence = (
                f"{said(offset)} before `{rule.before}` is always before it starts: it is {said(longest.plus)} after "
                f"{start}; unless it is extended, this is never sent: write a shorter time"
            )
            case.wrong(sentence, "notifications", rule.name, "within" if rule.within is not None else "offsets")


def _certain(process: Process, deadline: Deadline) -> bool:
    """Whether its length is known before anybody is enrolled: it counts from an event, by months, days or hours."""
    others = (other for other in process.deadlines.values() if other is not deadline)
    return (
        bool(deadline.after)
        and not any(name in process.deadlines for name in deadline.after)
        and deadline.then is None
        and deadline.told is None
        and deadline.every is None
        and deadline.waits_for is None
        and not deadline.business_days
        and deadline.if_closed == "stay"
        and not any(deadline.name in other.pauses for other in others)
    )


def _longest(period: Period) -> float:
    uneven = UNEVEN if period.months else 0
    return period.months * DAYS_OF_A_MONTH + uneven + period.days + period.seconds / 86_400


def _longer(one: Period, other: Period, by: float) -> bool:
    """Whether `one` is longer by more than `by` days, whatever the months are."""
    months = one.months - other.months
    least = months * DAYS_OF_A_MONTH - (2 * UNEVEN if months else 0)
    return least + one.days - other.days + (one.seconds - other.seconds) / 86_400 > by


def _unstoppable(case: Case, rule: Rule) -> None:
    """Reminders of a clock that nothing answers and that leads nowhere: only the end of the journey stops them."""
    if rule.purpose != "reminder" or not (rule.before or rule.after) or rule.while_ or rule.stages or rule.if_:
        return
    clocks = _clocks(case.plan, rule)
    if clocks and not any(deadline.until or _leads(process, deadline.name) for process, deadline in clocks):
        name = clocks[0][1].name
        stage = clocks[0][0].start
        sentence = (
            f"nothing stops `{rule.name}`: `{name}` has neither `until:` nor an arrow; write when it makes sense, "
            f"such as `while: {stage}`, or what answers it, `until:`, at `{name}`"
        )
        kinds = item_kinds_of(case.plan, rule)
        if kinds:
            sentence = (
                f"nothing stops `{rule.name}`: `{name}` has neither `until:` nor an arrow; write what answers it, "
                f"`until:`, at `{name}`"
            )
        case.wrong(sentence, "notifications", rule.name)


def _leads(process: Process, name: str) -> bool:
    stages = [*process.stages.values(), *(s for kind in process.items.values() for s in kind.stages.values())]
    return name in process.anywhere or any(name == event for event, _ in arrows(stages))


def _too_late(case: Case, rule: Rule) -> None:
    """Rules before a deadline in stages that only its passing leads to."""
    if rule.before is None or not rule.while_ or item_kinds_of(case.plan, rule):
        return
    clocks = _clocks(case.plan, rule)
    if clocks and all(_passed(process, deadline, rule.while_) for process, deadline in clocks):
        stages = " or ".join(f"`{name}`" for name in rule.while_)
        sentence = (
            f"{stages} comes only after `{rule.before}` has passed: write `after: {rule.before}`, or a stage that "
            "comes before"
        )
        case.wrong(sentence, "notifications", rule.name, "while")


def _passed(process: Process, deadline: Deadline, stages: tuple[str, ...]) -> bool:
    """Whether the clock, which starts once, must have passed in each of these stages."""
    if deadline.after != ("created",) or deadline.every is not None:
        return False
    later = {deadline.name}
    while more := {d.name for d in process.deadlines.values() if d.after and later.issuperset(d.after)} - later:
        later |= more
    own = [stage for stage in stages if stage in process.stages]
    return not reached(process, later).intersection(own)


def _never_true(case: Case, rule: Rule) -> None:
    """Conditions that name nothing and do not hold."""
    for key, condition, of_now in (("if", rule.if_, True), ("becomes", rule.becomes, False)):
        if condition:
            answer = evaluate(condition, names(case.plan, of_now=of_now), {}, case.plan.timezone)
            if not answer.read and not answer.holds:
                sentence = f"the condition `{clip(condition)}` never holds: compare something told, or leave it out"
                case.wrong(sentence, "notifications", rule.name, key)


def _unheld(case: Case, rule: Rule) -> None:
    """Roles that only an event puts somebody into, and no process of the rule can hear that event."""
    for role in rule.to:
        if role in PEOPLE | case.plan.staff.keys() | {NOBODY}:
            continue
        events = [e.name for e in case.plan.events.values() if role in e.data and e.data[role].type == "person"]
        if not any(_hears(case.plan, process, event) for process in processes_of(case.plan, rule) for event in events):
            heard = " or ".join(f"`{event}`" for event in events)
            sentence = (
                f"nobody can hold the role `{role}`: only {heard} names who it is, and no process of "
                f"`{rule.name}` has that event; write an arrow for it, or another role"
            )
            case.wrong(sentence, "notifications", rule.name, "to")


def _hears(plan: Plan, process: Process, event: str) -> bool:
    """Whether the event can be told to the process: an arrow of its own, or none anywhere."""
    everywhere = [_leads(one, event) for one in plan.processes.values()]
    return _leads(process, event) or not any(everywhere)


def _doubled(case: Case) -> None:
    """Rules that say the same at the same time to the same people."""
    first: dict[str, str] = {}
    for rule in case.plan.rules.values():
        if rule.state in {"off", "draft"}:
            continue
        for process in sorted(p.name for p in processes_of(case.plan, rule)):
            other = first.setdefault(f"{process} {_meaning(rule)}", rule.name)
            if other != rule.name:
                sentence = f"`{rule.name}` goes out whenever `{other}` does, to the same people: keep one of them"
                case.wrong(sentence, "notifications", rule.name)
                break


def _meaning(rule: Rule) -> str:
    own = {"name", "in_", "covers", "was", "template", "why", "urgent", "optional", "lateness", "when_unknown"}
    return rule.model_dump_json(exclude=own, exclude_defaults=True)


def said(period: Period) -> str:
    """The span in the words of a plan: 1 year 6 months."""
    return " ".join(_words(period)) or "0 days"


def _words(period: Period) -> Iterator[str]:
    years, months = divmod(period.months, 12)
    hours, rest = divmod(period.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((years, "year"), (months, "month"), (period.days, "day"))
    timed = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    yield from (f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in (*parts, *timed) if count)
