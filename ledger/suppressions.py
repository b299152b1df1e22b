"""Addresses that are not written to, each with its cause; a list that is only added to, since lifting keeps the row."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection

from ledger import audit, mail_tables, people, tables, wake_ups
from ledger.identifiers import uuid7
from ledger.insert import insert_unless_present
from plan.facts import Suppressed
from plan.model import Frozen

TABLE: Final = mail_tables.suppression
EVER: Final = (
    sa.select(TABLE)
    .where(TABLE.c.address.in_(sa.bindparam("addresses", expanding=True)))
    .order_by(TABLE.c.address, TABLE.c.id)
)

Cause = Literal["bounced", "invalid", "complained", "unsubscribed", "staff"]
Source = Literal["sendgrid", "event", "reader", "staff"]  # the provider's list, what it reported, the reader, staff
PAGE: Final = 500
STOPS_ALL: Final[tuple[Suppressed, ...]] = ("complained", "bounced", "invalid", "staff")  # gravest first


class SuppressionRow(Frozen):
    """One reason not to write to an address, from `since` until it is lifted. `address` is in small letters."""

    id: str
    address: str
    cause: Cause
    source: Source
    since: AwareDatetime
    by: str
    message_id: str | None = None
    detail: str | None = None
    lifted_at: AwareDatetime | None = None
    lifted_by: str | None = None
    lifted_why: str | None = None


def suppress(
    connection: Connection,
    address: str,
    cause: Cause,
    source: Source,
    by: str,
    now: datetime,
    message_id: str | None = None,
    detail: str | None = None,
) -> bool:
    """Adds a reason not to write to the address. False: this source gives it already."""
    row = SuppressionRow(
        id=uuid7(),
        address=address.casefold(),
        cause=cause,
        source=source,
        since=now,
        by=by,
        message_id=message_id,
        detail=detail,
    )
    return insert_unless_present(connection, TABLE, **row.model_dump())


def active(connection: Connection, addresses: Collection[str]) -> Mapping[str, tuple[SuppressionRow, ...]]:
    """What stands against each of the addresses, by the address in small letters."""
    if not addresses:
        return {}
    wanted = {address.casefold() for address in addresses}
    query = sa.select(TABLE).where(TABLE.c.address.in_(wanted), TABLE.c.lifted_at.is_(None)).order_by(TABLE.c.id)
    found: dict[str, tuple[SuppressionRow, ...]] = {}
    for row in connection.execute(query).mappings():
        found[row["address"]] = (*found.get(row["address"], ()), SuppressionRow(**row))
    return found


def ever(connection: Connection, addresses: Collection[str]) -> Sequence[SuppressionRow]:
    """Everything that stands or once stood against these addresses, oldest first."""
    if not addresses:
        return []
    wanted = {address.casefold() for address in addresses}
    return [SuppressionRow(**row) for row in connection.execute(EVER, {"addresses": list(wanted)}).mappings()]


def cause(rows: Sequence[SuppressionRow]) -> Suppressed | None:
    """The gravest cause that stops every message; None: none does. Unsubscribing stops optional messages alone."""
    given = {row.cause for row in rows}
    return next((one for one in STOPS_ALL if one in given), None)


def lift(
    connection: Connection,
    address: str,
    causes: Collection[Cause],
    by: str,
    why: str,
    now: datetime,
    source: Source | None = None,
) -> Sequence[SuppressionRow]:
    """Ends what stands against the address for these causes, by one source or whatever the source, and says what.

    Audited. Whoever calls this for a complaint must have the reader's own word.
    """
    update = sa.update(TABLE).where(
        TABLE.c.address == address.casefold(), TABLE.c.cause.in_(causes), TABLE.c.lifted_at.is_(None)
    )
    if source is not None:
        update = update.where(TABLE.c.source == source)
    lifted = update.values(lifted_at=now, lifted_by=by, lifted_why=why).returning(TABLE)
    rows = [SuppressionRow(**row) for row in connection.execute(lifted).mappings()]
    for row in rows:
        audit.record(connection, by, "suppression_lifted", row.id, {"cause": row.cause, "source": row.source}, now)
    return rows


def lifted_since(connection: Connection, address: str, cause: Cause, instant: datetime) -> bool:
    """Whether this cause was lifted after the instant: what happened before it says nothing any more."""
    query = sa.select(TABLE.c.id).where(
        TABLE.c.address == address.casefold(), TABLE.c.cause == cause, TABLE.c.lifted_at > instant
    )
    return connection.execute(query.limit(1)).first() is not None


def every(connection: Connection, *, lifted: bool = False) -> Iterator[SuppressionRow]:
    """All that stands against anybody, oldest first, and if wanted what no longer does; read page by page."""
    after = ""
    while True:
        query = sa.select(TABLE).where(TABLE.c.id > after).order_by(TABLE.c.id).limit(PAGE)
        rows = connection.execute(query if lifted else query.where(TABLE.c.lifted_at.is_(None))).mappings().all()
        yield from (SuppressionRow(**row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1]["id"]


def look_again(connection: Connection, addresses: Collection[str], why: str, now: datetime) -> int:
    """Owes a look to every open journey that writes to one of the addresses; says how many.

    In the transaction of the change. Of desks all are looked at that wait for any address: there are few.
    """
    email = sa.func.lower(tables.person.c.email)
    having = sa.select(tables.person.c.id).where(email.in_([address.lower() for address in addresses]))
    found: set[str] = set()
    for reader in connection.execute(having).scalars().all():
        for name in people.known_as(connection, reader):
            found.update(people.open_journeys_of(connection, name))
    row = mail_tables.message.c
    desks = sa.select(row.journey_id).where(sa.text(mail_tables.OPEN), row.person_id.is_(None))
    found.update(
        connection.execute(desks.where(row.held_reason == "address_suppressed", row.journey_id.is_not(None))).scalars()
    )
    for journey in sorted(found):
        wake_ups.add(connection, journey, uuid7(), why, now)
    return len(found)


def readers(connection: Connection, address: str) -> Sequence[str]:
    """The ids of everybody who has this address, ignoring case."""
    person = tables.person.c
    query = sa.select(person.id).where(sa.func.lower(person.email) == address.lower()).order_by(person.id)
    return list(connection.execute(query).scalars())
