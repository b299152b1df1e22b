"""What providers reported of messages, as it is read: every event word for word, nothing overwritten."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from pydantic import AwareDatetime, JsonValue
from sqlalchemy import Connection

from ledger import mail_tables, matching
from plan.model import Frozen

TABLE: Final = mail_tables.provider_event


class Report(Frozen):
    """One event. `at` is the provider's clock; `kind` our word for it and `provider_kind` the provider's own.

    `matched` says how it was known whose it is; `failure` is the class of what failed, `response` what a server said.
    """

    id: str
    provider: str
    kind: str
    provider_kind: str
    message_id: str | None = None
    attempt: int | None = None
    matched: str | None = None
    at: AwareDatetime
    received_at: AwareDatetime
    address: str | None = None
    machine: bool = False
    failure: str | None = None
    status: str | None = None
    reason: str | None = None
    response: str | None = None
    url: str | None = None
    hand_over_id: str | None = None
    raw: Mapping[str, JsonValue] | None = None  # None: in the post that brought it


COLUMNS: Final = [TABLE.c[name] for name in Report.model_fields]


def of(connection: Connection, messages: Collection[str]) -> Mapping[str, tuple[Report, ...]]:
    """Message → what was reported of it, in the provider's order of time; one never spoken of is left out."""
    found: dict[str, tuple[Report, ...]] = {}
    if not messages:
        return found
    query = sa.select(*COLUMNS).where(TABLE.c.message_id.in_(messages))
    for row in connection.execute(query.order_by(TABLE.c.at, TABLE.c.id)).mappings():
        found[row["message_id"]] = (*found.get(row["message_id"], ()), Report(**row))
    return found


def unmatched(connection: Connection, addresses: Collection[str], limit: int = 20) -> Sequence[Report]:
    """The latest that name one of these addresses and no message, latest first: they may concern any message to it."""
    named = TABLE.c.address.in_({address.casefold() for address in addresses})
    may_be_ours = TABLE.c.matched.is_distinct_from(matching.ELSEWHERE)
    query = sa.select(*COLUMNS).where(TABLE.c.message_id.is_(None), may_be_ours, named)
    query = query.order_by(TABLE.c.received_at.desc()).limit(limit)
    return [Report(**row) for row in connection.execute(query).mappings()]
