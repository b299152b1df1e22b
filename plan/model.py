"""A program's plan as data: parsed, checked, immutable. `plan.load` builds it from YAML; nothing here knows YAML."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from plan.period import Period

Purpose = Literal["announcement", "confirmation", "reminder", "inquiry", "request"]
EvenIf = Literal["withdrawn", "on_hold", "program_closed"]
FieldType = Literal["id", "choice", "number", "money", "date", "boolean", "person", "text"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

OF_A_PERSON: Final = frozenset({"address_changed", "hold", "released", "deceased", "merged"})  # plan.md 10
RESERVED_EVENTS: Final = OF_A_PERSON | frozenset(
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
        "journey_reopened",
        "next_started",
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


class BusinessCalendar(Frozen):
    """Days on which the program's office is shut, besides weekends; it closes no send window (plan.md 24)."""

    holidays: str | None = None  # a country, or country-subdivision, of the `holidays` package: "US", "US-NY"
    closed: tuple[tuple[date, date], ...] = ()  # spans, both days included


class FeeStep(Frozen):
    """One amount of a fee, such as "210.00 USD", from a deadline's passing or a date on; the first has neither."""

    amount: str
    from_: str | date | None = None
    if_: str | None = None  # CEL: the step is there only for whom it holds


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
    """What one event or deadline does to a stage. `of` only for `all_answered`: the kind of item; `if_` is CEL."""

    to: str
    of: str | None = None
    if_: str | None = None


class Stage(Frozen):
    """A stage and its arrows by event or deadline name; one without arrows is final."""

    name: str
    arrows: Mapping[str, Arrow] = Field(default_factory=dict)

    @property
    def final(self) -> bool:
        return not self.arrows


class Roll(Frozen):
    """`then:` of a deadline, forward to the next such date at or after the one computed (plan.md 11)."""

    to: Literal["end_of_month", "first_of_month", "end_of_birth_month", "anniversary", "date"]
    months: int = 0  # end_of_month, first_of_month: of the k-th month after
    of: str | None = None  # anniversary, end_of_birth_month: a date field of the person
    dates: tuple[tuple[int, int], ...] = ()  # date: (month, day) pairs of every year; 29 February is the 28th between


class Deadline(Frozen):
    """A named clock. Exactly one of `fixed`, `told`, `after`, `after_sent` says where it starts.

    `after` names events or deadlines (`created` included); `plus` is counted in the plan's zone, business days last.
    The date is rolled by `then`, moved off a closed day by `if_closed`, and given its time of day, in this order.
    Without `at` a deadline in whole days ends with its last local day (second 23:59:59).
    """

    name: str
    fixed: datetime | date | None = None  # a datetime is naive local time in the plan's zone
    told: str | None = None
    after: tuple[str, ...] = ()
    after_sent: str | None = None  # a rule: counts from the hand-over of its first message
    plus: Period = Period()
    business_days: int = 0  # of `plus`; the first is the day after
    then: Roll | None = None
    if_closed: Literal["stay", "next", "previous"] = "stay"
    every: Period | None = None  # comes again at this distance, each instance counted from the original date
    at: time | None = None
    per_item: bool = False
    until: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()  # clocks that stand still, in whole local dates, while this one runs
    waits_for: str | None = None  # a rule whose message must be delivered before this clock starts
    allows: tuple[str, ...] = ()  # what may still be done in it, in the program's own words
    settle: timedelta = timedelta(hours=2)  # what its passing triggers leaves at least this much later


class ItemKind(Frozen):
    """The small lifecycle of a document, credit activity, finding or audit."""

    name: str
    start: str
    stages: Mapping[str, Stage]


class AuditDraw(Frozen):
    """A fair, reproducible draw at an event, once a cycle: hash(seed, journey id) below `share` (plan.md 36)."""

    share: float = Field(ge=0, le=1)
    on: str
    seed: str
    item: str = "audit"


class Next(Frozen):
    """The journey that an ending one starts: at once, or a while `after` the final stage was entered.

    `keep` names told fields that are carried over, such as the credits that remain. `tells` gives told fields the date
    of a deadline, as it stands then: the end of this cycle, from which the next one counts.
    """

    process: str
    after: Period = Period()
    keep: tuple[str, ...] = ()
    tells: Mapping[str, str] = Field(default_factory=dict)  # told field → deadline


