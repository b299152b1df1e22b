"""Column types that read back on both databases exactly what was written, and order the same."""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant to the microsecond; a naive one is refused with ValueError.

    PostgreSQL: timestamptz. SQLite: text of fixed width, since SQLAlchemy's own type drops the offset.
    """

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("an instant needs an offset: a datetime without one was given")
        instant = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return instant
        return f"{instant.isoformat(timespec='microseconds')[:-6]}Z"  # for +00:00

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value if dialect.name == "postgresql" else datetime.fromisoformat(value)
        return instant.astimezone(UTC)  # PostgreSQL answers in the zone of the session


# Unbounded on both, since SQLite ignores lengths; compared byte by byte, so that keyset pages never depend on a locale.
ID: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON: Final = sa.JSON(none_as_null=True)  # text as `engine` writes it: sorted keys, no NaN
