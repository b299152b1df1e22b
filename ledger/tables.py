"""The tables of plans, people and journeys; those of messages are in `ledger.mail_tables`.

`migrations/` builds them all; a test proves that both say the same.

Instants are UTC. On the journey's clock are: everything of a journey but started_at, everything of a fact and of a
decision, an attempt's clock, and of a message planned_at, not_after, closes_at, held_at, tried_at and journey_sent_at.
On the database's are lease_until, next_at, retry_at and on_wire_at. A provider's event has the provider's `at`.
The rest is wall clock.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from ledger.columns import ID, JSON, Instant

metadata: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

installation: Final = Table(
    "installation",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("id", ID, nullable=False),
    Column("environment", ID, nullable=False),
    Column("fast_forward", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint(sa.text("one = 1"), name="single"),
)

plan_version: Final = Table(
    "plan_version",
    metadata,
    Column("version", ID, primary_key=True),
    Column("program", ID, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("by", ID, nullable=False),
    Index(None, "program", "published_at"),
)

plan_pointer: Final = Table(
    "plan_pointer",
    metadata,
    Column("program", ID, primary_key=True),
    Column("version", ID, ForeignKey(plan_version.c.version), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("by", ID, nullable=False),
    Column("launched", JSON, nullable=False, server_default="{}"),
    Column("closed_at", Instant),
    Column("reopened_at", Instant),
)

template: Final = Table(
    "template",
    metadata,
    Column("program", ID, primary_key=True),
    Column("name", ID, primary_key=True),
    Column("locale", ID, primary_key=True),
    Column("version", ID, primary_key=True),
    Column("source", Text, nullable=False),
    Column("in_use", Boolean, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("by", ID, nullable=False),
    Index(
        "uq_template_in_use",
        "program",
        "name",
        "locale",
        unique=True,
        sqlite_where=sa.text("in_use"),
        postgresql_where=sa.text("in_use"),
    ),
)

person: Final = Table(
    "person",
    metadata,
    Column("id", ID, primary_key=True),
    Column("email", Text),
    Column("name", Text),
    Column("zone", ID),
    Column("locale", ID),
    Column("attributes", JSON, nullable=False),
    Column("on_hold", Boolean, nullable=False),
    Column("deceased", Boolean, nullable=False),
    Column("consents", JSON, nullable=False, server_default="[]"),
    Column("released_at", Instant),
    Column("merged_into", ID),
    Column("revision", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_person_email", sa.text("lower(email)")),
    Index(
        "ix_person_merged_into",
        "merged_into",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    ),
)

role_holder: Final = Table(
    "role_holder",
    metadata,
    Column("program", ID, primary_key=True),
    Column("role", ID, primary_key=True),
    Column("person_id", ID, ForeignKey(person.c.id), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("by", ID, nullable=False),
)

journey: Final = Table(
    "journey",
    metadata,
    Column("id", ID, primary_key=True),
    Column("program", ID, nullable=False),
    Column("process", ID, nullable=False),
    Column("cycle", ID, nullable=False),
    Column("person_id", ID, ForeignKey(person.c.id), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_given", Boolean, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("told", JSON, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("wake", Integer, nullable=False),
    Column("history_length", Integer, nullable=False),
    Column("stage", ID),
    Column("entered_at", Instant),
    Column("next_at", Instant),
    Column("status", Text),
    Column("flags", JSON, nullable=False),
    Column("plan_version", ID),
    Column("decided_at", Instant),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Index(None, "person_id", "id"),
    Index(None, "program", "stage", "id"),
)

journey_run: Final = Table(
    "journey_run",
    metadata,
    Column("journey_id", ID, ForeignKey(journey.c.id), primary_key=True),
    Column("run_id", ID, primary_key=True),
    Column("epoch", Integer, nullable=False),
    UniqueConstraint("journey_id", "epoch"),
)

fact: Final = Table(
    "fact",
    metadata,
    Column("journey_id", ID, ForeignKey(journey.c.id), primary_key=True),
    Column("id", ID, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("wake", Integer, nullable=False),
    Column("type", ID, nullable=False),
    Column("at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("item", ID),
    Column("by", ID),
    Column("data", JSON, nullable=False),
    Column("content_hash", ID, nullable=False),
    Column("verdict", ID, nullable=False),
    Column("reason", Text),
    UniqueConstraint("journey_id", "n"),
)

decision: Final = Table(
    "decision",
    metadata,
    Column("journey_id", ID, ForeignKey(journey.c.id), primary_key=True),
    Column("slot", ID, primary_key=True),
    Column("key", ID),
    Column("notification", ID, nullable=False),
    Column("to", ID, nullable=False),
    Column("person_id", ID),
    Column("outcome", ID, nullable=False),
    Column("reason", ID),
    Column("because", ID),
    Column("detail", Text),
    Column("at", Instant),
    Index(
        "ix_decision_held",
        "person_id",
        sqlite_where=sa.text("outcome = 'held'"),
        postgresql_where=sa.text("outcome = 'held'"),
    ),
)

text: Final = Table(
    "text",
    metadata,
    Column("id", ID, primary_key=True),
    Column("digest", ID, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

OWED = "cause IN ('address_changed', 'deceased', 'delivery_failed', 'hold', 'merged', 'released')"

wake_up: Final = Table(
    "wake_up",
    metadata,
    Column("id", ID, primary_key=True),
    Column("journey_id", ID, ForeignKey(journey.c.id), nullable=False),
    Column("cause", ID, nullable=False),
    Column("data", JSON, nullable=False, server_default="{}"),
    Column("created_at", Instant, nullable=False),
    Column("told_at", Instant),
    Index(
        "ix_wake_up_pending",
        "created_at",
        "id",
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    ),
    Index(
        "ix_wake_up_owed",
        "journey_id",
        sqlite_where=sa.text(OWED),
        postgresql_where=sa.text(OWED),
    ),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", ID, nullable=False),
    Column("action", ID, nullable=False),
    Column("subject", ID, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "subject", "id"),
)
