"""A program's plan as data: parsed, checked, immutable. `plan.load` builds it from YAML; nothing here knows YAML."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from plan.period import Period

Purpose = Literal["announcement", "confirmation", "reminder", "inquiry", "request"]
FieldType = Literal["id", "choice", "number", "money", "date", "boolean", "person", "text"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

RESERVED_EVENTS: Final = frozenset(
    {
        "created",
        "touched",
        "retracted",
        "stage_set",
        "extension_granted",
        "told",
        "audit_selected",
        "cancel_requested",
        "delivery_failed",
        "all_answered",
    }
)


class Frozen(BaseModel):
    """Immutable, strict about names, and silent about the input in its errors (it may hold an address)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Mailbox(Frozen):
    """The program's own sender identity; an applicant's address never enters a plan."""

    name: str
    email: str
    reply_to: str | None = None


class SendWindow(Frozen):
    """When ordinary messages may leave, in local time; `opens` inclusive, `closes` exclusive."""

    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    opens: time = time(0, 0)
    closes: time | None = None  # None: the end of the day
    spread: timedelta = timedelta(0)  # messages of one opening are spread over this by a stable hash
    zone: Literal["plan", "person"] = "plan"


class FieldSpec(Frozen):
    """One declared field of an event, of `person` or of `told` (`told` may nest one level: `credits.earned`)."""

    type: FieldType
    choices: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # roles that may read it; empty: nobody but the one who gave it


class EventType(Frozen):
    """A declared event. `item` is the kind of item it names; `by` the role it comes from by default."""

    name: str
    item: str | None = None
    by: str | None = None
    data: Mapping[str, FieldSpec] = Field(default_factory=dict)


class Arrow(Frozen):
    """What one event or deadline does to a stage. `of` only for `all_answered`: the kind of item."""

    to: str
    of: str | None = None


class Stage(Frozen):
    """A stage and its arrows by event or deadline name; one without arrows is final."""

    name: str
    arrows: Mapping[str, Arrow] = Field(default_factory=dict)

    @property
    def final(self) -> bool:
        return not self.arrows


class Deadline(Frozen):
    """A named clock. Exactly one of `fixed`, `told`, `after` says where it starts.

    `after` names events or deadlines (`created` included); `plus` is counted in the plan's zone.
    Without `at` a deadline in whole days ends with its last local day (second 23:59:59).
    """

    name: str
    fixed: datetime | date | None = None  # a datetime is naive local time in the plan's zone
    told: str | None = None
    after: tuple[str, ...] = ()
    plus: Period = Period()
    at: time | None = None
    per_item: bool = False
    until: tuple[str, ...] = ()
    settle: timedelta = timedelta(hours=2)  # what its passing triggers leaves at least this much later


class ItemKind(Frozen):
    """The small lifecycle of a document, credit activity, finding or audit."""

    name: str
    start: str
    stages: Mapping[str, Stage]


class Process(Frozen):
    """One passage: stages with arrows, clocks, items; `linger` is how long a final journey still listens."""

    name: str
    start: str
    stages: Mapping[str, Stage]
    anywhere: Mapping[str, Arrow] = Field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = Field(default_factory=dict)
    items: Mapping[str, ItemKind] = Field(default_factory=dict)
    linger: timedelta = timedelta(days=90)


class Rule(Frozen):
    """One notification. Exactly one of `on`, `before`, `after`, `moved` is its trigger.

    `to` is in order of fallback (`payer or applicant`); `while_` None means plan.md 19's default.
    """

    name: str
    purpose: Purpose
    to: tuple[str, ...]
    on: str | None = None
    before: str | None = None
    after: str | None = None
    moved: str | None = None
    offsets: tuple[Period, ...] = ()  # as written, without a sign
    while_: tuple[str, ...] | None = None  # of the item for item rules
    stages: tuple[str, ...] | None = None  # of the process, for item rules
    in_: tuple[str, ...] | None = None
    covers: str | None = None
    at: time | None = None
    urgent: bool = False
    optional: bool = False
    lateness: Period | None = None
    when_unknown: Literal["resend", "review"] | None = None

    @property
    def ignores_window(self) -> bool:
        """Urgent messages, and confirmations, leave at any hour (plan.md 24)."""
        return self.urgent or self.purpose == "confirmation"


class Plan(Frozen):
    """A whole program. `version` is the hash of its canonical form, set by the loader."""

    program: str
    title: str
    version: str
    timezone: str
    sender: Mailbox
    window: SendWindow = SendWindow()
    links: Mapping[str, str] = Field(default_factory=dict)
    staff: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    person: Mapping[str, FieldSpec] = Field(default_factory=dict)
    told: Mapping[str, FieldSpec] = Field(default_factory=dict)  # nested names are dotted: "credits.earned"
    events: Mapping[str, EventType] = Field(default_factory=dict)
    processes: Mapping[str, Process]
    rules: Mapping[str, Rule]
    coverage: Mapping[str, str] = Field(default_factory=dict)
