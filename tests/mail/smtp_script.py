"""What an SMTP server of the tests is told to do with a message, and what it heard of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Literal

Place = Literal["greeting", "hello", "encryption", "login", "reset", "sender", "recipient", "data", "text", "message"]


@dataclass(frozen=True)
class Told:
    """How one message goes. `taken`: whether a real server would now deliver it.

    At `place` the server does not go on but gives `reply`, or does what `manner` says; "text" is amid the text.
    """

    place: Place = "message"
    reply: str = ""
    manner: Literal["reply", "close", "hang", "trickle", "twice"] = "reply"
    taken: bool = False
    readers: Mapping[str, str] = field(default_factory=dict)  # replies to RCPT by address


ACCEPT = Told(taken=True)


@dataclass(frozen=True)
class Heard:
    """One message that came with its final dot. `connection` counts from 1."""

    connection: int
    sender: str
    options: list[str]
    readers: list[str]
    content: str
    encrypted: bool
    user: str | None
    taken: bool

    @property
    def message_id(self) -> str:
        return str(message_from_bytes(self.content.encode("ascii"))["Message-ID"])
