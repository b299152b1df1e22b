"""What has happened to a journey: facts, and who the people of its roles are. Plain values, no behaviour."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from plan.model import Frozen

Suppressed = Literal["bounced", "invalid", "complained", "staff"]
Verdict = Literal["accepted", "waiting", "no_change", "duplicate", "refused", "late_event"]


class Journey(Frozen):
    """One person's passage through one process. Instants are aware UTC, on the journey's clock.

    `started_at` is the later of `created_at` and the arrival of the enrolment (plan.md 25). The last three are not the
    journey's own doing (10): a person was merged into another who has this passage already; the program closed.
    """

    id: str
    program: str
    process: str
    cycle: str
    person_id: str
    created_at: datetime
    started_at: datetime
    roles: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # role → person ids, bound by the enrolment
    duplicate_of: str | None = None  # the journey that goes on in its place
    program_closed: bool = False
    program_reopened_at: datetime | None = None  # when the last closure ended; None: never closed, or still closed


class Fact(Frozen):
    """Something that happened. `order` is the arrival order, unique in its journey and never reused."""

    id: str
    type: str
    at: datetime
    heard_at: datetime
    order: int
    item: str | None = None
    by: str | None = None  # role or role.person
    data: Mapping[str, JsonValue] = Field(default_factory=dict)


class Person(Frozen):
    """What deciding may know of a person: never the address itself, only whether there is one and a digest of it."""

    id: str
    zone: str | None = None
    locale: str | None = None
    attributes: Mapping[str, JsonValue] = Field(default_factory=dict)
    address_digest: str | None = None  # equal digests, equal addresses ignoring case; None: no address
    on_hold: bool = False
    released_at: datetime | None = None  # when the last hold ended; None: never held, or still held
    deceased: bool = False
    consents: frozenset[str] = frozenset()  # roles of third parties that the person agreed to inform
    opted_out: frozenset[str] = frozenset()  # optional notifications not wanted; "*": all of the program
    wanted_again: Mapping[str, datetime] = Field(default_factory=dict)  # what was opted out of, and until when
    suppressed: Suppressed | None = None  # why nothing may be sent to the address


class People(Frozen):
    """Everybody a journey may write to: people by id, and the program's role lists (role → person ids).

    Under the id of somebody merged into another stands the other, with an id of their own.
    """

    people: Mapping[str, Person] = Field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Sent(Frozen):
    """What the ledger says about one message of this journey.

    open: a row exists and nothing has left · held: the sender gave it back, `reason` says why
    cancelled: staff took it back, and it shall not be sent
    on_wire: handed over, answer not in · sent: accepted · unknown: may have been taken · failed: refused for good
    """

    key: str
    state: Literal["open", "held", "cancelled", "on_wire", "sent", "unknown", "failed"]
    at: datetime | None = None  # journey clock of the hand-over; None while open or held
    delivered_at: datetime | None = None  # when the reader's server took it, on the journey's clock; None: not known
    reason: str | None = None  # for held, failed and unknown; unknown because of "review": staff must say
    plan_version: str | None = None
