"""Why somebody gets a message: the sentence at its foot."""

from plan.model import Plan
from plan.words import name_words


def why(plan: Plan, process: str | None) -> str:
    """`process`: the one that the message is about; None for a message that belongs to no journey."""
    if process is None:
        return f"You receive this because you take part in {plan.title}."
    return f"You receive this because of your {name_words(process)} with {plan.title}."
