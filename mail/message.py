"""An e-mail as it will leave, and its bytes by RFC 5322."""

import re
from collections.abc import Mapping
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from mail.frozen import Frozen

# CR and LF would begin another header (the package `sendgrid` lets them through); some readers break at the others.
BREAKS_A_HEADER: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# ASCII, since servers without RFC 6531 take no other; an international domain is written in its xn-- form.
ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
DOMAIN: Final = rf"{LABEL}(?:\.{LABEL})*"


def _one_line(value: str) -> str:
    if BREAKS_A_HEADER.search(value):
        raise ValueError("a header holds no line end and no other control character")
    return value


# A line has at most 998 characters (RFC 5322, 2.1.1), and one that holds no space cannot be folded.
OneLine = Annotated[str, StringConstraints(max_length=600), AfterValidator(_one_line)]
AddressSpec = Annotated[str, StringConstraints(pattern=rf"^{ATOM}(?:\.{ATOM})*@{DOMAIN}$", max_length=254)]
MessageId = Annotated[str, StringConstraints(pattern=rf"^<{ATOM}(?:\.{ATOM})*@{DOMAIN}>$", max_length=300)]
# Of the names that mean something to others, the two of RFC 8058 alone.
HeaderName = Annotated[str, StringConstraints(pattern=r"^(?:X-[A-Za-z0-9-]{1,64}|List-Unsubscribe(?:-Post)?)$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,900}$")]


LONGEST_NAME: Final = 200  # characters, with whose quoting a line stays below 998


def as_name(text: str) -> str:
    """The name of somebody as a header may hold it: one line, without control characters, cut where it is no name."""
    return " ".join(BREAKS_A_HEADER.sub(" ", text).split())[:LONGEST_NAME]


class Mailbox(Frozen):
    """Somebody who can be written to; without a name the bare address."""

    name: OneLine = ""
    email: AddressSpec


class Email(Frozen):
    """One message. Between two attempts nothing differs but the tokens of its reader's own pages.

    `id` names the file of the mail folder too. `message_id_header` is `<id@sending-domain>` and `date` one instant of
    the message, not of the attempt: by these two a mail store recognises a second copy. `bypass_unsubscribe`: it is
    mandatory, and leaves even if the provider's list says that the reader unsubscribed from everything.
    Raises pydantic's ValidationError, which repeats no value, for what would forge or break a header.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    message_id_header: MessageId
    date: AwareDatetime
    sender: Mailbox
    reply_to: Mailbox | None = None
    to: Annotated[tuple[Mailbox, ...], Field(min_length=1)]
    subject: OneLine
    html: str
    text: str
    headers: Mapping[HeaderName, HeaderValue] = Field(default_factory=dict)
    bypass_unsubscribe: bool = False


BODY: Final = SMTP.clone(cte_type="7bit")


def to_bytes(email: Email) -> bytes:
    """The whole message, text part first; the same bytes every time."""
    body = EmailMessage(policy=BODY)
    body.set_content(email.text)
    body.add_alternative(email.html, subtype="html")
    body.set_boundary(f"=_{email.id}")  # the library's own choice is random
    return f"{_head(email)}\r\n".encode("ascii") + body.as_bytes()


def _head(email: Email) -> str:
    """The headers, written here: the library's fold would encode a long key, which is there to be searched for."""
    headers = {
        "From": _people((email.sender,)),
        "To": _people(email.to),
        **({"Reply-To": _people((email.reply_to,))} if email.reply_to else {}),
        "Subject": _encoded(email.subject),
        "Date": format_datetime(email.date),
        "Message-ID": email.message_id_header,
        **email.headers,
    }
    return "\r\n".join(f"{name}: {value}" for name, value in headers.items())


def _people(mailboxes: tuple[Mailbox, ...]) -> str:
    return ",\r\n ".join(
        f"{_encoded(mailbox.name)} <{mailbox.email}>"
        if _needs_encoding(mailbox.name)
        else formataddr((mailbox.name, mailbox.email))
        for mailbox in mailboxes
    )


def _encoded(text: str) -> str:
    """The text as it may stand in a header, encoded words (RFC 2047) where it is not plain."""
    charset = "utf-8" if _needs_encoding(text) else "us-ascii"
    return Header(text, charset, header_name="Subject").encode(linesep="\r\n")


def _needs_encoding(text: str) -> bool:
    return not text.isascii() or "=?" in text  # what looks encoded would be decoded
