"""What a journey has heard: events that wait for their verdict, and what is shown of the last ones."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

from workflows.envelope import arrival, refused
from workflows.wire import Event, JourneyState, Judged, Rejected

KEPT_REJECTED: Final = 20
KEPT_RECENT: Final = 10
LONGEST_LINE: Final = 200  # characters


class Inbox:
    """Numbers every arrival. True while something was heard that has not been taken."""

    def __init__(self, state: JourneyState) -> None:
        self.arrivals = state.arrivals
        self.rejected = deque(state.rejected, maxlen=KEPT_REJECTED)
        self.rejected_count = state.rejected_count
        self.recent = deque(state.recent, maxlen=KEPT_RECENT)
        self.unjudged: list[Event] = []
        self._heard: list[Event] = list(state.inbox)
        self._nudged = False

    def __bool__(self) -> bool:
        return bool(self._heard) or self._nudged

    def hear(self, name: str, payloads: Sequence[RawValue], now: datetime) -> Event | Rejected | None:
        """What arrived, read; None for a name beginning with _: a reason to look into the ledger, nothing more."""
        if name.startswith("_"):
            self._nudged = True
            return None
        self.arrivals += 1
        heard = arrival(name, payloads, self.arrivals, now)
        if isinstance(heard, Event):
            self._heard.append(heard)
        else:
            self._reject(heard)
        return heard

    def add(self, event_type: str, now: datetime) -> None:
        """An event of the engine's own."""
        self.arrivals += 1
        self._heard.append(Event(n=self.arrivals, type=event_type, heard_at=now))

    def take(self) -> tuple[Event, ...]:
        """Everything without a verdict, in order of arrival; what gets none now is in the next take again."""
        self.unjudged += self._heard
        self._heard.clear()
        self._nudged = False
        return tuple(self.unjudged)

    def judge(self, judged: Sequence[Judged]) -> None:
        """Notes the verdicts. An event that is not named stays: nothing that anybody sent may vanish."""
        verdicts = {verdict.n: verdict for verdict in judged}
        for event in self.unjudged:
            if event.n in verdicts:
                self._note(event, verdicts[event.n])
        self.unjudged = [event for event in self.unjudged if event.n not in verdicts]

    def _note(self, event: Event, judged: Judged) -> None:
        if judged.verdict == "refused":
            self._reject(refused(event, (judged.reason or "")[:LONGEST_LINE]))
        about = f" {event.item}" if event.item else ""
        why = f" ({judged.reason})" if judged.reason else ""
        when = f"{event.heard_at:%Y-%m-%d %H:%M} " if event.heard_at else ""
        self.recent.append(f"{when}{event.type}{about}: {judged.verdict}{why}"[:LONGEST_LINE])

    def _reject(self, rejected: Rejected) -> None:
        self.rejected.append(rejected)
        self.rejected_count += 1
        workflow.metric_meter().create_counter("waypost_rejected_events").add(1)
