"""What the routes work with, built by whoever serves them."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger import Ledger
from starter.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """`committed` is called after a commit that wrote wake-ups: journeys are told soon. Safe from any thread."""

    ledger: Ledger
    settings: Settings
    committed: Callable[[], None]
