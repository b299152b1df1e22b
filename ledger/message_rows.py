"""A message as a value: to be queued, as it stands, and what a claim answers."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import AwareDatetime, Field, JsonValue

from ledger.row_machine import State
from plan.model import Frozen, Purpose


class NewMessage(Frozen):
    """A message to be sent: everything that deciding knows of it. `id` is a UUIDv7, `queued_at` wall clock."""

    id: str
    journey_id: str
    key: str
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

    Wall clock: queued_at, changed_at, sent_at (accepted). The journey's: planned_at, not_after, closes_at, held_at,
    tried_at (last claim), journey_sent_at (hand-over). The database's: lease_until. `attempt` counts claims.
    """

    template_version: str | None
    state: State
    reason: str | None
    detail: str | None
    fence: int
    attempt: int
    lease_until: AwareDatetime | None
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


class Claimed(Frozen):
    """This attempt, `row.attempt`, may send the message until its lease is over."""

    row: MessageRow


class Busy(Frozen):
    """Another attempt holds the row: `until` by the database's clock, which is `left` from now."""

    until: AwareDatetime
    left: timedelta


class Gone(Frozen):
    """Nothing to claim: the row is in `state` ("missing": there is none), or open under another fence."""

    state: str
    row: MessageRow | None = None


class AttemptRow(Frozen):
    """One hand-over. `clock` is the journey's, the rest wall clock; without an outcome it is under way, or was lost."""

    message_id: str
    attempt: int
    fence: int
    transport: str
    address: str
    plan_version: str
    template_version: str | None
    clock: AwareDatetime
    on_wire_at: AwareDatetime
    outcome: str | None
    detail: str | None
    provider_id: str | None
    ended_at: AwareDatetime | None
