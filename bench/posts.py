"""Messages that were sent, and a post in which SendGrid reports of them: of mixed kinds, several of each."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from ledger import Ledger
from ledger.identifiers import uuid7
from ledger.mail_tables import attempt, message
from ledger.tables import journey, person
from tests.mail.sendgrid.reports import body, report

# What twenty messages come to: one bounces, one is late, the rest arrive; some are opened, by persons or by machines.
KINDS: Final[tuple[tuple[str, ...], ...]] = (
    ("processed", "delivered", "machine_open", "open", "click"),
    ("processed", "delivered", "machine_open", "open"),
    ("processed", "delivered", "open"),
    ("processed", "deferred", "delivered"),
    ("processed", "delivered", "machine_open"),
    ("processed", "delivered", "machine_open"),
    *(("processed", "delivered"),) * 5,
    *(("processed", "delivered", "machine_open"),) * 4,
    *(("processed", "delivered", "open"),) * 4,
    ("processed", "bounce"),
)
EVENTS: Final = 500
MESSAGES: Final = 180  # enough for as many events


def sent(ledger: Ledger) -> Sequence[str]:
    """The ids of messages that the provider took, each of a journey and a person of its own."""
    now = datetime.now(UTC)
    ids = [uuid7() for _ in range(MESSAGES)]
    with ledger.write() as connection:
        for table, made in ((person, _person), (journey, _journey), (message, _message), (attempt, _attempt)):
            connection.execute(sa.insert(table), [made(id_, now) for id_ in ids])
    return ids


def post(messages: Sequence[str]) -> bytes:
    """The bytes of a post of EVENTS events about these messages, those of one message one after another."""
    now = int(time.time())
    events = [
        report(kind, now + n, id_, 1, _address(id_), f"sg-{id_}")
        for number, id_ in enumerate(messages)
        for n, kind in enumerate(KINDS[number % len(KINDS)])
    ]
    return body(events[:EVENTS])


def _address(id_: str) -> str:
    return f"{id_}@example.org"


def _person(id_: str, now: datetime) -> dict[str, Any]:
    plain = {"attributes": {}, "consents": [], "on_hold": False, "deceased": False, "revision": 1}
    return {"id": id_, "email": _address(id_), "changed_at": now, **plain}


def _journey(id_: str, now: datetime) -> dict[str, Any]:
    counted = {"epoch": 1, "wake": 1, "history_length": 10}
    empty = {"told": {}, "roles": {}, "flags": [], "created_given": False}
    known = {"program": "bench", "process": "application", "cycle": "1", "person_id": id_}
    return {"id": id_, "created_at": now, "arrived_at": now, **known, **counted, **empty}


def _message(id_: str, now: datetime) -> dict[str, Any]:
    words = {"program": "bench", "source": "plan", "channel": "email", "rule": "due", "purpose": "reminder"}
    whose = {"journey_id": id_, "key": "due:P7D@2027-03-08>applicant", "to": "applicant", "person_id": id_}
    left = {"state": "accepted", "fence": 1, "attempt": 1, "fields": {}, "plan_version": "v1", "address": _address(id_)}
    instants = dict.fromkeys(("queued_at", "changed_at", "tried_at", "sent_at", "journey_sent_at"), now)
    return {"id": id_, "provider_id": f"sg-{id_}", "subject": "Seven days left", **words, **whose, **left, **instants}


def _attempt(id_: str, now: datetime) -> dict[str, Any]:
    left = {"transport": "sendgrid", "evidence": "events", "address": _address(id_), "plan_version": "v1"}
    instants = {"clock": now, "on_wire_at": now, "ended_at": now}
    return {
        "message_id": id_,
        "attempt": 1,
        "fence": 1,
        "outcome": "accepted",
        "provider_id": f"sg-{id_}",
        **left,
        **instants,
    }
