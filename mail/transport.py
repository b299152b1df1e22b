"""How a message is handed over, and the five things that can come of it. All five are values, none an exception.

Sentences are for staff and end in logs and histories: they hold no address, no name and no secret.
"""

from datetime import timedelta
from typing import Literal, Protocol

from mail.frozen import Frozen
from mail.message import Email


class Accepted(Frozen):
    """Taken over, which is not delivered. `provider_id` is the provider's own name for the request, empty if unknown.

    `remark` says what was not as asked: some of several readers refused.
    """

    provider_id: str
    remark: str | None = None


class Refused(Frozen):
    """Refused for good, because of the message itself: sending it again would be refused again."""

    sentence: str


class NotTaken(Frozen):
    """Certainly not taken: safe to try again, not before `retry_after` if the provider named a time."""

    sentence: str
    retry_after: timedelta | None = None


class ChannelRefused(Frozen):
    """Nothing leaves by this channel until staff mend it; the message is blameless and its attempt does not count."""

    sentence: str


class FateUnknown(Frozen):
    """It may have been taken, or not: whoever sends it again may send it twice."""

    sentence: str


# Handing over again changes nothing; the provider reports what it took; nobody ever says.
Evidence = Literal["repeatable", "events", "none"]

HandOver = Accepted | Refused | NotTaken | ChannelRefused | FateUnknown


class Transport(Protocol):
    """A way for messages to leave. Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        ...

    @property
    def evidence(self) -> Evidence:
        """What settles a fate unknown."""
        ...

    def hand_over(self, email: Email, attempt: int) -> HandOver:
        """One attempt, counted from 1. Blocks until its end is known or can no longer be."""
        ...
