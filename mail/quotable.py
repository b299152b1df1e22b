"""Whether a provider's own words may be repeated: sentences end in logs and histories, where nobody is named."""

import re
from typing import Final

from mail.message import Email

LONGEST_QUOTE: Final = 200


def names_nobody(quoted: str, email: Email) -> bool:
    """Neither an address nor any word of the names and addresses of `email`; short and on one line."""
    mailboxes = (*email.to, email.sender, *([email.reply_to] if email.reply_to else []))
    known = _words(" ".join(f"{mailbox.name} {mailbox.email}" for mailbox in mailboxes))
    return quoted.isprintable() and len(quoted) <= LONGEST_QUOTE and "@" not in quoted and not known & _words(quoted)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
