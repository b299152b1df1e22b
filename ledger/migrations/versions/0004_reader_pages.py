"""Which of the provider's lists a hand-over was to pass by, whose pages its tokens open, when an opt-out ended."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("bypassed", NAME, nullable=True))
    op.add_column("opt_out", sa.Column("ended_at", INSTANT, nullable=True))
    op.add_column("page_token", sa.Column("attempt", sa.Integer, nullable=False, server_default="1"))
