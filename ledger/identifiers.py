"""Ids that sort by the time they were made."""

import secrets
import time
from uuid import UUID


def uuid7(nanoseconds: int | None = None) -> str:
    """A UUID of version 7 (RFC 9562, 5.7 and method 3 of 6.2): milliseconds, their fraction in 1/4096, 62 random bits.

    `nanoseconds` since 1970, by default now.
    """
    milliseconds, rest = divmod(time.time_ns() if nanoseconds is None else nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return str(UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)))
