"""What the routes work with, built by whoever serves them."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger import Ledger
from mail.sendgrid_lists import SendGridLists
from starter.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """`committed` is called after a commit that wrote wake-ups: journeys are told soon. Safe from any thread.

    `lists`: the provider's own lists of addresses, where it keeps any and lets us change them.
    """

    ledger: Ledger
    settings: Settings
    committed: Callable[[], None]
    lists: SendGridLists | None = None
