"""Notifications that are gone from a plan, and with them the memory of what they said (plan.md 34)."""

from plan.model import Plan


def vanished(before: Plan, after: Plan) -> tuple[str, ...]:
    """Names, former ones too, under which `before` knows its messages and `after` does not; in their order.

    A notification that was off already said nothing more, and may go.
    """
    kept = {*after.rules, *(name for rule in after.rules.values() for name in rule.was)}
    told = (name for rule in before.rules.values() if rule.state != "off" for name in (rule.name, *rule.was))
    return tuple(name for name in dict.fromkeys(told) if name not in kept)


def gone(name: str) -> str:
    """What is wrong with that, and what to write."""
    return (
        f"`{name}` is gone, so that what it said could be said again: write `was: {name}` at the notification that it "
        "is now, or keep it with `state: off` and `why:`"
    )
