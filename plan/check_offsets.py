"""Whether offsets before a deadline can ever come: not before the clock has started, not once it has passed."""

from typing import Final

from plan.check import Case
from plan.check_paths import reached
from plan.model import Deadline, Process, Rule
from plan.names import clocks_of, item_kinds_of
from plan.period import Period
from plan.words import length_words

DAYS_OF_A_MONTH: Final = 30.436875
UNEVEN: Final = 3  # days that some months differ at most from as many of the mean length
WITHOUT_LATENESS: Final = Period(days=1)  # of reminders (26)
WEEK: Final = 7


def check_offsets(case: Case, rule: Rule) -> None:
    """Note what lies outside the clock that the rule counts towards."""
    if rule.before is not None:
        _too_early(case, rule, rule.before)
        _too_late(case, rule, rule.before)


def _too_early(case: Case, rule: Rule, name: str) -> None:
    """Offsets of reminders that lie before the start of their clock by more than their lateness."""
    clocks = clocks_of(case.plan, rule)
    if rule.purpose != "reminder" or not all(_certain(p, d) for p, d in clocks):
        return
    late = _longest(rule.lateness or WITHOUT_LATENESS) + 1 + (WEEK if len(set(case.plan.window.days)) < WEEK else 0)
    offsets = (min(rule.within, key=_longest),) if rule.within is not None else rule.offsets
    for offset in offsets:
        if all(_longer(offset, deadline.plus, late) for _, deadline in clocks):
            longest = max((deadline for _, deadline in clocks), key=lambda d: _longest(d.plus))
            start = " or ".join(f"`{event}`" for event in longest.after)
            sentence = (
                f"{length_words(offset)} before `{name}` is always before it starts: it is "
                f"{length_words(longest.plus)} after {start}; unless it is extended, this is never sent: "
                "write a shorter time"
            )
            case.wrong(sentence, "notifications", rule.name, "within" if rule.within is not None else "offsets")


def _certain(process: Process, deadline: Deadline) -> bool:
    """Whether its length is known before anybody is enrolled: it counts from an event, by months, days or hours."""
    others = (other for other in process.deadlines.values() if other is not deadline)
    return (
        bool(deadline.after)
        and not any(name in process.deadlines for name in deadline.after)
        and deadline.then is None
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


def _too_late(case: Case, rule: Rule, name: str) -> None:
    """Rules before a deadline in stages that only its passing leads to."""
    if not rule.while_ or item_kinds_of(case.plan, rule):
        return
    clocks = clocks_of(case.plan, rule)
    if clocks and all(_passed(process, deadline, rule.while_) for process, deadline in clocks):
        stages = " or ".join(f"`{stage}`" for stage in rule.while_)
        sentence = f"{stages} comes only after `{name}` has passed: write `after: {name}`, or a stage that comes before"
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
