"""Turns events into facts: by id no event counts twice, and the plan says what may be said at all."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection

from ledger import facts
from plan.events import judge
from plan.facts import Fact, Journey
from plan.model import Plan
from workflows.wire import Event, Judged

WHY: Final = "why"  # the text that reserved events may carry


class Heard(NamedTuple):
    """A fact that is not stored yet; `note` says what of the event was dropped."""

    fact: Fact
    content_hash: str
    note: str | None


def judged(
    conn: Connection, plan: Plan, journey: Journey, events: Sequence[Event], now: datetime
) -> tuple[list[Heard], list[Judged]]:
    """What of `events` is fit to be a fact, in order of arrival, and the verdicts about all the others."""
    heard: dict[str, Heard] = {}
    others: list[Judged] = []
    for event in sorted(events, key=lambda event: event.n):
        candidate = _heard(plan, event, now)
        fact = candidate.fact
        stored = facts.by_id(conn, journey.id, fact.id)
        before = stored.content_hash if stored else heard[fact.id].content_hash if fact.id in heard else None
        if before == candidate.content_hash:
            others.append(Judged(n=event.n, verdict="duplicate"))
        elif before is not None:
            clash = f"the id {fact.id} was used for an event that said something else"
            others.append(Judged(n=event.n, verdict="refused", reason=clash))
        elif reason := judge(plan, journey, fact.type, fact.at, fact.heard_at, fact.item, fact.by, fact.data):
            others.append(Judged(n=event.n, verdict="refused", reason=reason))
        else:
            heard[fact.id] = candidate
    return list(heard.values()), others


def content_hash(event: Event) -> str:
    """Equal for two deliveries of one event: its arrival, and an instant it did not give, are no content."""
    content = [event.type, event.at, event.item, event.by, dict(sorted(event.data.items()))]
    return sha256(to_json(content)).hexdigest()[:16]


def _heard(plan: Plan, event: Event, now: datetime) -> Heard:
    heard_at = event.heard_at or now
    spec = plan.events.get(event.type)
    declared = {name for name, field in spec.data.items() if field.type == "text"} if spec else {WHY}
    raw = sorted(name for name in declared if isinstance(event.data.get(name), str))
    fact = Fact(
        id=event.id or f"_{event.n}",
        type=event.type,
        at=event.at or heard_at,
        heard_at=heard_at,
        order=event.n,
        item=event.item,
        by=event.by or (spec.by if spec else None),
        data={name: value for name, value in event.data.items() if name not in raw},
    )
    note = f"text in a raw signal is dropped ({', '.join(raw)}); send it by waypost tell" if raw else None
    return Heard(fact, content_hash(event), note)
