"""How fast a journey may decide and send when something is wrong: floods, failures, and decisions that disagree."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from workflows.wire import Decision, Outcome

FLOOD: Final = 60  # decisions in a minute; one decision judges what comes beyond them together
MINUTE: Final = timedelta(minutes=1)
IDLE_ROUNDS: Final = 3
FIRST_IDLE_WAIT: Final = timedelta(seconds=10)
FIRST_FAILURE_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)


class Pace:
    """Counts rounds and answers when the next one may be. Deterministic: every instant is handed in."""

    def __init__(self, seed: str, idle_rounds: int = 0) -> None:
        self._seed = seed
        self._decisions: deque[datetime] = deque(maxlen=FLOOD)
        self._failures = 0
        self._idle_rounds = idle_rounds
        self._ended: set[str] = set()  # keys whose send has ended since the last fact
        self._hold_until: datetime | None = None

    @property
    def idle_rounds(self) -> int:
        """Rounds in a row that changed nothing; carried over continue-as-new."""
        return self._idle_rounds

    @property
    def idle(self) -> bool:
        """Deciding and sending disagree."""
        return self._idle_rounds >= IDLE_ROUNDS

    def failed(self, now: datetime) -> None:
        """`decide` could not be asked: wait 5 s x 2^n, at most 10 min, with jitter by a stable hash.

        An attempt made for an event meanwhile does not prolong the wait.
        """
        self._decisions.append(now)
        if self._failures and self._waits(now):
            return
        self._failures += 1
        digest = sha256(f"{self._seed}/{self._failures}".encode()).digest()
        jitter = 0.75 + digest[0] / 512
        self._hold_until = now + jitter * _doubled(FIRST_FAILURE_WAIT, self._failures)

    def judged(self, now: datetime, before: Decision, after: Decision, outcomes: Sequence[Outcome]) -> None:
        """Takes in one decision: did it change anything, or does it go round in circles?"""
        backing_off = self.idle and self._waits(now)
        due = {each.key for each in after.due}
        past = after.next_at is not None and after.next_at <= now
        sent = any(outcome.result == "sent" and outcome.key not in due for outcome in outcomes)
        self._decisions.append(now)
        self._failures = 0
        self._ended.update(outcome.key for outcome in outcomes)
        if after.judged or after.stage != before.stage or sent:
            self._idle_rounds = 0
            self._ended.clear()
        elif backing_off:
            return  # a nudge from anybody does not prolong the wait
        elif (past and not due and not outcomes) or due & self._ended:
            self._idle_rounds += 1
        self._hold_until = None
        if self.idle and (due or past):
            self._hold_until = now + _doubled(FIRST_IDLE_WAIT, self._idle_rounds - IDLE_ROUNDS + 1)

    def may_send(self, alarm_rang: bool) -> bool:
        """While backing off, no send starts except when the timer fires."""
        return not self.idle or alarm_rang

    def next_round(self, next_at: datetime | None) -> datetime | None:
        """When to decide again without being told anything."""
        return self._hold_until or next_at

    def _waits(self, now: datetime) -> bool:
        return self._hold_until is not None and now < self._hold_until

    def flooded_until(self, now: datetime) -> datetime | None:
        """Until when arrivals wait to be judged together; None when there is no flood."""
        if len(self._decisions) < FLOOD or now - self._decisions[0] >= MINUTE:
            return None
        return self._decisions[0] + MINUTE


def _doubled(first: timedelta, times: int) -> timedelta:
    return min(first * (1 << min(times - 1, 16)), LONGEST_WAIT)
