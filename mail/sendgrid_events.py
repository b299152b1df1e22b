"""What SendGrid reports of messages, in our words: its own are translated here, once, and kept raw beside them.

Source: Event Webhook Reference, twilio.com/docs/sendgrid. In practice every field may be missing: `status` for a bad
MX, our ids and its own for a bounce that comes later. Nothing that a post holds makes this raise.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal

from pydantic import AwareDatetime, JsonValue

from mail.frozen import Frozen
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
ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
NUMBER: Final = re.compile(r"[0-9]{1,10}")
SECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]+)?")
LAST: Final = 253_402_300_799  # the last second of the year 9999
HIGHEST: Final = 2**31 - 1  # of what an integer column holds
LONGEST: Final = 4000  # characters of what a server said
SHORT: Final = 80  # characters of a reason that we have no word for


class Event(Frozen):
    """One event. `at` is SendGrid's clock; `message_id` and `attempt` are our own, as it gave them back.

    `event_id` was seen to differ between copies of one event, so `content`, a hash of what an event is, tells them too.
    `failure`: the class of what failed, or SendGrid's own words where we have none. `machine`: no person opened it.
    """

    event_id: str | None
    content: str
    kind: Kind
    provider_kind: str
    message_id: str | None
    attempt: int | None
    at: AwareDatetime
    address: str | None
    machine: bool
    failure: str | None
    status: str | None
    reason: str | None
    response: str | None
    url: str | None
    provider_message_id: str | None
    raw: Mapping[str, JsonValue]

    @property
    def hand_over_id(self) -> str | None:
        """What SendGrid called the hand-over when it took it (X-Message-Id): the first part of its id for a message."""
        return self.provider_message_id.partition(".")[0] if self.provider_message_id else None


class Post(Frozen):
    """What one post holds. `unreadable`: so many things that are no event, which only its bytes still tell."""

    events: tuple[Event, ...]
    unreadable: int


def read(body: bytes, received_at: datetime) -> Post:
    """The events in their order. `received_at` stands in for an event's time where that is none."""
    found, unreadable = values(body)
    events = [_event(value, received_at) for value in found if isinstance(value, dict)]
    return Post(events=tuple(events), unreadable=unreadable + len(found) - len(events))


def _event(raw: Mapping[str, JsonValue], received_at: datetime) -> Event:
    said, type_ = text_of(raw.get("event"), SHORT) or "", text_of(raw.get("type"), SHORT)
    kind = KINDS.get(said, "unknown")
    if kind == "bounced" and type_ not in {None, "bounce"}:
        kind = "blocked"
    reason, status = text_of(raw.get("reason"), LONGEST), text_of(raw.get("status"), SHORT)
    if kind == "account_changed":
        reason = reason or type_
    address = text_of(raw.get("email"), LONGEST)
    return Event(
        event_id=text_of(raw.get("sg_event_id"), LONGEST),
        content=_content(raw),
        kind=kind,
        provider_kind=said,
        message_id=_id(raw.get("mid")),
        attempt=_attempt(raw.get("att")),
        at=_instant(raw.get("timestamp")) or received_at,
        address=address.casefold() if address else None,
        machine=raw.get("sg_machine_open") is True,
        failure=_failure(kind, raw.get("bounce_classification"), type_, status, reason),
        status=status,
        reason=reason,
        response=text_of(raw.get("response"), LONGEST),
        url=text_of(raw.get("url"), LONGEST),
        provider_message_id=text_of(raw.get("sg_message_id"), LONGEST),
        raw=raw,
    )


def _failure(
    kind: Kind, classification: JsonValue, type_: str | None, status: str | None, reason: str | None
) -> str | None:
    if kind == "dropped":
        words = " ".join((reason or "").casefold().split())
        known = (ours for theirs, ours in DROPS.items() if words.startswith(theirs))
        return next(known, (reason or NO_REASON)[:SHORT])
    if kind not in {"bounced", "blocked"}:
        return None
    if type_ == "expired" or (kind == "blocked" and re.search(r"\bexpired\b", reason or "", re.IGNORECASE)):
        return "expired"
    said = text_of(classification, SHORT) or NO_REASON
    found = CLASSES.get(said.casefold(), said)
    by_status = (ours for theirs, ours in STATUSES.items() if (status or "").startswith(theirs))
    return next(by_status, found) if found == NO_REASON else found


def _content(raw: Mapping[str, JsonValue]) -> str:
    """The same for every copy of one event, whatever id it comes under."""
    if text_of(raw.get("event"), SHORT) not in KINDS or _instant(raw.get("timestamp")) is None:
        # Nobody knows which of its fields tell it from another.
        own = {name: value for name, value in raw.items() if name != "sg_event_id"}
        return sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()
    said = text_of(raw.get("reason"), 200) or text_of(raw.get("response"), 200)
    parts = [
        text_of(raw.get("mid"), LONGEST) or text_of(raw.get("email"), LONGEST),
        *(text_of(raw.get(name), LONGEST) for name in ("att", "event", "timestamp", "url", "type")),
        said,
    ]
    return sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()


def _id(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and ID.fullmatch(value) else None


def _attempt(value: JsonValue) -> int | None:
    said = text_of(value, 10) or ""
    return int(said) if NUMBER.fullmatch(said) and 0 < int(said) <= HIGHEST else None


def _instant(value: JsonValue) -> datetime | None:
    said = text_of(value, SHORT) or ""
    if not SECONDS.fullmatch(said):
        return None
    seconds = float(said)
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= LAST else None
