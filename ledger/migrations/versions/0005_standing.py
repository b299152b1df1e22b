"""Who was found to be whom, closed programs, since when rules speak, and news of persons to journeys."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Spelled out here, not imported: a step stays as it was when ledger.columns changes.
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
OWED = sa.text("cause IN ('address_changed', 'deceased', 'delivery_failed', 'hold', 'merged', 'released')")


def upgrade() -> None:
    op.add_column("person", sa.Column("merged_into", NAME, nullable=True))
    op.add_column("plan_pointer", sa.Column("launched", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("plan_pointer", sa.Column("closed_at", INSTANT, nullable=True))
    op.add_column("plan_pointer", sa.Column("reopened_at", INSTANT, nullable=True))
    op.drop_index("ix_wake_up_owed", "wake_up")
    op.create_index("ix_wake_up_owed", "wake_up", ["journey_id"], sqlite_where=OWED, postgresql_where=OWED)
