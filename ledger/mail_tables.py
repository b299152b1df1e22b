"""The tables of messages: what was to be sent, every hand-over, what providers reported, and who is not written to.

`ledger.tables` says whose clock each instant is on.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.columns import ID, JSON, Instant
from ledger.tables import journey, metadata, person

OPEN: Final = "state NOT IN ('accepted', 'failed', 'cancelled', 'expired')"
STATES: Final = (
    "state IN ('queued', 'claimed', 'on_wire', 'accepted', 'retry', 'unknown', 'review', 'failed', 'cancelled', "
    "'expired')"
)

message: Final = Table(
    "message",
    metadata,
    Column("id", ID, primary_key=True),
    Column("program", ID, nullable=False),
    Column("journey_id", ID, ForeignKey(journey.c.id)),
    Column("key", ID, nullable=False),
    Column("source", ID, nullable=False),
    Column("channel", ID, nullable=False),
    Column("by", ID),
    Column("rule", ID, nullable=False),
    Column("purpose", ID, nullable=False),
    Column("to", ID, nullable=False),
    Column("person_id", ID),
    Column("item", ID),
    Column("plan_version", ID, nullable=False),
    Column("template_version", ID),
    Column("state", ID, nullable=False),
    Column("reason", ID),
    Column("detail", Text),
    Column("fence", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("planned_at", Instant),
    Column("not_after", Instant),
    Column("closes_at", Instant),
    Column("lease_until", Instant),
    Column("next_at", Instant),
    Column("fields", JSON, nullable=False),
    Column("when_unknown", ID),
    Column("held_reason", ID),
    Column("held_detail", Text),
    Column("held_basis", ID),
    Column("held_at", Instant),
    Column("queued_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("tried_at", Instant),
    Column("sent_at", Instant),
    Column("journey_sent_at", Instant),
    Column("address", Text),
    Column("subject", Text),
    Column("provider_id", ID),
    Column("delivery", ID),
    Column("failure", ID),
    Column("delivered_at", Instant),
    Column("failed_at", Instant),
    Column("opened_at", Instant),
    Column("machine_opened_at", Instant),
    Column("clicked_at", Instant),
    Column("viewed_at", Instant),
    Column("complained_at", Instant),
    Column("unsubscribed_at", Instant),
    Column("doubled", Boolean, nullable=False, server_default=sa.false()),
    UniqueConstraint("journey_id", "key"),
    CheckConstraint(sa.text(STATES), name="state"),
    Index(None, "person_id", "id"),
    Index(None, "program", "id"),
    Index(None, "address", "id"),
    Index("ix_message_open", "changed_at", "id", sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN)),
    Index(
        "uq_message_key_alone",
        "key",
        unique=True,
        sqlite_where=sa.text("journey_id IS NULL"),
        postgresql_where=sa.text("journey_id IS NULL"),
    ),
)

message_body: Final = Table(
    "message_body",
    metadata,
    Column("message_id", ID, ForeignKey(message.c.id), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("kept_at", Instant, nullable=False),
)

attempt: Final = Table(
    "attempt",
    metadata,
    Column("message_id", ID, ForeignKey(message.c.id), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("fence", Integer, nullable=False),
    Column("transport", ID, nullable=False),
    Column("address", Text, nullable=False),
    Column("plan_version", ID, nullable=False),
    Column("template_version", ID),
    Column("evidence", ID, nullable=False, server_default="none"),
    Column("clock", Instant, nullable=False),
    Column("on_wire_at", Instant, nullable=False),
    Column("outcome", ID),
    Column("detail", Text),
    Column("provider_id", ID),
    Column("ended_at", Instant),
    Column("evidence_at", Instant),
    Column("bypassed", ID),
    Index(
        "ix_attempt_evidence",
        "transport",
        "on_wire_at",
        sqlite_where=sa.text("evidence_at IS NOT NULL"),
        postgresql_where=sa.text("evidence_at IS NOT NULL"),
    ),
)

channel: Final = Table(
    "channel",
    metadata,
    Column("transport", ID, primary_key=True),
    Column("state", ID, nullable=False),
    Column("sentence", Text),
    Column("since", Instant, nullable=False),
    Column("retry_at", Instant),
    Column("accepted_at", Instant),
    CheckConstraint(sa.text("state IN ('up', 'busy', 'down')"), name="state"),
)

webhook_post: Final = Table(
    "webhook_post",
    metadata,
    Column("id", ID, primary_key=True),
    Column("provider", ID, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("signed_at", Instant),
    Column("digest", ID, nullable=False),
    Column("events", Integer, nullable=False),
    Column("unreadable", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("counted_at", Instant),
    UniqueConstraint("provider", "digest"),
    Index(None, "received_at"),
    Index(
        "ix_webhook_post_uncounted",
        "id",
        sqlite_where=sa.text("counted_at IS NULL"),
        postgresql_where=sa.text("counted_at IS NULL"),
    ),
)

provider_event: Final = Table(
    "provider_event",
    metadata,
    Column("id", ID, primary_key=True),
    Column("provider", ID, nullable=False),
    Column("event_id", ID),
    Column("content", ID, nullable=False),
    Column("kind", ID, nullable=False),
    Column("provider_kind", Text, nullable=False),
    Column("message_id", ID, ForeignKey(message.c.id)),
    Column("attempt", Integer),
    Column("matched", ID),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("address", Text),
    Column("machine", Boolean, nullable=False),
    Column("failure", ID),
    Column("status", Text),
    Column("reason", Text),
    Column("response", Text),
    Column("url", Text),
    Column("hand_over_id", Text),
    Column("raw", JSON),
    UniqueConstraint("content", "provider"),
    Index(
        "uq_provider_event_event_id",
        "event_id",
        "provider",
        unique=True,
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    ),
    Index(None, "message_id", "at"),
    Index(
        "ix_provider_event_open",
        "received_at",
        sqlite_where=sa.text("message_id IS NULL AND matched IS NULL"),
        postgresql_where=sa.text("message_id IS NULL AND matched IS NULL"),
    ),
    Index(
        "ix_provider_event_unmatched",
        "address",
        "received_at",
        sqlite_where=sa.text("message_id IS NULL"),
        postgresql_where=sa.text("message_id IS NULL"),
    ),
)

suppression: Final = Table(
    "suppression",
    metadata,
    Column("id", ID, primary_key=True),
    Column("address", Text, nullable=False),
    Column("cause", ID, nullable=False),
    Column("source", ID, nullable=False),
    Column("since", Instant, nullable=False),
    Column("by", ID, nullable=False),
    Column("message_id", ID, ForeignKey(message.c.id)),
    Column("detail", Text),
    Column("lifted_at", Instant),
    Column("lifted_by", ID),
    Column("lifted_why", Text),
    CheckConstraint(
        sa.text("cause IN ('bounced', 'invalid', 'complained', 'unsubscribed', 'staff')"),
        name="cause",
    ),
    Index(None, "address", "id"),
    Index(
        "uq_suppression_active",
        "address",
        "cause",
        "source",
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    ),
)

opt_out: Final = Table(
    "opt_out",
    metadata,
    Column("person_id", ID, ForeignKey(person.c.id), primary_key=True),
    Column("program", ID, primary_key=True),
    Column("notification", ID, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("by", ID, nullable=False),
    Column("message_id", ID, ForeignKey(message.c.id)),
    Column("ended_at", Instant),
)

page_token: Final = Table(
    "page_token",
    metadata,
    Column("digest", ID, primary_key=True),
    Column("purpose", ID, nullable=False),
    Column("message_id", ID, ForeignKey(message.c.id), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    CheckConstraint(sa.text("purpose IN ('view', 'unsubscribe', 'preferences')"), name="purpose"),
    Index(None, "message_id"),
)
