"""Hand-overs: which of the provider's lists each was to pass by, and whose pages each one's tokens open."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("bypassed", NAME, nullable=True))
    op.add_column("page_token", sa.Column("attempt", sa.Integer, nullable=False, server_default="1"))
