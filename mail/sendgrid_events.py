"""What SendGrid reports of messages, in our words: its own are translated here, once, and kept raw beside them.

Source: Event Webhook Reference, twilio.com/docs/sendgrid. In practice every field may be missing: `status` for a bad
MX, our ids and its own for a bounce that comes later. Nothing that a post holds makes this raise.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from pydantic import JsonValue

from mail.lenient_json import text_of, values

Kind = Literal[
    "processed",
    "deferred",
    "delivered",
    "bounced",
    "blocked",
    "dropped",
    "opened",
    "clicked",
    "complained",
    "unsubscribed",
    "group_unsubscribed",
    "group_resubscribed",
    "account_changed",
    "unknown",
]

KINDS: Final[Mapping[str, Kind]] = {
    "processed": "processed",
    "deferred": "deferred",
    "delivered": "delivered",
    "bounce": "bounced",  # unless its type says that it was refused this time only
    "dropped": "dropped",
    "open": "opened",
    "click": "clicked",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "group_unsubscribed",
    "group_resubscribe": "group_resubscribed",
    "account_status_change": "account_changed",
}
# bounce_classification, of bounced and blocked alike: which of the two it is, its type alone says.
CLASSES: Final[Mapping[str, str]] = {
    "invalid address": "invalid_address",
    "mailbox unavailable": "mailbox_unavailable",
    "reputation": "reputation",
    "frequency or volume too high": "frequency",
    "content": "content",
    "technical failure": "technical",
    "unclassified": "unclassified",
}
# RFC 3463, where the classification is missing or says nothing.
STATUSES: Final[Mapping[str, str]] = {"5.1.": "invalid_address", "5.2.": "mailbox_unavailable"}
# How the reason of a dropped one begins; the first that fits. New ones have come before (anymail 379).
DROPS: Final[Mapping[str, str]] = {
    "bounced address": "bounced_address",
    "unsubscribed address": "unsubscribed_address",
    "spam reporting address": "spam_reporting_address",
    "spam content": "spam_content",
    "recipient list over package quota": "over_quota",
    "invalid smtpapi header": "invalid_header",
    "invalid": "invalid",
}
NO_REASON: Final = "unclassified"
TELLING: Final = ("att", "event", "timestamp", "url", "type")  # what tells one event of a message from another
ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
NUMBER: Final = re.compile(r"[0-9]{1,10}")
SECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]+)?")
LAST: Final = 253_402_300_799  # the last second of the year 9999
HIGHEST: Final = 2**31 - 1  # of what an integer column holds
LONGEST: Final = 4000  # characters of what a server said
SHORT: Final = 80  # characters of a reason that we have no word for
LIMITS: Final[Mapping[str, int]] = {  # the fields that are read, and how much of each
    **dict.fromkeys(("event", "type", "timestamp", "status", "bounce_classification", "att"), SHORT),
    **dict.fromkeys(("mid", "email", "sg_event_id", "sg_message_id", "reason", "response", "url"), LONGEST),
}


class Event(NamedTuple):
    """One event. `at` is SendGrid's clock; `message_id` and `attempt` are our own, as it gave them back.

    `event_id` was seen to differ between copies of one event, so `content`, a hash of what an event is, tells them too.
    `failure`: the class of what failed, or SendGrid's own words where we have none. `machine`: no person opened it.
    `hand_over_id`: what SendGrid called the hand-over when it took it (X-Message-Id), the first part of its own id.
    A tuple, since a post holds hundreds.
    """

    content: str
    kind: Kind
    provider_kind: str
    at: datetime
    event_id: str | None
    attempt: int | None
    address: str | None
    machine: bool
    failure: str | None
    status: str | None
    reason: str | None
    response: str | None
    url: str | None
    hand_over_id: str | None
    message_id: str | None
    raw: Mapping[str, JsonValue]


class Post(NamedTuple):
    """What one post holds. `unreadable`: so many things that are no event, which only its bytes still tell."""

    events: tuple[Event, ...]
    unreadable: int


def read(body: bytes, received_at: datetime) -> Post:
    """The events in their order. `received_at` stands in for an event's time where that is none."""
    found, unreadable = values(body)
    events = [_event(value, received_at) for value in found if isinstance(value, dict)]
    return Post(tuple(events), unreadable + len(found) - len(events))


def _event(raw: Mapping[str, JsonValue], received_at: datetime) -> Event:
    said = {name: text_of(value, LIMITS[name]) for name, value in raw.items() if name in LIMITS}
    name, type_ = said.get("event") or "", said.get("type")
    kind = KINDS.get(name, "unknown")
    if kind == "bounced" and type_ not in {None, "bounce"}:
        kind = "blocked"
    reason, address, its_id = said.get("reason"), said.get("email"), said.get("sg_message_id")
    at = _instant(said.get("timestamp"))
    return Event(
        content=_content(said) if at and name in KINDS else _whole_content(raw),
        kind=kind,
        provider_kind=name,
        at=at or received_at,
        event_id=said.get("sg_event_id"),
        attempt=_attempt(said.get("att")),
        address=address.casefold() if address else None,
        machine=raw.get("sg_machine_open") is True,
        failure=_failure(kind, said.get("bounce_classification"), type_, said.get("status"), reason),
        status=said.get("status"),
        reason=reason or type_ if kind == "account_changed" else reason,
        response=said.get("response"),
        url=said.get("url"),
        hand_over_id=its_id.partition(".")[0] if its_id else None,
        message_id=_id(said.get("mid")),
        raw=raw,
    )


def _failure(
    kind: Kind, classification: str | None, type_: str | None, status: str | None, reason: str | None
) -> str | None:
    if kind == "dropped":
        words = " ".join((reason or "").casefold().split())
        known = (ours for theirs, ours in DROPS.items() if words.startswith(theirs))
        return next(known, (reason or NO_REASON)[:SHORT])
    if kind not in {"bounced", "blocked"}:
        return None
    if type_ == "expired" or (kind == "blocked" and re.search(r"\bexpired\b", reason or "", re.IGNORECASE)):
        return "expired"
    said = classification or NO_REASON
    found = CLASSES.get(said.casefold(), said)
    by_status = (ours for theirs, ours in STATUSES.items() if (status or "").startswith(theirs))
    return next(by_status, found) if found == NO_REASON else found


def _content(said: Mapping[str, str | None]) -> str:
    """The same for every copy of one event, whatever id it comes under; a message may have several readers."""
    own = [said.get(name) or "" for name in TELLING]
    words = said.get("reason") or said.get("response") or ""
    return _digest("\x1f".join([said.get("mid") or "", (said.get("email") or "").casefold(), *own, words[:200]]))


def _whole_content(raw: Mapping[str, JsonValue]) -> str:
    """Of a kind that we do not know, or without a time: nobody knows which of its fields tell it from another."""
    own = {name: value for name, value in raw.items() if name != "sg_event_id"}
    return _digest(json.dumps(own, sort_keys=True))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]  # 128 bits: no two of our events will ever share them by chance


def _id(said: str | None) -> str | None:
    return said if said and ID.fullmatch(said) else None


def _attempt(said: str | None) -> int | None:
    return int(said) if said and NUMBER.fullmatch(said) and 0 < int(said) <= HIGHEST else None


def _instant(said: str | None) -> datetime | None:
    if said is None or not SECONDS.fullmatch(said):
        return None
    seconds = float(said)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= LAST else None
