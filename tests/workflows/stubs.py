"""Stand-ins for the activities `decide` and `notify`, registered under the fixed names: one script a journey.

They are activities in their own right, no mocks: a tiny plan and a ledger in memory, everything asked of them recorded.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from pydantic import JsonValue
from temporalio import activity

from workflows import wire
from workflows.wire import DecideRequest, Decision, Due, Event, Judged, Outcome, SendRequest

PATIENCE: Final = 60.0  # seconds until a test gives up waiting for its condition
OPEN: Final = "open"


@dataclass(frozen=True)
class Script:
    """A tiny plan. Reminders count from the first decision and are wanted in the first stage only."""

    reminders: Mapping[str, timedelta] = field(default_factory=dict)  # key → when
    answers: Mapping[str, str] = field(default_factory=dict)  # event → key of the message it calls for at once
    stages: Mapping[str, str] = field(default_factory=lambda: {"submitted": "under_review", "withdrawn": "withdrawn"})
    ends: frozenset[str] = frozenset({"withdrawn"})
    refuses: Mapping[str, str] = field(default_factory=dict)  # event → why
    lateness: timedelta | None = None  # of reminders
    ends_after: int | None = None  # messages sent


@dataclass(frozen=True)
class Attempt:
    """One attempt of a send, at an instant of the journey's clock."""

    key: str
    number: int
    at: datetime


@dataclass(frozen=True)
class Entry:
    """A judged event in the stub's ledger, with the wake that judged it."""

    wake: int
    event: Event
    verdict: str
    at: datetime


