"""Keeps what stands against addresses equal to the provider's own lists: the job `suppressions` of upkeep.

The first round of a process reads every list whole; then each round reads what came since the last, and once a day all
of it again, which also shows what was taken off. What a round could not read it changes nothing of.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypeVar

from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from ledger import Ledger, listed
from ledger.listed import Listed
from ledger.suppressions import Cause
from mail.sendgrid_lists import ListName, NotNow, SendGridLists
from starter.waking import tell_waiting
from workflows.wire import UpkeepReport

CAUSES: Final[Mapping[ListName, Cause]] = {
    "bounces": "bounced",
    "invalid_emails": "invalid",
    "spam_reports": "complained",
    "unsubscribes": "unsubscribed",
}
READERS_OWN: Final[Cause] = "complained"  # never lifted because somebody took it off a list
OVERLAP: Final = timedelta(hours=1)  # of increments: clocks differ, and a list may lag behind what happened
WHOLE_EVERY: Final = timedelta(days=1)
BUDGET: Final = timedelta(minutes=8)  # of a round, waits for the rate limit included; the activity has ten
MOST_PAGES: Final = 4_000  # two million addresses
AT_ONCE: Final = 200  # addresses lifted in one transaction
T = TypeVar("T")


class Round(NamedTuple):
    """What one round did, and a sentence for each thing that it could not do."""

    report: UpkeepReport
    unread: tuple[str, ...]


class Unread(Exception):
    """A list could not be read to its end, or something on it not be changed. Its text is one sentence."""


async def copy_lists(client: Client, ledger: Ledger, copier: "ListCopier") -> UpkeepReport:
    """One round, after which journeys are told. Raises ApplicationError with what could not be done; the rest is."""
    done = await asyncio.to_thread(copier.round)
    await tell_waiting(client, ledger)
    if done.unread:
        raise ApplicationError("; ".join(done.unread), type="ListsUnread")
    return done.report


class ListCopier:
    """One per process: it remembers how far it has read. For one thread at a time, which `stopping` ends soon."""

    def __init__(
        self,
        ledger: Ledger,
        lists: SendGridLists,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], object] = time.sleep,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ledger = ledger
        self._lists = lists
        self._now = now
        self._pause = pause
        self._stopping = stopping
        self._read: dict[ListName, datetime] = {}  # when the last round began that came to the end of the list
        self._read_whole: dict[ListName, datetime] = {}
        self._did: Counter[str] = Counter()
        self._ends = now()

    def round(self) -> Round:
        """Every list once. Raises LedgerAway; the next round begins anew where this one had not ended."""
        self._did = Counter(added=0, taken_off=0, cleared=0, unreadable=0)
        self._ends = self._now() + BUDGET
        unread: dict[str, None] = {}
        for name in CAUSES:
            try:
                self._copy(name)
            except Unread as trouble:
                unread[str(trouble)] = None
        done = {rule: count for rule, count in self._did.items() if rule != "unreadable"}
        return Round(UpkeepReport(found=dict(self._did), done=done), tuple(unread))

    def _copy(self, name: ListName) -> None:
        began = self._now()
        last = self._read_whole.get(name)
        if last is None or began - last >= WHOLE_EVERY:
            self._compare(name, self._add(name, None))
            self._read_whole[name] = began
        else:
            self._add(name, self._read[name] - OVERLAP)
        self._read[name] = began

    def _add(self, name: ListName, since: datetime | None) -> frozenset[str]:
        """Everything that came onto the list since then, a transaction a page. All addresses that it holds."""
        seen: set[str] = set()
        offset, before = 0, None
        for _ in range(MOST_PAGES):
            page = self._answer(lambda: self._lists.page(name, offset, since))  # noqa: B023 - called at once
            if not page.size or page == before:  # a list that knows no offsets says the same again
                return frozenset(seen)
            self._did["unreadable"] += page.unreadable
            with self._ledger.write() as connection:
                copied = listed.copy(connection, CAUSES[name], [Listed(*each) for each in page.entries], self._now())
            self._did["added"] += copied.added
            cleared = sum(self._answer(lambda: self._lists.remove(name, one)) for one in copied.forgiven)  # noqa: B023
            self._did["cleared"] += cleared
            seen.update(entry.address for entry in page.entries)
            offset, before = offset + page.size - cleared, page  # what stands behind them has moved up
        raise Unread(f"SendGrid's list of {name.replace('_', ' ')} does not end")

    def _compare(self, name: ListName, seen: frozenset[str]) -> None:
        """Lifts what the list holds no more. Pages move while they are read, so each address is asked for by itself."""
        cause = CAUSES[name]
        if cause == READERS_OWN:
            return
        with self._ledger.read() as connection:
            missing = [address for address in listed.copied(connection, cause) if address not in seen]
        gone = [address for address in missing if not self._answer(lambda: self._lists.lists(name, address))]  # noqa: B023
        for begin in range(0, len(gone), AT_ONCE):
            with self._ledger.write() as connection:
                some = gone[begin : begin + AT_ONCE]
                self._did["taken_off"] += listed.taken_off(connection, cause, some, self._now())

    def _answer(self, ask: Callable[[], T | NotNow]) -> T:
        """Waits while the rate is limited, as long as the round may last."""
        while True:
            if self._stopping():
                raise Unread("the worker that read SendGrid's lists is being stopped")
            answer = ask()
            if not isinstance(answer, NotNow):
                return answer
            wait = answer.retry_after
            if wait is None or self._now() + wait >= self._ends:
                raise Unread(answer.sentence)
            self._pause(wait.total_seconds())