class Process(Frozen):
    """One passage: stages with arrows, clocks, items; `linger` is how long a final journey still listens."""

    name: str
    start: str
    stages: Mapping[str, Stage]
    anywhere: Mapping[str, Arrow] = Field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = Field(default_factory=dict)
    items: Mapping[str, ItemKind] = Field(default_factory=dict)
    linger: timedelta = timedelta(days=90)
    audit: AuditDraw | None = None
    next: Mapping[str, Next] = Field(default_factory=dict)  # final stage → what it starts
    credits: Literal["told", "sum"] = "told"  # sum: approved items' `credits` are added up (plan.md 7)


class Rule(Frozen):
    """One notification. Its trigger is one of `on`, `before`, `after`, `moved`, `entered`, `left`, `idle`, `becomes`.

    One with `corrects` instead follows from messages of other rules. `to` is in order of fallback (`payer or
    applicant`); `while_` None means plan.md 19's default.
    """

    name: str
    purpose: Purpose
    to: tuple[str, ...]
    on: str | None = None
    before: str | None = None
    after: str | None = None
    moved: str | None = None
    entered: str | None = None
    left: str | None = None
    idle: Period | None = None  # without a touch; `of` an item in its start stage, else of the journey
    becomes: str | None = None  # CEL over facts only: the first instant it is true in a cycle
    backfill: bool = False  # of `becomes`: also where it was true already
    of: str | None = None  # idle: the kind of item; on delivery_failed: the rule
    repeat: int = 1  # of `idle`: at 1…n times the span
    offsets: tuple[Period, ...] = ()  # as written, without a sign
    every: Period | None = None  # of before and after: again and again, at most `limit` times
    limit: int = 52
    elapsed: tuple[int, ...] = ()  # of before: percent of the clock's length that have gone by, in place of offsets
    within: tuple[Period, Period] | None = None  # of before and after: anywhere in this span, the farther end first
    while_: tuple[str, ...] | None = None  # of the item for item rules
    stages: tuple[str, ...] | None = None  # of the process, for item rules
    in_: tuple[str, ...] | None = None
    covers: str | None = None
    at: time | None = None
    urgent: bool = False
    optional: bool = False
    lateness: Period | None = None
    when_unknown: Literal["resend", "review"] | None = None
    if_: str | None = None  # CEL, evaluated until the message is on the wire
    state: Literal["live", "test", "draft", "off"] = "live"
    why: str | None = None  # of a rule that is off
    digest: timedelta | None = None  # `on:` messages of this span are folded into one
    even_if: tuple[EvenIf, ...] = ()
    corrects: tuple[str, ...] = ()  # rules whose message may prove to have spoken of what never was
    was: tuple[str, ...] = ()  # the rule's former names
    template: str | None = None  # another rule's

    @property
    def ignores_window(self) -> bool:
        """Urgent messages, and confirmations, leave at any hour (plan.md 24)."""
        return self.urgent or self.purpose == "confirmation"


class Plan(Frozen):
    """A whole program. `version` is the hash of its canonical form, set by the loader.

    `launched` is no part of it: since when rules speak, for those that were published later than the first plan.
    """

    program: str
    title: str
    version: str
    timezone: str
    sender: Mailbox
    window: SendWindow = SendWindow()
    calendar: BusinessCalendar = BusinessCalendar()
    fees: Mapping[str, tuple[FeeStep, ...]] = Field(default_factory=dict)
    links: Mapping[str, str] = Field(default_factory=dict)
    staff: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    person: Mapping[str, FieldSpec] = Field(default_factory=dict)
    told: Mapping[str, FieldSpec] = Field(default_factory=dict)  # nested names are dotted: "credits.earned"
    events: Mapping[str, EventType] = Field(default_factory=dict)
    processes: Mapping[str, Process]
    rules: Mapping[str, Rule]
    coverage: Mapping[str, str] = Field(default_factory=dict)
    launched: Mapping[str, datetime] = Field(default_factory=dict)

    def template_of(self, rule: str) -> str:
        """Whose text a rule's messages have: its own, or the one that it borrows."""
        found = self.rules.get(rule)
        return (found.template if found is not None else None) or rule
