"""A message as a value: to be queued, as it stands, and what a claim answers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field, JsonValue

from ledger.row_machine import State
from plan.model import Frozen, Purpose

Source = Literal["plan", "broadcast", "staff", "outside"]  # who had it sent
Channel = Literal["email", "letter", "call"]
# undelivered: staff know that its reader does not have it
Delivery = Literal["processed", "deferred", "delivered", "blocked", "bounced", "dropped", "undelivered"]
Evidence = Literal["repeatable", "events", "none"]  # what settles a hand-over without an answer


class NewMessage(Frozen):
    """A message to be sent: everything that deciding knows of it. `id` is a UUIDv7, `queued_at` wall clock.

    One of a journey's plan has the key of its occurrence; a copy sent again by hand has that key and `+n`. Without a
    journey the key is `adhoc#id` or `broadcast#id`, and `rule` is the part before the `#`.
    """

    id: str
    program: str
    journey_id: str | None
    key: str
    source: Source = "plan"
    channel: Channel = "email"
    by: str | None = None  # who had it sent, when no plan did
    rule: str
    purpose: Purpose
    to: str  # role or role.person; a desk is its name
    person_id: str | None = None  # None for a desk
    item: str | None = None
    plan_version: str
    planned_at: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    fields: Mapping[str, JsonValue] = Field(default_factory=dict)  # instants, ids, fact ids; no names
    when_unknown: str | None = None
    queued_at: AwareDatetime


class MessageRow(NewMessage):
    """A message as it stands.

    Wall clock: queued_at, changed_at, sent_at (accepted), and from delivered_at to unsubscribed_at the first of each
    that was reported. The journey's: planned_at, not_after, closes_at, held_at, tried_at (last claim), journey_sent_at
    (hand-over). The database's: lease_until, next_at (not to be tried or settled before). `attempt` counts claims.
    `delivery` is the furthest that providers reported, `failure` the class of what failed; `doubled`: two copies left.
    """

    template_version: str | None
    state: State
    reason: str | None
    detail: str | None
    fence: int
    attempt: int
    lease_until: AwareDatetime | None
    next_at: AwareDatetime | None
    held_reason: str | None
    held_detail: str | None
    held_basis: str | None
    held_at: AwareDatetime | None
    changed_at: AwareDatetime
    tried_at: AwareDatetime | None
    sent_at: AwareDatetime | None
    journey_sent_at: AwareDatetime | None
    address: str | None
    subject: str | None
    provider_id: str | None
    delivery: Delivery | None
    failure: str | None
    delivered_at: AwareDatetime | None
    failed_at: AwareDatetime | None
    opened_at: AwareDatetime | None  # by a person, as far as the provider can tell
    machine_opened_at: AwareDatetime | None
    clicked_at: AwareDatetime | None
    viewed_at: AwareDatetime | None
    complained_at: AwareDatetime | None
    unsubscribed_at: AwareDatetime | None
    doubled: bool


class Claimed(Frozen):
    """This attempt, `row.attempt`, may send the message until its lease is over."""

    row: MessageRow


class Busy(Frozen):
    """Another attempt holds the row, or it must rest: `until` by the database's clock, which is `left` from now."""

    until: AwareDatetime
    left: timedelta


class Gone(Frozen):
    """Nothing to claim: the row is in `state` ("missing": there is none), or open under another fence."""

    state: str
    row: MessageRow | None = None


class AttemptRow(Frozen):
    """One hand-over. Without an outcome it is under way, or was lost; `evidence_at`: a provider spoke of it.

    `bypassed` is the list of the provider's that the message was to pass by: "unsubscribed" or none.

    `clock` is the journey's, `on_wire_at` the database's, the rest wall clock.
    """

    message_id: str
    attempt: int
    fence: int
    transport: str
    address: str
    plan_version: str
    template_version: str | None
    evidence: Evidence
    clock: AwareDatetime
    on_wire_at: AwareDatetime
    outcome: str | None
    detail: str | None
    provider_id: str | None
    ended_at: AwareDatetime | None
    evidence_at: AwareDatetime | None
    bypassed: str | None


def original(key: str) -> str:
    """The key of the message that a copy sent by hand is of: without its `+n`."""
    head, plus, _ = key.rpartition("+")
    return head if plus else key
