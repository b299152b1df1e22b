"""Hand-overs: which of the provider's lists each was to pass by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("bypassed", NAME, nullable=True))
