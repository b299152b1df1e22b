"""The whole result of `decide`: what is due, what comes later, what will not come and why.

Built by the hundred and never stored or sent as they are, so most of these are plain tuples: nothing checks them twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pydantic import Field, JsonValue

from plan.facts import Verdict
from plan.model import Frozen, Purpose
from plan.outcomes import Outcome


class FactVerdict(Frozen):
    """How one fact was judged; `reason` is a sentence for anything but accepted."""

    verdict: Verdict
    reason: str | None = None


class ItemState(NamedTuple):
    """An item as it stands: its kind, its own stage and since when."""

    id: str
    kind: str
    stage: str
    entered_at: datetime


class ClockState(NamedTuple):
    """One clock, one entry an item for `per: item`. `at` is the named second (UTC), None when it cannot be computed."""

    name: str
    item: str | None = None
    at: datetime | None = None
    started_at: datetime | None = None
    passed: bool = False
    ended_by: str | None = None  # id of the fact that answered it
    extended: bool = False
    paused_days: int | None = None  # stands still, with so many days remaining
    problem: str | None = None  # why it has no date


class Occurrence(NamedTuple):
    """One planned sending of a rule to one recipient, settled or still to come."""

    key: str | None  # None only for not_triggered
    notification: str
    purpose: Purpose
    to: str  # role or role.person; a desk is its name
    outcome: Outcome
    person_id: str | None = None  # None for a desk, and for no_recipient
    reason: str | None = None  # from plan.outcomes; for not_triggered the name waited for
    because: str | None = None  # only for already_past
    detail: str | None = None  # a sentence when the reason alone does not explain itself
    at: datetime | None = None  # planned instant after the window, without spread
    leave_at: datetime | None = None  # with spread: when it becomes ready
    not_after: datetime | None = None  # reminders: past this instant it is too late
    closes_at: datetime | None = None  # the window opening it may leave in ends here; None: any hour
    item: str | None = None
    items: tuple[str, ...] = ()  # of a merged reminder, its own item included
    fact_id: str | None = None  # the fact that triggered it
    clock: str | None = None  # the deadline it counts from
    clock_at: datetime | None = None


class NextJourney(Frozen):
    """The journey that this one starts at `at`; `told` are the values that it begins with, by dotted names."""

    process: str
    at: datetime
    told: Mapping[str, JsonValue] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Derived from plan, facts, ledger and an instant; never stored, always recomputed."""

    stage: str
    entered_at: datetime
    final: bool
    items: tuple[ItemState, ...] = ()
    clocks: tuple[ClockState, ...] = ()
    verdicts: Mapping[str, FactVerdict] = field(default_factory=dict)  # fact id → verdict
    occurrences: tuple[Occurrence, ...] = ()  # in order of time; not_triggered last
    next_at: datetime | None = None  # when to look again; None: only a fact can change anything
    ends: bool = False
    following: NextJourney | None = None  # not started yet
    allowed: tuple[str, ...] = ()  # what the running clocks say may still be done
    told: Mapping[str, JsonValue] = field(default_factory=dict)  # dotted names → latest told values
    attention: tuple[str, ...] = ()  # sentences for staff

    def due(self) -> tuple[Occurrence, ...]:
        """What should leave now."""
        return tuple(o for o in self.occurrences if o.outcome == "ready")
