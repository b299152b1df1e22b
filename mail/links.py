"""Where a link may lead: https, mailto and tel, and nowhere that a merged value could bend it to."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from mail.markup import Field, Text

HOST: Final = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
# No user part ("https://bank.example@elsewhere"), no raw space, quote, angle bracket, backslash or control character.
CHARACTER: Final = r"[!#-;=?-\[\]_a-z~]"
FINISHED: Final = re.compile(
    rf"https://{HOST}(?::[0-9]+)?(?:[/?#]{CHARACTER}*)?"
    rf"|mailto:[A-Za-z0-9!#$%&'*+/=?^_{{|}}~.-]+@{HOST}(?:\?{CHARACTER}*)?"
    r"|tel:\+?[0-9().;=ext-]+"
)
BEFORE_A_FIELD: Final = re.compile(rf"(?:https://{HOST}(?::[0-9]+)?[/?#]|mailto:|tel:).*", re.DOTALL)


def shape_problem(parts: Sequence[Text | Field]) -> str | None:
    """Why a link cannot be right whatever is merged into it, as a sentence; None when it can."""
    if not parts:
        return 'this link leads nowhere: give it an address, as in <a href="https://…">'
    first = parts[0]
    if isinstance(first, Field):
        return None
    if len(parts) > 1:
        if BEFORE_A_FIELD.fullmatch(first.text):
            return None
        return "a merge field may be the beginning of a link, or stand after https://host/, mailto: or tel:"
    if may_be_sent(first.text):
        return None
    return "a link must begin with https://, mailto: or tel:, be complete and hold no spaces"


def joined(parts: Sequence[Text | Field], values: Mapping[str, str]) -> str:
    """The finished address. A field at the beginning is one itself; any other is percent-encoded into its place."""
    inside_mail_or_phone = isinstance(parts[0], Text) and not parts[0].text.startswith("https:")
    done = []
    for position, part in enumerate(parts):
        if isinstance(part, Text):
            done.append(part.text)
        elif position == 0:
            done.append(re.sub(r"[^\x00-\x7f]+", lambda run: quote(run[0]), values[part.name]))
        else:
            done.append(quote(values[part.name], safe="@+" if inside_mail_or_phone else ""))
    return "".join(done)


def may_be_sent(url: str) -> bool:
    """Whether a finished address is one that a message may carry."""
    return FINISHED.fullmatch(url) is not None
