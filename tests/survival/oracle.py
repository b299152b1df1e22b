"""Many messages through SendGrid's stand-in, and what its log says of them beside what the ledger says."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import sqlalchemy as sa

from ledger import Ledger, mail_tables, people, sending
from ledger.message_rows import AttemptRow
from ledger.people import PersonRow
from starter.client import Waypost
from starter.enrolment import Enrolment, enroll

AT_ONCE: Final = 10  # enrolments


async def enroll_all(waypost: Waypost, number: int) -> None:
    """So many are welcomed once; a welcome is a confirmation, so it is sent again when its fate stays unknown."""
    slots = asyncio.Semaphore(AT_ONCE)
    now = datetime.now(UTC)
    with waypost.ledger.write() as conn:
        for n in range(number):
            people.set_person(conn, PersonRow(id=f"p{n}", email=f"p{n}@example.org", name="A Person"), "test", now)

    async def one(n: int) -> None:
        async with slots:
            given = Enrolment(person=f"p{n}", program="trial", process="application")
            await enroll(waypost.temporal, waypost.ledger, given)

    await asyncio.gather(*(one(n) for n in range(number)))


async def accepted(ledger: Ledger, number: int, within: float) -> None:
    """Waits until so many messages are accepted, or the time is over."""
    for _ in range(int(within)):
        if count_states(ledger)["accepted"] >= number:
            return
        await asyncio.sleep(1)


def count_states(ledger: Ledger) -> Counter[str]:
    table = mail_tables.message
    with ledger.read() as conn:
        query = sa.select(table.c.state, sa.func.count().label("count")).group_by(table.c.state)
        return Counter({row.state: row[1] for row in conn.execute(query)})


def in_the_window(ledger: Ledger, message_id: str) -> bool:
    """Whether the copies are said, and each further one left before anybody had spoken of the one before it."""
    with ledger.read() as conn:
        tried = sending.attempts(conn, message_id)
        table = mail_tables.message
        doubled = conn.execute(sa.select(table.c.doubled).where(table.c.id == message_id)).scalar_one()
    return bool(doubled) and all(_unspoken(first, second) for first, second in pairwise(tried))


def _unspoken(first: AttemptRow, second: AttemptRow) -> bool:
    return first.evidence_at is None or first.evidence_at > second.on_wire_at
