"""Makes the posts that providers' events came in count, one by one: a post that cannot keeps none behind it waiting."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Final, NamedTuple

from ledger import Ledger, LedgerAway, counting, webhook_posts
from starter.complaint import complain

LOG: Final = logging.getLogger("waypost.events")


class Counted(NamedTuple):
    """Ids of posts: those that count now, and those that should and cannot."""

    counted: tuple[str, ...]
    failed: tuple[str, ...]


class Counting:
    """Counts for a process that takes posts. However many ask at once, one counts, and does it again for the others.

    `counted` is called after each time that something did count.
    """

    def __init__(self, ledger: Ledger, counted: Callable[[], None]) -> None:
        self._ledger = ledger
        self._counted = counted
        self._turn = Lock()
        self._wanted = False

    def ask(self) -> None:
        """What is kept counts when this returns, or by whoever is counting. Should that fail, reconcile does it."""
        self._wanted = True
        while self._wanted and self._turn.acquire(blocking=False):
            try:
                self._wanted = False
                if count_all(self._ledger).counted:
                    self._counted()
            except LedgerAway as away:
                LOG.warning("%s: events that were kept will count later", away)
            finally:
                self._turn.release()


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
    except Exception as error:  # noqa: BLE001 - whatever it is about this post, those behind it are none the worse for it
        complain(LOG, f"post {post} of a provider's events is kept, cannot count, and is tried again", error)
        return False
