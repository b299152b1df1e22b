"""Who was merged into somebody is found without reading everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_person_merged_into", "person", ["merged_into"], sqlite_where=MERGED, postgresql_where=MERGED)
