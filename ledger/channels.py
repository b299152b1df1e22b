"""The state of each way out: up, busy (the provider limits us), or down (it refuses us, and staff must mend that).

While one is not up, messages wait here instead of each asking the provider. When the wait is over one message goes
ahead, with the channel's probe; its answer says how it goes on for all. One that is not handed over gives it back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from ledger import mail_tables
from ledger.engine import database_now
from ledger.insert import insert_unless_present
from plan.model import Frozen

TABLE: Final = mail_tables.channel
PROBE: Final = timedelta(minutes=1)  # the one that goes ahead has this long to bring an answer
NOTED: Final = timedelta(minutes=1)  # a channel that is up is written down as such no more often

State = Literal["up", "busy", "down"]


class ChannelRow(Frozen):
    """`sentence` says what the provider said, and names nobody. `retry_at` is the database's clock, the rest wall."""

    transport: str
    state: State
    sentence: str | None
    since: AwareDatetime
    retry_at: AwareDatetime | None
    accepted_at: AwareDatetime | None  # the last acceptance, to the minute


def channels(connection: Connection) -> Sequence[ChannelRow]:
    """Every channel that was ever used."""
    return [ChannelRow(**row) for row in connection.execute(sa.select(TABLE).order_by(TABLE.c.transport)).mappings()]


class Probe(Frozen):
    """The right to try a channel that is not up, alone, `until` then on the database's clock."""

    transport: str
    until: AwareDatetime


def shut(connection: Connection, transport: str) -> ChannelRow | None:
    """The channel unless it is up; nothing leaves by it but with its probe."""
    not_up = sa.select(TABLE).where(TABLE.c.transport == transport, TABLE.c.state != "up")
    found = connection.execute(not_up).mappings().first()
    return None if found is None else ChannelRow(**found)


def probe(connection: Connection, row: ChannelRow) -> Probe | None:
    """Takes the probe of a channel that is shut; None: its wait is not over, or somebody else has it."""
    over = sa.or_(TABLE.c.retry_at.is_(None), TABLE.c.retry_at <= database_now(connection))
    mine = sa.update(TABLE).where(TABLE.c.transport == row.transport, TABLE.c.state != "up", over)
    taken = mine.values(retry_at=database_now(connection, PROBE)).returning(TABLE.c.retry_at)
    until = connection.execute(taken).scalar_one_or_none()
    return None if until is None else Probe(transport=row.transport, until=until)


def give_back(connection: Connection, probe: Probe) -> None:
    """Nothing was handed over with the probe: another may have it at once, unless the channel has been shut anew."""
    mine = sa.update(TABLE).where(
        TABLE.c.transport == probe.transport, TABLE.c.state != "up", TABLE.c.retry_at == probe.until
    )
    connection.execute(mine.values(retry_at=database_now(connection)))


def left(connection: Connection, row: ChannelRow) -> timedelta:
    """How long it stays shut."""
    now: datetime = connection.execute(sa.select(database_now(connection))).scalar_one()
    return max((row.retry_at or now) - now, timedelta(0))


def shut_for(
    connection: Connection, transport: str, state: State, sentence: str, wait: timedelta, now: datetime
) -> None:
    """The provider limits or refuses us: nothing leaves by this channel for that long."""
    fresh = {"state": state, "sentence": sentence, "since": now, "accepted_at": None}
    until = database_now(connection, wait)
    if insert_unless_present(connection, TABLE, transport=transport, **fresh, retry_at=until):
        return
    since = sa.case((TABLE.c.state == state, TABLE.c.since), else_=now)
    update = sa.update(TABLE).where(TABLE.c.transport == transport)
    connection.execute(update.values(state=state, sentence=sentence, since=since, retry_at=until))


def accepted(connection: Connection, transport: str, now: datetime) -> None:
    """The provider took a message: the channel is up."""
    noted = sa.and_(TABLE.c.state == "up", TABLE.c.accepted_at >= now - NOTED)
    if connection.execute(sa.select(TABLE.c.state).where(TABLE.c.transport == transport, noted)).first() is not None:
        return  # an insert on conflict would lock the row all the same, and all acceptances would wait in line
    fresh = {"state": "up", "sentence": None, "retry_at": None, "accepted_at": now}
    stale = sa.or_(TABLE.c.state != "up", TABLE.c.accepted_at.is_(None), TABLE.c.accepted_at < now - NOTED)
    since = sa.case((TABLE.c.state == "up", TABLE.c.since), else_=now)
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(TABLE).values(transport=transport, **fresh, since=now)
    connection.execute(
        row.on_conflict_do_update(index_elements=["transport"], set_={**fresh, "since": since}, where=stale)
    )