@dataclass
class Case:
    """One journey's script, its ledger, and what was asked of it. `deciding` and `sending` may be replaced."""

    journey: str
    script: Script
    deciding: "Deciding | None" = None
    sending: "Sending | None" = None
    withdrawn: int = 0  # how often it was asked to be taken back
    started_at: datetime | None = None
    entries: list[Entry] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    requests: list[DecideRequest] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    log: list[str] = field(default_factory=list)  # told, judged and attempted, in the order of the wall clock
    _waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """Where the accepted events have led."""
        led = [self.script.stages[e.event.type] for e in self.entries if e.event.type in self.script.stages]
        return led[-1] if led else OPEN

    def verdicts(self) -> list[tuple[str, str]]:
        """Type and verdict of every judged event, in order of arrival."""
        return [(e.event.type, e.verdict) for e in sorted(self.entries, key=lambda e: e.event.n)]

    def outcomes(self) -> list[Outcome]:
        """How the sends ended, as `decide` was told."""
        return [outcome for request in self.requests for outcome in request.outcomes]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when `condition` holds after a call of an activity; fails after a minute."""
        if condition():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, future))
        async with asyncio.timeout(PATIENCE):
            await future

    async def sends(self, *keys: str) -> None:
        """Returns when `decide` knows that exactly these keys have been sent, in this order."""
        await self.until(lambda: self.sent == list(keys))

    async def judges(self, number: int) -> None:
        """Returns when so many events have their verdict."""
        await self.until(lambda: len(self.entries) == number)

    async def decides(self, cause: Callable[[], Awaitable[None]]) -> None:
        """Returns when `cause` has led to one more decision."""
        before = len(self.decisions)
        await cause()
        await self.until(lambda: len(self.decisions) > before)

    def changed(self) -> None:
        """Looks at the conditions that tests wait for."""
        for condition, future in self._waiting:
            if not future.done() and condition():
                future.set_result(None)

    async def decide(self, request: DecideRequest) -> Decision:
        """What the script says, unless `deciding` says something else."""
        self.requests.append(request)
        self.changed()
        decision = await self.deciding(self, request) if self.deciding else self.derived(request)
        self.decisions.append(decision)
        self.changed()
        return decision

    def derived(self, request: DecideRequest) -> Decision:
        """Judges, then derives what is due and when to look again, like the real one."""
        now = instant(request)
        self.started_at = self.started_at or now
        self.entries = [entry for entry in self.entries if entry.wake < request.wake]
        judged = tuple(self._judge(event, request.wake, now) for event in request.events)
        self.sent += [o.key for o in request.outcomes if o.result == "sent" and o.key not in self.sent]
        wanted = self._wanted()
        open_keys = [key for key in wanted if key not in self.sent and key not in request.in_flight]
        later = [at for at in wanted.values() if at > now]
        return Decision(
            stage=self.stage,
            judged=judged,
            due=tuple(self._due(key) for key in open_keys if wanted[key] <= now),
            stop=tuple(key for key in request.in_flight if key not in wanted),
            next_at=min(later, default=None),
            next_summary="reminder" if later else "",
            end=not request.in_flight and (self.stage in self.script.ends or len(self.sent) == self.script.ends_after),
            plan_version="v1",
        )

    def _judge(self, event: Event, wake: int, now: datetime) -> Judged:
        reason = self.script.refuses.get(event.type)
        known = event.id is not None and any(entry.event.id == event.id for entry in self.entries)
        verdict = "refused" if reason else "duplicate" if known else "accepted"
        self.entries.append(Entry(wake, event, verdict, now))
        self.log.append(f"judged {event.type}")
        return Judged(n=event.n, verdict=verdict, reason=reason)

    def _wanted(self) -> dict[str, datetime]:
        start = self.started_at
        assert start is not None
        wanted = {key: start + after for key, after in self.script.reminders.items()} if self.stage == OPEN else {}
        for entry in self.entries:
            if entry.verdict == "accepted" and entry.event.type in self.script.answers:
                wanted[self.script.answers[entry.event.type]] = entry.at
        return wanted

    def _due(self, key: str) -> Due:
        lateness = self.script.lateness if key in self.script.reminders else None
        start = self.started_at
        assert start is not None
        not_after = start + self.script.reminders[key] + lateness if lateness is not None else None
        rule, _, to = key.partition(":")
        return Due(
            key=key,
            message_id=str(uuid5(NAMESPACE_OID, key)),
            fence=1,
            not_after=not_after,
            summary=f"{rule} → {to.partition('>')[2] or 'applicant'}",
        )

    async def notify(self, request: SendRequest) -> Outcome:
        """Sent, unless `sending` says something else."""
        info = activity.info()
        attempt = Attempt(request.key, info.attempt, info.started_time)
        self.attempts.append(attempt)
        self.log.append(f"attempt {attempt.key}")
        self.changed()
        if self.sending:
            return await self.sending(self, attempt)
        return Outcome(key=request.key, result="sent")


Deciding = Callable[[Case, DecideRequest], Awaitable[Decision]]
Sending = Callable[[Case, Attempt], Awaitable[Outcome]]


class Room:
    """The stub activities of one worker, serving every journey by its script."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    @activity.defn(name=wire.DECIDE)
    async def decide(self, request: DecideRequest) -> dict[str, JsonValue]:
        """Recorded as the real one records: without default values."""
        decision = await self.cases[request.journey].decide(request)
        return decision.model_dump(mode="json", exclude_defaults=True)

    @activity.defn(name=wire.NOTIFY)
    async def notify(self, request: SendRequest) -> dict[str, JsonValue]:
        """Recorded as the real one records: without default values."""
        outcome = await self.cases[request.journey].notify(request)
        return outcome.model_dump(mode="json", exclude_defaults=True)

    @activity.defn(name=wire.WITHDRAW)
    async def withdraw(self, request: SendRequest) -> dict[str, JsonValue]:
        """Taken back, whatever it is."""
        self.cases[request.journey].withdrawn += 1
        return Outcome(key=request.key, result="cancelled").model_dump(mode="json", exclude_defaults=True)


def instant(request: DecideRequest) -> datetime:
    """The journey's clock at the decision."""
    assert request.now is not None
    return request.now


async def tell(case: Case, name: str, *payloads: object) -> None:
    """A signal from inside an activity: it is in the history before the activity ends."""
    case.log.append(f"told {name}")
    await activity.client().get_workflow_handle(case.journey).signal(name, args=payloads)
