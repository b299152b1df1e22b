"""Messages without a journey, what providers report about any, who is not written to, and the pages of a message."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Spelled out here, not imported: a step stays as it was when ledger.columns changes.
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
STATES = (
    "state IN ('queued', 'claimed', 'on_wire', 'accepted', 'retry', 'unknown', 'review', 'failed', 'cancelled', "
    "'expired')"
)
OPEN = "state NOT IN ('accepted', 'failed', 'cancelled', 'expired')"
KEPT = (
    'id, journey_id, key, rule, purpose, "to", person_id, item, plan_version, template_version, state, reason, detail, '
    "fence, attempt, planned_at, not_after, closes_at, lease_until, fields, when_unknown, held_reason, held_detail, "
    "held_basis, held_at, queued_at, changed_at, tried_at, sent_at, journey_sent_at, address, subject, provider_id"
)
PROGRAM = "(SELECT program FROM journey WHERE journey.id = {table}.journey_id)"
INSTANTS = (
    "next_at",
    "delivered_at",
    "failed_at",
    "opened_at",
    "machine_opened_at",
    "clicked_at",
    "viewed_at",
    "complained_at",
    "unsubscribed_at",
)


def name(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, NAME, nullable=null)


def text(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.Text, nullable=null)


def instant(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, INSTANT, nullable=null)


def number(column: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.Integer, nullable=null, autoincrement=False)


def packed(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.LargeBinary, nullable=False)


def json(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.JSON, nullable=False)


def index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        rebuild_messages()
    else:
        alter_messages()
    index("ix_message_open", "message", ["changed_at", "id"], OPEN)
    index("uq_message_key_alone", "message", ["key"], "journey_id IS NULL", unique=True)
    op.create_index("ix_message_program_id", "message", ["program", "id"])
    op.create_index("ix_message_address_id", "message", ["address", "id"])
    op.create_index("ix_person_email", "person", [sa.text("lower(email)")])
    op.add_column("wake_up", sa.Column("data", sa.JSON, nullable=False, server_default="{}"))
    index("ix_wake_up_owed", "wake_up", ["journey_id"], "cause = 'delivery_failed'")
    op.add_column("attempt", instant("evidence_at", null=True))
    op.add_column("attempt", sa.Column("evidence", NAME, nullable=False, server_default="none"))
    index("ix_attempt_evidence", "attempt", ["transport", "on_wire_at"], "evidence_at IS NOT NULL")
    bodies_and_channels()
    events()
    readers()


def alter_messages() -> None:
    op.drop_index("ix_message_open", "message")
    op.drop_constraint("ck_message_state", "message")
    op.create_check_constraint("ck_message_state", "message", STATES)
    op.alter_column("message", "journey_id", nullable=True)
    added = {"program": PROGRAM.format(table="message"), "source": "'plan'", "channel": "'email'"}
    for column in added:
        op.add_column("message", name(column, null=True))
    values = ", ".join(f"{column} = {value}" for column, value in added.items())
    op.execute(f"UPDATE message SET {values}")  # noqa: S608 - written here, from nobody
    for column in added:
        op.alter_column("message", column, nullable=False)
    for column in ("by", "delivery", "failure"):
        op.add_column("message", name(column, null=True))
    for column in INSTANTS:
        op.add_column("message", instant(column, null=True))
    op.add_column("message", sa.Column("doubled", sa.Boolean, nullable=False, server_default=sa.false()))


def rebuild_messages() -> None:
    """SQLite changes no constraint of a table that is there (https://www.sqlite.org/lang_altertable.html, 7)."""
    op.execute("PRAGMA legacy_alter_table=ON")  # other tables go on to refer to the new `message`
    op.drop_index("ix_message_open", "message")
    op.drop_index("ix_message_person_id_id", "message")
    op.execute("ALTER TABLE message RENAME TO message_before")
    create_messages()
    moved = PROGRAM.format(table="message_before")
    op.execute(
        f"INSERT INTO message ({KEPT}, program, source, channel) "  # noqa: S608 - written here, from nobody
        f"SELECT {KEPT}, {moved}, 'plan', 'email' FROM message_before"
    )
    op.execute("DROP TABLE message_before")
    op.execute("PRAGMA legacy_alter_table=OFF")
    op.create_index("ix_message_person_id_id", "message", ["person_id", "id"])


def create_messages() -> None:
    op.create_table(
        "message",
        name("id"),
        name("program"),
        name("journey_id", null=True),
        name("key"),
        name("source"),
        name("channel"),
        name("by", null=True),
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
        name("delivery", null=True),
        name("failure", null=True),
        *(instant(column, null=True) for column in INSTANTS),
        sa.Column("doubled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.CheckConstraint(STATES, name="ck_message_state"),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name="fk_message_journey_id"),
        sa.UniqueConstraint("journey_id", "key", name="uq_message_journey_id_key"),
    )


def bodies_and_channels() -> None:
    op.create_table(
        "message_body",
        name("message_id"),
        number("attempt"),
        text("subject"),
        packed("packed"),
        instant("kept_at"),
        sa.PrimaryKeyConstraint("message_id", "attempt", name="pk_message_body"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_message_body_message_id"),
    )
    op.create_table(
        "channel",
        name("transport"),
        name("state"),
        text("sentence", null=True),
        instant("since"),
        instant("retry_at", null=True),
        instant("accepted_at", null=True),
        sa.PrimaryKeyConstraint("transport", name="pk_channel"),
        sa.CheckConstraint("state IN ('up', 'busy', 'down')", name="ck_channel_state"),
    )


def events() -> None:
    op.create_table(
        "webhook_post",
        name("id"),
        name("provider"),
        instant("received_at"),
        instant("signed_at", null=True),
        name("digest"),
        number("events"),
        number("unreadable"),
        packed("packed"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_post"),
    )
    op.create_index("ix_webhook_post_received_at", "webhook_post", ["received_at"])
    op.create_table(
        "provider_event",
        name("id"),
        name("provider"),
        name("post_id", null=True),
        name("event_id", null=True),
        name("content"),
        name("kind"),
        text("provider_kind"),
        name("message_id", null=True),
        number("attempt", null=True),
        name("matched", null=True),
        instant("at"),
        instant("received_at"),
        text("address", null=True),
        sa.Column("machine", sa.Boolean, nullable=False),
        name("failure", null=True),
        text("status", null=True),
        text("reason", null=True),
        text("response", null=True),
        text("url", null=True),
        text("provider_message_id", null=True),
        json("raw"),
        sa.PrimaryKeyConstraint("id", name="pk_provider_event"),
        sa.ForeignKeyConstraint(["post_id"], ["webhook_post.id"], name="fk_provider_event_post_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_provider_event_message_id"),
        sa.UniqueConstraint("provider", "content", name="uq_provider_event_provider_content"),
    )
    index("uq_provider_event_event_id", "provider_event", ["provider", "event_id"], "event_id IS NOT NULL", unique=True)
    op.create_index("ix_provider_event_message_id_at", "provider_event", ["message_id", "at"])
    index("ix_provider_event_unmatched", "provider_event", ["address", "received_at"], "message_id IS NULL")


def readers() -> None:
    op.create_table(
        "suppression",
        name("id"),
        text("address"),
        name("cause"),
        name("source"),
        instant("since"),
        name("by"),
        name("message_id", null=True),
        text("detail", null=True),
        instant("lifted_at", null=True),
        name("lifted_by", null=True),
        text("lifted_why", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_suppression"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_suppression_message_id"),
        sa.CheckConstraint(
            "cause IN ('bounced', 'invalid', 'complained', 'unsubscribed', 'staff')", name="ck_suppression_cause"
        ),
    )
    op.create_index("ix_suppression_address_id", "suppression", ["address", "id"])
    index("uq_suppression_active", "suppression", ["address", "cause", "source"], "lifted_at IS NULL", unique=True)
    op.create_table(
        "opt_out",
        name("person_id"),
        name("program"),
        name("notification"),
        instant("since"),
        name("by"),
        name("message_id", null=True),
        sa.PrimaryKeyConstraint("person_id", "program", "notification", name="pk_opt_out"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_opt_out_person_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_opt_out_message_id"),
    )
    op.create_table(
        "page_token",
        name("digest"),
        name("purpose"),
        name("message_id"),
        instant("created_at"),
        instant("expires_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_page_token"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_page_token_message_id"),
        sa.CheckConstraint("purpose IN ('view', 'unsubscribe', 'preferences')", name="ck_page_token_purpose"),
    )
    op.create_index("ix_page_token_message_id", "page_token", ["message_id"])
