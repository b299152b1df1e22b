"""Since when each notification of a program speaks: what lies before its launch is never said late (plan.md 18, 21)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from plan.model import Plan, Rule


def launched(before: Plan | None, since: Mapping[str, datetime], after: Plan, now: datetime) -> Mapping[str, datetime]:
    """`since` of the plan published `before`, carried on to `after`, which takes its place `now`.

    A notification that is new, comes to life, or has another trigger is launched now. Those of a program's first plan
    have no launch: they always spoke.
    """
    if before is None:
        return {}
    found: dict[str, datetime] = {}
    for rule in after.rules.values():
        earlier = next((before.rules[name] for name in (rule.name, *rule.was) if name in before.rules), None)
        if earlier is None or _speaks_of(earlier) != _speaks_of(rule):
            found[rule.name] = now
        elif earlier.name in since:
            found[rule.name] = since[earlier.name]
    return found


def _speaks_of(rule: Rule) -> tuple[Any, ...]:
    """What must stay the same for a notification to go on as it was; its offsets, stages and conditions may change."""
    trigger = (rule.on, rule.before, rule.after, rule.moved, rule.entered, rule.left, rule.idle, rule.becomes)
    return (rule.state, rule.in_, rule.of, *trigger)
