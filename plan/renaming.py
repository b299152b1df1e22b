"""A rule that got another name keeps its history: its messages count as the new rule's (plan.md 34)."""

from collections.abc import Iterable

from plan.facts import Sent
from plan.model import Plan


def under_new_names(plan: Plan, sent: Iterable[Sent]) -> tuple[Sent, ...]:
    """The rows with their keys as the plan spells them now; where both names have one, what left counts."""
    new = {name: rule.name for rule in plan.rules.values() for name in rule.was if name not in plan.rules}
    if not new:
        return tuple(sent)
    found: dict[str, Sent] = {}
    for row in sent:
        key = _renamed(row.key, new)
        if key not in found or found[key].at is None:
            found[key] = row if key == row.key else row.model_copy(update={"key": key})
    return tuple(found.values())


def _renamed(key: str, new: dict[str, str]) -> str:
    end = next((n for n, char in enumerate(key) if char in ":@#~"), len(key))
    return new.get(key[:end], key[:end]) + key[end:]
