"""Whether every key does something where it stands: what would be ignored is said (plan.md 11, 18, 22, 23)."""

from plan.check import Case
from plan.model import Deadline, Process, Rule
from plan.words import length_words


def check_effects(case: Case) -> None:
    """Note keys of notifications and deadlines that would have no effect, or another than is written."""
    for rule in case.plan.rules.values():
        if rule.state != "off":
            _rule(case, rule)
    for process in case.plan.processes.values():
        for deadline in process.deadlines.values():
            _deadline(case, process, deadline)


def _rule(case: Case, rule: Rule) -> None:
    here = ("notifications", rule.name)
    if rule.idle is not None and not rule.idle.dated:
        sentence = f"`idle` counts whole days, not {length_words(rule.idle)}: write such as `idle: 14 days`"
        case.wrong(sentence, *here, "idle")
    if rule.every is not None and not rule.every.dated and rule.at is not None:
        case.wrong("`every:` in hours or less keeps its own time of day: leave `at` out", *here, "at")
    if rule.digest is not None and rule.at is not None:
        sentence = "a digest leaves when its time is over, whatever `at` says: leave `at` or `digest` out"
        case.wrong(sentence, *here, "at")
    if rule.digest is not None and rule.offsets:
        sentence = "`digest` gathers what leaves at once, not what `offsets` put off: leave one of the two out"
        case.wrong(sentence, *here, "digest")


def _deadline(case: Case, process: Process, deadline: Deadline) -> None:
    """A clock of hours keeps its time of day, so nothing moves its date."""
    if deadline.plus.dated:
        return
    here = ("processes", process.name, "deadlines", deadline.name)
    length = length_words(deadline.plus)
    if deadline.then is not None:
        case.wrong(f"`then` rolls on whole days, not {length}: write `plus` in days, or leave it out", *here, "then")
    if deadline.if_closed != "stay":
        sentence = f"`if_closed` moves a date, not what ends {length} after: write `plus` in days, or leave it out"
        case.wrong(sentence, *here, "if_closed")
