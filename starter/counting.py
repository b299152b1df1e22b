"""Makes the posts that providers' events came in count, one by one: a post that cannot keeps none behind it waiting."""

import logging
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ledger import Ledger, LedgerAway, counting, webhook_posts

LOG: Final = logging.getLogger("waypost.events")


class Counted(NamedTuple):
    """Ids of posts: those that count now, and those that should and cannot."""

    counted: tuple[str, ...]
    failed: tuple[str, ...]


def count_all(ledger: Ledger, before: datetime | None = None) -> Counted:
    """`before`: only posts that came before it. What fails is logged and stays uncounted, to be tried again.

    Raises LedgerAway.
    """
    counted: list[str] = []
    failed: list[str] = []
    after = ""
    while posts := _uncounted(ledger, after, before):
        for post in posts:
            outcome = _count(ledger, post)
            if outcome is not None:
                (counted if outcome else failed).append(post)
        after = posts[-1]
    return Counted(tuple(counted), tuple(failed))


def _uncounted(ledger: Ledger, after: str, before: datetime | None) -> tuple[str, ...]:
    with ledger.read() as connection:
        return webhook_posts.uncounted(connection, after, before)


def _count(ledger: Ledger, post: str) -> bool | None:
    """None: another has counted it meanwhile."""
    try:
        with ledger.write() as connection:
            return counting.count(connection, post, datetime.now(UTC)) or None
    except LedgerAway:
        raise
    except Exception:  # whatever it is about this post, those behind it are none the worse for it
        LOG.exception(
            "post %s of a provider's events cannot be counted; its events are kept, and it is tried again", post
        )
        return False
