"""Rules on `becomes:`: the first instant in a cycle at which a condition over facts is true (plan.md 18)."""

from collections.abc import Iterator

from plan.conditions import holds
from plan.keys import stem
from plan.life import Life, Trigger
from plan.model import Plan, Rule
from plan.outcomes import Skipped
from plan.planned import Planned

ONCE = "#once"


def becoming(rule: Rule, plan: Plan, life: Life) -> Iterator[Planned]:
    """One occurrence at most. What was true when the journey started, or when the rule was launched, is `already_true`,
    unless the rule backfills.

    What is known of the person has no history: it counts as known from the start.
    """
    condition = rule.becomes or "false"
    met_at = max(life.journey.started_at, plan.launched.get(rule.name, life.journey.started_at))
    for at in life.changes():
        if holds(condition, plan, life.told_at(at), life.person):
            heard_at = max(at, met_at)
            trigger = Trigger(rule.name, ONCE, at, heard_at)
            already = at <= met_at and not rule.backfill
            dropped: Skipped | None = "already_true" if already else None
            key = stem(rule.name, None, ONCE, None)
            yield Planned(rule, key, heard_at, instant=heard_at, trigger=trigger, dropped=dropped)
            return
