"""Failed deliveries and news of its person, as facts that a journey hears, each once (plan.md 4, 10)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from activities.judging import Heard
from ledger import facts, wake_ups
from plan.facts import Fact


def reported(conn: Connection, journey: str, now: datetime) -> list[Heard]:
    """What this journey has not judged yet. It happens, on its clock, when it hears of it."""
    owed = wake_ups.owed(conn, journey)
    if not owed:
        return []
    known = facts.facts(conn, journey)
    new = [one for one in owed if one.id not in _ids(known)]
    first = facts.number_of_ours(known)
    return [
        Heard(
            Fact(
                id=one.id,
                type=one.cause,
                at=now,
                heard_at=now,
                order=first - n,
                item=None,
                data=one.data,
            ),
            one.id,
            None,
        )
        for n, one in enumerate(new)
    ]


def _ids(known: Collection[facts.FactRow]) -> frozenset[str]:
    return frozenset(fact.id for fact in known)
