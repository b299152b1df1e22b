"""Keeps one sick program, or a ledger that is away, from starving the decisions of everybody else."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from temporalio.exceptions import ApplicationError

from ledger import LedgerAway

OPEN_FOR: Final = timedelta(seconds=10)
HANGING: Final = timedelta(seconds=5)  # decide's start_to_close: the server has given this call up
PATIENCE: Final = timedelta(seconds=1)  # for a place; a healthy decision takes some hundredths
LEDGER: Final = "the ledger"


class Breaker:
    """Fails at once, per program and for the whole ledger, for ten seconds after a time-out; then lets one call try.

    No program holds more than `share` calls at a time; further ones wait up to `patience` for a place, so hanging ones
    leave threads for the others. `clock` counts seconds, never back.
    """

    def __init__(self, share: int, clock: Callable[[], float] = time.monotonic, patience: timedelta = PATIENCE) -> None:
        self._share = share
        self._clock = clock
        self._patience = patience.total_seconds()
        self._changed = threading.Condition()
        self._running: defaultdict[str, list[float]] = defaultdict(list)  # program → when each call began
        self._open_until: dict[str, float] = {}  # stays after it has passed, until a call succeeds: a suspect

    @contextmanager
    def call(self, program: str) -> Iterator[None]:
        """Runs the body, or raises ApplicationError at once where the body would wait in vain."""
        began = self._enter(program)
        failed: str | None = None
        try:
            yield
        except LedgerAway:
            failed = LEDGER
            raise
        finally:
            hung = self._clock() - began >= HANGING.total_seconds()
            self._leave(program, began, failed or (program if hung else None))

    def _enter(self, program: str) -> float:
        with self._changed:
            for scope in (LEDGER, program):
                if self._clock() < self._open_until.get(scope, 0.0):
                    raise ApplicationError(f"{scope} timed out a moment ago", type="BreakerOpen")
            running = self._running[program]
            suspect = LEDGER in self._open_until or program in self._open_until
            limit = 1 if suspect else self._share
            if self._hangs(running) or not self._changed.wait_for(lambda: len(running) < limit, self._patience):
                raise ApplicationError(f"other decisions of {program} hang", type="BreakerOpen")
            running.append(self._clock())
            return running[-1]

    def _hangs(self, running: list[float]) -> bool:
        return bool(running) and self._clock() - running[0] >= HANGING.total_seconds()

    def _leave(self, program: str, began: float, failed: str | None) -> None:
        with self._changed:
            self._running[program].remove(began)
            if failed is None:
                self._open_until.pop(LEDGER, None)
                self._open_until.pop(program, None)
            else:
                self._open_until[failed] = self._clock() + OPEN_FOR.total_seconds()
            self._changed.notify_all()
