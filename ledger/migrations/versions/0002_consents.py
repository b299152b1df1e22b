"""People: whom they let the program inform, and when their last hold ended."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("person", sa.Column("consents", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("released_at", INSTANT, nullable=True))
