"""Slips of the pen in the domain of an e-mail address: a suggestion, never a refusal."""

from typing import Final

COMMON: Final = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "aol.com",
    "live.com",
    "msn.com",
    "comcast.net",
    "protonmail.com",
    "googlemail.com",
    "yahoo.co.uk",
    "hotmail.co.uk",
)  # where most people's own mailboxes are; a slip in an employer's domain cannot be told from a name

ALIKE: Final = frozenset(
    {"mail.com", "ymail.com", "aim.com", "me.com", "mac.com", "gmx.com"}
)  # real, and near to those


def suggestion(address: str) -> str | None:
    """The address with the domain that was probably meant, for one wrong, missing, doubled or swapped letter."""
    mailbox, at, domain = address.rpartition("@")
    domain = domain.casefold()
    if not at or domain in COMMON or domain in ALIKE:
        return None
    meant = next((name for name in COMMON if one_slip(domain, name)), None)
    return f"{mailbox}@{meant}" if meant else None


def one_slip(written: str, meant: str) -> bool:
    """Whether one letter was added, left out, changed, or swapped with its neighbour."""
    n = next((i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), min(len(written), len(meant)))
    rest, other = written[n:], meant[n:]
    swapped = rest[:2] == other[1::-1] and len(rest) > 1 and rest[2:] == other[2:]
    return written != meant and (swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:])
