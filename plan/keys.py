"""Message keys: the one name of one planned sending, readable, stable over respelling, and unique for ever."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from plan.period import Period
from plan.shares import Share

LONGEST_ACTIVITY_ID: Final = 200  # Temporal wedges over 255 characters; the rest is left to prefixes
KEPT: Final = 160  # characters of a long key that stay readable in front of its hash
REMEMBERED: Final = 4096  # keys taken apart lately: every decision does it to all that was sent
UNKNOWN_DATE: Final = "unknown"  # in place of the date while a deadline has none; such a key is never sent

_KEY: Final = re.compile(
    r"(?P<rule>[^:@#~/>+]+)(?::(?P<offset>[^@#~/>+]+))?(?P<moment>[@#~][^/>+]+)"
    r"(?:/(?P<item>[^>+]+))?>(?P<role>[^.>+]+)(?:\.(?P<person>[^>+]+))?(?:\+(?P<again>[0-9]+))?"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key taken apart. `moment` keeps its sign: `@2026-12-31`, `#fact`; `again` counts resends by hand."""

    rule: str
    offset: str | None
    moment: str
    item: str | None
    role: str
    person: str | None
    again: int = 0


def stem(rule: str, offset: Period | Share | None, moment: str, item: str | None) -> str:
    """The part of a key that all recipients of one occurrence share: everything before `>`."""
    counted = "" if offset is None else f":{offset}"
    return f"{rule}{counted}{moment}{'' if item is None else f'/{item}'}"


def message_key(stem: str, to: str) -> str:
    """The whole key; `to` is a role, or `role.person` for every role but the applicant."""
    return f"{stem}>{to}"


@lru_cache(REMEMBERED)
def parse(key: str) -> Key | None:
    """The parts of a key that this plan language wrote; None for any other text, such as a broadcast's."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    parts = match.groupdict()
    return Key(
        parts["rule"],
        parts["offset"],
        parts["moment"],
        parts["item"],
        parts["role"],
        parts["person"],
        int(parts["again"] or 0),
    )


def activity_id(key: str) -> str:
    """The key itself up to 200 characters; a longer one keeps its first 160 and a hash, so it stays unique."""
    if len(key) <= LONGEST_ACTIVITY_ID:
        return key
    return f"{key[:KEPT]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"
