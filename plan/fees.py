"""What something costs at an instant, and from when on it costs something else (domain.md, cases 31 and 32)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from pydantic import JsonValue

from plan.agenda import ClockState
from plan.calendar import start_of_day
from plan.conditions import evaluate, names
from plan.model import FeeStep, FieldSpec, Frozen, Plan
from plan.words import instant_words, value_words

MONEY = FieldSpec(type="money")


class Fee(Frozen):
    """The amounts as they read; empty where there is none, `next_on` the instant from which `next` holds."""

    now: str = ""
    next: str = ""
    next_on: str = ""


def fee(
    plan: Plan, steps: Sequence[FeeStep], clocks: Sequence[ClockState], values: Mapping[str, JsonValue], at: datetime
) -> Fee:
    """The step that holds at `at` and the one that follows, of those that are there for these values.

    `values` are told fields and `person.` attributes. A step from a deadline without a date is left out.
    """
    declared = names(plan, of_now=False)
    dated = [
        (begins, step)
        for step in steps
        if (begins := _begins(plan, step, clocks)) is not None
        and (step.if_ is None or evaluate(step.if_, declared, values, plan.timezone).holds)
    ]
    dated.sort(key=lambda one: one[0])
    current = [step for begins, step in dated if begins <= at]
    coming = [(begins, step) for begins, step in dated if begins > at]
    return Fee(
        now=value_words(MONEY, current[-1].amount) if current else "",
        next=value_words(MONEY, coming[0][1].amount) if coming else "",
        next_on=instant_words(coming[0][0], plan.timezone) if coming else "",
    )


def _begins(plan: Plan, step: FeeStep, clocks: Sequence[ClockState]) -> datetime | None:
    if isinstance(step.from_, date):
        return start_of_day(step.from_, plan.timezone)
    if step.from_ is None:
        return start_of_day(date(1900, 1, 1), plan.timezone)
    at = next((clock.at for clock in clocks if clock.name == step.from_ and clock.item is None), None)
    return None if at is None else at + timedelta(seconds=1)
