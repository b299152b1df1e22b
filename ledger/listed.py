"""The provider's own lists of addresses, copied: what stands on one is not written to, what was taken off one is free.

A complaint stays when it is taken off there, whoever did that: only its reader's own word on a page of ours ends it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import suppressions
from ledger.suppressions import TABLE, Cause, Source, SuppressionRow

PROVIDER: Final[Source] = "sendgrid"  # source of the rows, and who adds and lifts them
COPIED: Final = "copied"  # why journeys look again
GONE: Final = "taken off the provider's list"


class Listed(NamedTuple):
    """An address on a list, in small letters, since when on the provider's clock, and the words it gives."""

    address: str
    since: datetime
    reason: str | None = None


class Copied(NamedTuple):
    """How many rows are new, and who is listed there although it was lifted here since: to be taken off there."""

    added: int
    forgiven: tuple[str, ...] = ()


def copy(connection: Connection, cause: Cause, listed: Collection[Listed], now: datetime) -> Copied:
    """Adds what is not known yet of one page of a list, and owes its readers' journeys a look."""
    latest = {each.address: each for each in sorted(listed, key=lambda each: each.since)}
    known: dict[str, list[SuppressionRow]] = {address: [] for address in latest}
    for row in suppressions.ever(connection, latest):
        if row.cause == cause:
            known[row.address].append(row)
    added, newly, forgiven = 0, [], []
    for address, each in latest.items():
        standing = [row for row in known[address] if row.lifted_at is None]
        if not standing and any(_forgives(row, each) for row in known[address]):
            forgiven.append(address)
            continue
        if any(row.source == PROVIDER for row in standing):
            continue
        added += suppressions.suppress(connection, address, cause, PROVIDER, PROVIDER, each.since, detail=each.reason)
        if not standing:
            newly.append(address)
    if newly:
        suppressions.look_again(connection, newly, COPIED, now)
    return Copied(added, tuple(forgiven))


def copied(connection: Connection, cause: Cause) -> Sequence[str]:
    """The addresses that stand here because a list of the provider's held them."""
    query = sa.select(TABLE.c.address).where(
        TABLE.c.cause == cause, TABLE.c.source == PROVIDER, TABLE.c.lifted_at.is_(None)
    )
    return list(connection.execute(query.order_by(TABLE.c.address)).scalars())


def taken_off(connection: Connection, cause: Cause, addresses: Collection[str], now: datetime) -> int:
    """Lifts the copies of what the list holds no more; what we were told otherwise stands. Says how many."""
    lifted = [
        row
        for address in addresses
        for row in suppressions.lift(connection, address, [cause], PROVIDER, GONE, now, PROVIDER)
    ]
    if lifted:
        suppressions.look_again(connection, [row.address for row in lifted], COPIED, now)
    return len(lifted)


def _forgives(row: SuppressionRow, listed: Listed) -> bool:
    """Whether reader or staff have lifted it since it came onto the list."""
    return row.lifted_at is not None and row.lifted_at > listed.since and row.lifted_by != PROVIDER
