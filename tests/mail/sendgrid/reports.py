"""Events as SendGrid's event webhook writes them, and the body of a post (Event Webhook Reference, twilio.com/docs)."""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

Report = Mapping[str, Any]

NUMBERS: Final = count(1)
MOST_BYTES: Final = 768_000  # of one post
# Beside the fields that all of them carry.
FIELDS: Final[Mapping[str, Report]] = {
    "processed": {"pool": {"name": "main", "id": 210}},
    "deferred": {"response": "451 4.7.1 Greylisted, try again later", "attempt": "5", "tls": 1},
    "delivered": {"response": "250 2.0.0 OK 1513299569 k12si", "ip": "192.0.2.7", "tls": 1},
    "bounce": {
        "type": "bounce",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist",
        "status": "5.1.1",
        "bounce_classification": "Invalid Address",
        "tls": 1,
    },
    "blocked": {
        "event": "bounce",
        "type": "blocked",
        "reason": "550 5.7.1 refused by policy",
        "status": "5.7.1",
        "bounce_classification": "Reputation",
    },
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
    "open": {"useragent": "Mozilla/5.0", "ip": "192.0.2.8", "sg_content_type": "html", "sg_machine_open": False},
    "machine_open": {"event": "open", "useragent": "Mozilla/5.0", "ip": "192.0.2.9", "sg_machine_open": True},
    "click": {
        "useragent": "Mozilla/5.0",
        "ip": "192.0.2.8",
        "url": "https://portal.example.org/applications/1",
        "url_offset": {"index": 0, "type": "html"},
    },
    "spamreport": {},
    "unsubscribe": {},
    "group_unsubscribe": {
        "asm_group_id": 10,
        "useragent": "Mozilla/5.0",
        "ip": "192.0.2.8",
        "url": "https://u.example",
    },
    "group_resubscribe": {
        "asm_group_id": 10,
        "useragent": "Mozilla/5.0",
        "ip": "192.0.2.8",
        "url": "https://u.example",
    },
}
DROPS: Final[Mapping[str, str]] = {
    "bounces": "Bounced Address",
    "unsubscribes": "Unsubscribed Address",
    "spam_reports": "Spam Reporting Address",
    "invalid_emails": "Invalid",
}  # the suppression list → what the event says


def report(
    kind: str,
    at: int,
    mid: str | None = None,
    att: int | None = None,
    email: str = "ada@example.org",
    name: str | None = None,
    **fields: Any,
) -> Report:
    """One event; `at` in seconds since 1970, `name` what SendGrid calls the message, `fields` beside the usual ones."""
    usual = {"email": email, "timestamp": at, "event": kind, "sg_event_id": f"event-{next(NUMBERS)}=="}
    if name:
        usual["sg_message_id"] = f"{name}.recvd-6c8c5b7c5-xyz-1-65A1B2C3-1A.0"
        usual["smtp-id"] = f"<{mid}@example.org>"
    if mid is not None:
        usual |= {"mid": mid, "att": str(att)}
    return {**usual, **FIELDS.get(kind, {}), **fields}


def async_bounce(at: int, email: str, **fields: Any) -> Report:
    """A bounce that came as a message of its own, later: without our ids and without SendGrid's for the message."""
    return report("bounce", at, email=email, **fields)


def account_changed(at: int, what: str = "compliance_suspend") -> Report:
    """About the account itself: no reader, no message."""
    return {"event": "account_status_change", "sg_event_id": f"event-{next(NUMBERS)}==", "timestamp": at, "type": what}


def copy(original: Report, *, new_id: bool) -> Report:
    """The same event posted again, perhaps under another id (sendgrid-nodejs 1435)."""
    return {**original, "sg_event_id": f"event-{next(NUMBERS)}=="} if new_id else original


def body(events: Sequence[Report]) -> bytes:
    """A post's bytes: a line for each event, ended as SendGrid ends them."""
    lines = (json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events)
    return ("[" + ",\r\n".join(lines) + "]\r\n").encode()


def posts(events: Sequence[Report]) -> Sequence[Sequence[Report]]:
    """The events in posts of at most 768 kB."""
    found: list[list[Report]] = [[]]
    size = 0
    for event in events:
        length = len(body([event]))
        if found[-1] and size + length > MOST_BYTES:
            found.append([])
            size = 0
        found[-1].append(event)
        size += length
    return found if found[0] else []
