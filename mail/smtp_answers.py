"""What an SMTP server's reply means for the message, by the step that it answers: one table, and the words for staff.

Sources: RFC 5321, 4.2 (first digits); RFC 4954, 6 (530, 534, 535, 538); RFC 3463 and IANA's registry of SMTP enhanced
status codes. Only the end of the whole message can leave a fate unknown: before the final dot nothing is handed over.
"""

import re
from typing import Final, Literal, NamedTuple

from mail.message import Email
from mail.quotable import names_nobody
from mail.transport import ChannelRefused, FateUnknown, HandOver, NotTaken, Refused

Step = Literal[
    "connection", "greeting", "hello", "encryption", "login", "reset", "sender", "recipient", "data", "text", "message"
]

# What a server refuses at each step that it answers.
REFUSED: Final = {
    "greeting": "the connection",
    "hello": "this machine",
    "encryption": "encryption",
    "login": "the user or the password",
    "reset": "to go on",
    "sender": "the sender",
    "recipient": "the recipient",
    "data": "the message",
    "text": "the message",
    "message": "the message",
}
BEFORE_ANY_MESSAGE: Final = frozenset({"greeting", "hello", "encryption", "login", "reset"})
CREDENTIALS: Final = frozenset({530, 534, 535, 538})
NO_MAIL_SERVER: Final = frozenset({500, 502, 503})  # of RCPT and DATA: what answers does not know SMTP's commands
TOO_LARGE: Final = frozenset({523, 552})
TOO_LARGE_ENHANCED: Final = frozenset({"5.2.3", "5.3.4"})
# The sending domain, its SPF, DKIM, DMARC and host name, or the account. The last five are Microsoft's own.
SENDING_SIDE: Final = frozenset({
    "5.1.7", "5.1.8",
    "5.7.8", "5.7.9", "5.7.10", "5.7.11", "5.7.12", "5.7.13", "5.7.14",
    "5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.25", "5.7.26", "5.7.27", "5.7.28", "5.7.29",
    "5.7.3", "5.7.57", "5.7.60", "5.7.509", "5.7.515",
})  # fmt: skip
RELAY: Final = re.compile(r"\brelay", re.IGNORECASE)  # "Relay access denied", "relay not permitted", "Unable to relay"
ENHANCED: Final = re.compile(r"(?<![\w.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![\w.])\s*")


class Reply(NamedTuple):
    """A server's whole reply, its lines joined by spaces. `code` is -1 when it is none by RFC 5321."""

    code: int
    text: str

    @property
    def goes_on(self) -> bool:
        """The command was carried out."""
        return self.code // 100 == 2

    @property
    def for_good(self) -> bool:
        return self.code // 100 == 5

    @property
    def closes(self) -> bool:
        """The server ends the conversation with it."""
        return self.code == 421

    @property
    def enhanced(self) -> str:
        """The status of RFC 3463 at its beginning, or nothing."""
        found = ENHANCED.match(self.text)
        return found[1] if found else ""

    @property
    def status(self) -> str:
        return f"status {self.code}" + (f" {self.enhanced}" if self.enhanced else "")

    @property
    def words(self) -> str:
        """The text without the status codes, which a server repeats in every line."""
        return ENHANCED.sub("", self.text).strip()


def sorted_out(step: Step, reply: Reply, email: Email) -> HandOver:
    """What a reply means with which the hand-over ends at `step`."""
    if reply.code // 100 == 4:
        return NotTaken(
            sentence=f"the SMTP server put off {REFUSED[step]} ({reply.status}){_quoted(step, reply, email)}"
        )
    if reply.for_good:
        sentence = f"the SMTP server refused {REFUSED[step]} ({reply.status}){_quoted(step, reply, email)}"
        return ChannelRefused(sentence=sentence) if is_ours(step, reply) else Refused(sentence=sentence)
    if step == "message":
        return FateUnknown(
            sentence=f"the SMTP server answered the message with no reply that means anything{_code(reply)}"
        )
    return NotTaken(sentence=f"the SMTP server answered out of turn{_code(reply)}; nothing was handed over")


def is_ours(step: Step, reply: Reply) -> bool:
    """Whether a refusal for good is about settings, account or domain of the sender, which staff can mend."""
    if reply.code in CREDENTIALS or reply.enhanced in SENDING_SIDE or step in BEFORE_ANY_MESSAGE:
        return True
    if step == "sender":  # the same for all messages of a program, except for the size that is named with it
        return reply.code not in TOO_LARGE and reply.enhanced not in TOO_LARGE_ENHANCED
    if step in {"recipient", "data"} and reply.code in NO_MAIL_SERVER:
        return True
    return step == "recipient" and bool(RELAY.search(reply.text))


def broken(step: Step, *, late: bool) -> HandOver:
    """What it means that the conversation ended at `step` without a reply; `late`: because its time was over."""
    if step == "connection":
        return NotTaken(sentence="there is no connection to the SMTP server")
    if step == "message":
        why = (
            "the SMTP server did not answer in time" if late else "the connection broke before the SMTP server's answer"
        )
        return FateUnknown(sentence=why)
    why = "the SMTP server was too slow" if late else "the connection to the SMTP server broke"
    return NotTaken(sentence=f"{why}; nothing was handed over")


def _quoted(step: Step, reply: Reply, email: Email) -> str:
    """The server's words where they name nobody; never about the login, of whose user the message knows nothing."""
    quotable = step != "login" and reply.words and names_nobody(reply.words, email)
    return f": “{reply.words}”" if quotable else ""


def _code(reply: Reply) -> str:
    return f" (status {reply.code})" if reply.code > 0 else ""
