"""The first schema: plans, people, journeys and what happened to every message."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Spelled out here, not imported: a step stays as it was when ledger.columns changes.
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def name(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, NAME, nullable=null)


def text(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.Text, nullable=null)


def instant(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, INSTANT, nullable=null)


def number(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Integer, nullable=False, autoincrement=False)


def flag(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Boolean, nullable=False)


def json(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.JSON, nullable=False)


def partial_index(index: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(index, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    programs()
    people()
    journeys()
    messages()
    keeping()


def programs() -> None:
    op.create_table(
        "plan_version",
        name("version"),
        name("program"),
        text("source"),
        instant("published_at"),
        name("by"),
        sa.PrimaryKeyConstraint("version", name="pk_plan_version"),
    )
    op.create_index("ix_plan_version_program_published_at", "plan_version", ["program", "published_at"])
    op.create_table(
        "plan_pointer",
        name("program"),
        name("version"),
        instant("set_at"),
        name("by"),
        sa.PrimaryKeyConstraint("program", name="pk_plan_pointer"),
        sa.ForeignKeyConstraint(["version"], ["plan_version.version"], name="fk_plan_pointer_version"),
    )
    op.create_table(
        "template",
        name("program"),
        name("name"),
        name("locale"),
        name("version"),
        text("source"),
        flag("in_use"),
        instant("published_at"),
        name("by"),
        sa.PrimaryKeyConstraint("program", "name", "locale", "version", name="pk_template"),
    )
    partial_index("uq_template_in_use", "template", ["program", "name", "locale"], "in_use", unique=True)


def people() -> None:
    op.create_table(
        "person",
        name("id"),
        text("email", null=True),
        text("name", null=True),
        name("zone", null=True),
        name("locale", null=True),
        json("attributes"),
        flag("on_hold"),
        flag("deceased"),
        number("revision"),
        instant("changed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "role_holder",
        name("program"),
        name("role"),
        name("person_id"),
        instant("since"),
        name("by"),
        sa.PrimaryKeyConstraint("program", "role", "person_id", name="pk_role_holder"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_holder_person_id"),
    )


def journeys() -> None:
    op.create_table(
        "journey",
        name("id"),
        name("program"),
        name("process"),
        name("cycle"),
        name("person_id"),
        instant("created_at"),
        flag("created_given"),
        instant("arrived_at"),
        json("told"),
        json("roles"),
        number("epoch"),
        number("wake"),
        number("history_length"),
        name("stage", null=True),
        instant("entered_at", null=True),
        instant("next_at", null=True),
        text("status", null=True),
        json("flags"),
        name("plan_version", null=True),
        instant("decided_at", null=True),
        instant("started_at", null=True),
        instant("ended_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_journey"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_journey_person_id"),
    )
    op.create_index("ix_journey_person_id_id", "journey", ["person_id", "id"])
    op.create_index("ix_journey_program_stage_id", "journey", ["program", "stage", "id"])
    op.create_table(
        "journey_run",
        name("journey_id"),
        name("run_id"),
        number("epoch"),
        sa.PrimaryKeyConstraint("journey_id", "run_id", name="pk_journey_run"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_journey_run_journey_id"),
        sa.UniqueConstraint("journey_id", "epoch", name="uq_journey_run_journey_id_epoch"),
    )
    op.create_table(
        "fact",
        name("journey_id"),
        name("id"),
        number("n"),
        number("wake"),
        name("type"),
        instant("at"),
        instant("heard_at"),
        name("item", null=True),
        name("by", null=True),
        json("data"),
        name("content_hash"),
        name("verdict"),
        text("reason", null=True),
        sa.PrimaryKeyConstraint("journey_id", "id", name="pk_fact"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_fact_journey_id"),
        sa.UniqueConstraint("journey_id", "n", name="uq_fact_journey_id_n"),
    )
    op.create_table(
        "text",
        name("id"),
        name("digest"),
        text("body"),
        instant("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_text"),
        sa.UniqueConstraint("digest", name="uq_text_digest"),
    )
    op.create_table(
        "wake_up",
        name("id"),
        name("journey_id"),
        name("cause"),
        instant("created_at"),
        instant("told_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_wake_up"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_wake_up_journey_id"),
    )
    partial_index("ix_wake_up_pending", "wake_up", ["created_at", "id"], "told_at IS NULL")


def messages() -> None:
    op.create_table(
        "message",
        name("id"),
        name("journey_id"),
        name("key"),
        name("rule"),
        name("purpose"),
        name("to"),
        name("person_id", null=True),
        name("item", null=True),
        name("plan_version"),
        name("template_version", null=True),
        name("state"),
        name("reason", null=True),
        text("detail", null=True),
        number("fence"),
        number("attempt"),
        instant("planned_at", null=True),
        instant("not_after", null=True),
        instant("closes_at", null=True),
        instant("lease_until", null=True),
        json("fields"),
        name("when_unknown", null=True),
        name("held_reason", null=True),
        text("held_detail", null=True),
        name("held_basis", null=True),
        instant("held_at", null=True),
        instant("queued_at"),
        instant("changed_at"),
        instant("tried_at", null=True),
        instant("sent_at", null=True),
        instant("journey_sent_at", null=True),
        text("address", null=True),
        text("subject", null=True),
        name("provider_id", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'on_wire', 'accepted', 'retry', 'unknown', 'failed', 'cancelled')",
            name="ck_message_state",
        ),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_message_journey_id"),
        sa.UniqueConstraint("journey_id", "key", name="uq_message_journey_id_key"),
    )
    partial_index("ix_message_open", "message", ["planned_at"], "state NOT IN ('accepted', 'failed', 'cancelled')")
    op.create_index("ix_message_person_id_id", "message", ["person_id", "id"])
    op.create_table(
        "attempt",
        name("message_id"),
        number("attempt"),
        number("fence"),
        name("transport"),
        text("address"),
        name("plan_version"),
        name("template_version", null=True),
        instant("clock"),
        instant("on_wire_at"),
        name("outcome", null=True),
        text("detail", null=True),
        name("provider_id", null=True),
        instant("ended_at", null=True),
        sa.PrimaryKeyConstraint("message_id", "attempt", name="pk_attempt"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_attempt_message_id"),
    )
    op.create_table(
        "decision",
        name("journey_id"),
        name("slot"),
        name("key", null=True),
        name("notification"),
        name("to"),
        name("person_id", null=True),
        name("outcome"),
        name("reason", null=True),
        name("because", null=True),
        text("detail", null=True),
        instant("at", null=True),
        sa.PrimaryKeyConstraint("journey_id", "slot", name="pk_decision"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_decision_journey_id"),
    )
    partial_index("ix_decision_held", "decision", ["person_id"], "outcome = 'held'")


def keeping() -> None:
    op.create_table(
        "installation",
        number("one"),
        name("id"),
        name("environment"),
        flag("fast_forward"),
        instant("created_at"),
        sa.PrimaryKeyConstraint("one", name="pk_installation"),
        sa.CheckConstraint("one = 1", name="ck_installation_single"),
    )
    op.create_table(
        "audit",
        name("id"),
        instant("at"),
        name("by"),
        name("action"),
        name("subject"),
        json("detail"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject_id", "audit", ["subject", "id"])
