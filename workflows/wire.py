"""The recorded format: everything that a journey's history holds, read back from old markers for years.

Strings, not enums. Every field has a default. Unknown fields are ignored. Fields are only ever added, and a field added
later must, when absent, give the commands of before. Activities are registered under the names here. Nothing here may
carry a name, an address or free text.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter

DATA_CONVERTER: Final = pydantic_data_converter  # one for starter, worker, replayer and tests

WORKFLOW: Final = "Journey"
MESSAGE: Final = "Message"
DECIDE: Final = "decide"
NOTIFY: Final = "notify"
WITHDRAW: Final = "withdraw"
JOURNEYS: Final = "waypost-journeys"  # task queue of workflows and of decide
MAIL: Final = "waypost-mail"  # task queue of notify and withdraw
UPKEEP_WORKFLOW: Final = "Upkeep"
UPKEEP: Final = "upkeep"
UPKEEP_QUEUE: Final = "waypost-upkeep"  # task queue of the activity of that name
KERNEL: Final = 1  # raised when a journey should continue as new under changed code

PROGRAM: Final = SearchAttributeKey.for_keyword("Program")
PROCESS: Final = SearchAttributeKey.for_keyword("Process")
STAGE: Final = SearchAttributeKey.for_keyword("Stage")
FLAGS: Final = SearchAttributeKey.for_keyword_list("Flags")
DUE_AT: Final = SearchAttributeKey.for_datetime("DueAt")
PLAN_VERSION: Final = SearchAttributeKey.for_keyword("PlanVersion")
PERSON_ID: Final = SearchAttributeKey.for_keyword("PersonId")
SEARCH_ATTRIBUTES: Final = (
    PROGRAM,
    PROCESS,
    STAGE,
    FLAGS,
    DUE_AT,
    PLAN_VERSION,
    PERSON_ID,
)


class Recorded(BaseModel):
    """Base of what history holds. Not a behaviour, a configuration: frozen, tolerant, silent about its input."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Event(Recorded):
    """An arrival in the inbox. `n` counts arrivals over the journey's whole life, wrong ones included."""

    n: int = 0
    type: str = ""
    id: str | None = None  # only an explicit id deduplicates
    at: datetime | None = None  # None: the journey's clock when heard
    heard_at: datetime | None = None
    item: str | None = None
    by: str | None = None
    data: Mapping[str, JsonValue] = Field(default_factory=dict)
    size: int = 0  # bytes of the payload, and the first 12 digits of its SHA-256: all that is shown if it is refused
    hash: str = ""


class Rejected(Recorded):
    """An arrival that could not be read as an event: what staff are shown of it, never its content."""

    n: int = 0
    name: str = ""  # escaped, at most 64 characters
    size: int = 0  # bytes
    hash: str = ""  # first 12 digits of SHA-256
    reason: str = ""
    at: datetime | None = None


class Judged(Recorded):
    """The verdict about one event: accepted, waiting, no_change, duplicate, refused or late_event."""

    n: int = 0
    verdict: str = ""
    reason: str | None = None


class Due(Recorded):
    """A message to send now: its row exists and is claimed by (message_id, fence)."""

    key: str = ""
    message_id: str = ""
    fence: int = 0
    not_after: datetime | None = None
    summary: str = ""  # one line for the Web UI's timeline


class Outcome(Recorded):
    """How a send ended: sent, missed, given_back, failed, unknown, cancelled, or error (the activity itself failed)."""

    key: str = ""
    result: str = ""
    reason: str | None = None
    again_at: datetime | None = None  # of one given back: when it may leave, if whoever sends knows that


class DecideRequest(Recorded):
    """Input of the local activity `decide`; local activity inputs are not stored in the history."""

    journey: str = ""
    wake: int = 0
    history_length: int = 0
    kernel: int = KERNEL
    now: datetime | None = None
    events: tuple[Event, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    in_flight: tuple[str, ...] = ()
    status: str = ""  # what the kernel shows now; the answer repeats neither
    upcoming: tuple[str, ...] = ()


class Decision(Recorded):
    """What `decide` answers, one marker in the history: a delta, at most 1 KB with one due key, 8 KB with fifty."""

    stage: str = ""
    judged: tuple[Judged, ...] = ()
    due: tuple[Due, ...] = ()  # keys in flight are not repeated; more may be due than named
    stop: tuple[str, ...] = ()  # in flight and no longer wanted; their rows are cancelled already
    next_at: datetime | None = None
    next_summary: str = ""
    status: str | None = None  # None: unchanged
    upcoming: tuple[str, ...] | None = None  # None: unchanged; at most five lines of 80 characters
    problems: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    due_at: datetime | None = None
    plan_version: str = ""
    held: int = 0
    end: bool = False
    renew: bool = False


class SendRequest(Recorded):
    """Input of the activities `notify` and `withdraw`. `journey`: the workflow that asks, a message's own too."""

    journey: str = ""
    key: str = ""
    message_id: str = ""
    fence: int = 0  # 0: whichever the row has; nobody else speaks for a message of its own


class MessageInput(Recorded):
    """Argument of the workflow `message:<id>`, at the start and at every continue-as-new."""

    message_id: str = ""
    key: str = ""
    summary: str = ""  # one line for the Web UI's timeline
    renew_after: int = 0  # continue as new at this many events; 0: when the server suggests it


class JourneyState(Recorded):
    """What continue-as-new carries, at most 32 KB: no judged fact, no plan, nobody's name."""

    schema_number: int = 1
    wake: int = 0
    arrivals: int = 0
    inbox: tuple[Event, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rejected_count: int = 0
    recent: tuple[str, ...] = ()  # last ten events, one line each
    stage: str = ""
    status: str = ""
    upcoming: tuple[str, ...] = ()
    plan_version: str = ""
    idle_rounds: int = 0


class JourneyInput(Recorded):
    """Argument of the workflow, at the start and at every continue-as-new."""

    program: str = ""
    process: str = ""
    cycle: str = ""
    person: str = ""
    state: JourneyState | None = None
    renew_after: int = 0  # continue as new at this many events; 0: when the server suggests it
    kernel: int = 1  # the kernel under which this run began


class UpkeepInput(Recorded):
    """Which job of upkeep to do: reconcile, or suppressions."""

    job: str = ""


class UpkeepReport(Recorded):
    """What a job found and did, counted by rule; no id of a person among it."""

    found: Mapping[str, int] = Field(default_factory=dict)
    done: Mapping[str, int] = Field(default_factory=dict)


class Snapshot(Recorded):
    """Answer of the query `snapshot`."""

    journey: str = ""
    stage: str = ""
    status: str = ""
    next_at: datetime | None = None
    upcoming: tuple[str, ...] = ()
    in_flight: tuple[str, ...] = ()
    held: int = 0
    flags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rejected_count: int = 0
    wake: int = 0
    plan_version: str = ""


class Answer(Recorded):
    """Answer of the update: a verdict of `Judged`, or recorded when it is not judged yet."""

    verdict: str = "recorded"
    stage: str = ""
    reason: str | None = None


def activity_id(key: str) -> str:
    """The id under which a message's send is seen in the history; the server's limit is 255, a pending id is unique."""
    return key if len(key) <= 200 else f"{key[:160]}~{sha256(key.encode()).hexdigest()[:16]}"


def message_workflow_id(message_id: str) -> str:
    """The id of the workflow that drives a message of no journey's plan."""
    return f"message:{message_id}"


def journey_id(program: str, person: str, process: str, cycle: str) -> str:
    """The workflow id. Colons: slashes would shut out the server's HTTP API."""
    return f"journey:{program}:{person}:{process}:{cycle}"
