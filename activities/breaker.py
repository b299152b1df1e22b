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


class Breaker:
    """Fails at once, per program and for the whole ledger, for ten seconds after a time-out; bounds each program.

    No program may hold more than `share` calls at a time, so hanging ones leave threads for the others.
    `clock` counts seconds, never back.
    """

    def __init__(self, share: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._clock = clock
        self._lock = threading.Lock()
        self._running: defaultdict[str, list[float]] = defaultdict(list)  # program → when each call began
        self._open_until: dict[str, float] = {}

    @contextmanager
    def call(self, program: str) -> Iterator[None]:
        """Runs the body, unless the breaker of the program or the ledger is open."""
        began = self._enter(program)
        try:
            yield
        except LedgerAway:
            self._open("the ledger")
            raise
        finally:
            with self._lock:
                self._running[program].remove(began)
            if self._clock() - began >= HANGING.total_seconds():
                self._open(f"program {program}")

    def _enter(self, program: str) -> float:
        with self._lock:
            now = self._clock()
            running = self._running[program]
            for scope in ("the ledger", f"program {program}"):
                if now < self._open_until.get(scope, 0.0):
                    raise ApplicationError(f"{scope} timed out a moment ago", type="BreakerOpen")
            if running and now - running[0] >= HANGING.total_seconds():
                raise ApplicationError(f"program {program} hangs", type="BreakerOpen")
            if len(running) >= self._share:
                raise ApplicationError(f"program {program} holds its share of decisions", type="BreakerOpen")
            running.append(now)
            return now

    def _open(self, scope: str) -> None:
        with self._lock:
            self._open_until[scope] = self._clock() + OPEN_FOR.total_seconds()
