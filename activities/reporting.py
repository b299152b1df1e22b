"""What became of deliveries, as facts that a journey hears: failures alone, each once (plan.md, reserved events)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from activities.judging import Heard
from ledger import facts, wake_ups
from plan.facts import Fact

FIRST: Final = -2  # numbered downwards, apart from arrivals, which the journey numbers upwards from 1


def reported(conn: Connection, journey: str, now: datetime) -> list[Heard]:
    """Failures that this journey has not judged yet. They happen, on its clock, when it hears of them."""
    failures = wake_ups.failures(conn, journey)
    if not failures:
        return []
    known = facts.facts(conn, journey)
    new = [failure for failure in failures if failure.id not in _ids(known)]
    last = min([FIRST + 1, *(fact.n for fact in known)])
    return [
        Heard(
            Fact(
                id=failure.id,
                type=wake_ups.DELIVERY_FAILED,
                at=now,
                heard_at=now,
                order=last - 1 - n,
                item=None,
                data=failure.data,
            ),
            failure.id,
            None,
        )
        for n, failure in enumerate(new)
    ]


def _ids(known: Collection[facts.FactRow]) -> frozenset[str]:
    return frozenset(fact.id for fact in known)
