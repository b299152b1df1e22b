"""Activities in processes of their own that kill themselves at a named moment; the engine's part is played by hand.

The engine runs an activity again when its process died; `Engine` does just that, at once where the engine would wait
for a time-out. Everything else is real: process, ledger, provider's code path, SIGKILL.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection as Database
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.breaker import Breaker
from activities.compose import Held, NotNow
from activities.decide import Decide
from activities.notify import Notify, Ready
from activities.shelf import Shelf
from ledger import open_ledger
from ledger.engine import WAIT
from ledger.message_rows import MessageRow
from ledger.uncertain import Patience
from mail.folder import MailFolder
from mail.message import Email
from mail.sendgrid_mail import SendGrid
from mail.smtp_mail import Smtp
from mail.transport import Evidence, HandOver, Transport
from tests.survival.nursery import born
from tests.survival.worker import die
from workflows.wire import DecideRequest, Decision, Outcome, SendRequest

# A: before decide commits · B: after · C: claimed · D: on the wire, nothing handed over · E: handed over, answer not
# written · F: written, nobody told · away: as E, but the process lives and the ledger is away when the answer is in ·
# freeze: as D, but stopped there until somebody continues it
Moment = Literal["none", "A", "B", "C", "D", "E", "F", "away", "freeze"]
LEASE: Final = timedelta(seconds=3.7)  # of which the request must be left when the message goes on the wire
REQUEST: Final = timedelta(seconds=1.2)
PATIENCE: Final = Patience(timedelta(seconds=0.2), timedelta(seconds=0.2), timedelta(hours=2))
LONGEST: Final = 0.5  # seconds to wait for what the engine is asked to wait for
TRIES: Final = 40
MOST: Final = 400
AWAY: Final = timedelta(seconds=0.3)  # how long a process waits for a ledger that is away


@dataclass(frozen=True)
class Way:
    """How messages leave: `target` is a folder, a provider's address, or a port of this machine."""

    transport: str
    target: str

    def open(self) -> Transport:
        """The real transport."""
        if self.transport == "folder":
            return MailFolder(Path(self.target))
        if self.transport == "smtp":
            return Smtp("127.0.0.1", int(self.target), until_the_dot=REQUEST / 2, total=REQUEST)
        return SendGrid("SG.test", self.target, connect=REQUEST, total=REQUEST)


class Mortal:
    """A transport that kills its process, stops it or takes its ledger away, before or after a hand-over."""

    def __init__(self, transport: Transport, moment: Moment, url: str) -> None:
        self._transport = transport
        self._moment = moment
        self._url = url
        self._lock: sqlite3.Connection | None = None

    @property
    def name(self) -> str:
        return self._transport.name

    @property
    def evidence(self) -> Evidence:
        return self._transport.evidence

    def hand_over(self, email: Email, attempt: int) -> HandOver:
        """The real hand-over, if it comes to that."""
        if self._moment == "D":
            die()
        if self._moment == "freeze":
            freeze()
        answer = self._transport.hand_over(email, attempt)
        if self._moment == "E":
            die()
        if self._moment == "away":
            self._lock = sqlite3.connect(self._url.removeprefix("sqlite:///"), isolation_level=None)
            self._lock.execute("BEGIN EXCLUSIVE")  # until this process ends
        return answer


class MortalNotify(Notify):
    """Dies once its claim is committed."""

    moment: Moment = "none"

    def _derive(self, row: MessageRow, clock: datetime) -> Ready | Held | NotNow:
        if self.moment == "C":
            die()
        return super()._derive(row, clock)


class MortalDecide(Decide):
    """Dies before its transaction is committed, or after."""

    moment: Moment = "none"

    def _decided(
        self, conn: Database, request: DecideRequest, run_id: str, wall: datetime
    ) -> tuple[Decision, str | None]:
        decided = super()._decided(conn, request, run_id, wall)
        if self.moment == "A":
            die()
        return decided


class Job(NamedTuple):
    """One call of an activity, in a process that may die of it."""

    url: str
    request: DecideRequest | SendRequest
    moment: Moment
    way: Way
    clock: datetime

    def live(self, connection: Connection) -> None:
        """Sends the answer, if it comes to that."""
        answer = call(self)
        if self.moment == ("B" if isinstance(self.request, DecideRequest) else "F"):
            die()
        connection.send(answer)


class Answer(NamedTuple):
    """How a call ended. All None: its process was killed. `delay` in seconds, None where the engine chooses it."""

    result: dict[str, JsonValue] | None = None
    error: str | None = None
    delay: float | None = None


def freeze() -> None:
    """Stops this process until it is sent SIGCONT."""
    os.kill(os.getpid(), signal.SIGSTOP)


def call(job: Job) -> Answer:
    """The activity, called in this process."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_run_id="run-1", started_time=job.clock)
    ledger = open_ledger(job.url, wait=AWAY if job.moment == "away" else WAIT)
    try:
        if isinstance(job.request, DecideRequest):
            decide = MortalDecide(ledger, Shelf(), Breaker(share=4))
            decide.moment = job.moment
            return Answer(result=environment.run(decide.decide, job.request))
        notify = MortalNotify(
            ledger,
            Shelf(),
            Mortal(job.way.open(), job.moment, job.url),
            lease=LEASE,
            request=REQUEST,
            patience=PATIENCE,
        )
        notify.moment = job.moment
        return Answer(result=environment.run(notify.notify, job.request))
    except ApplicationError as error:
        delay = error.next_retry_delay
        return Answer(error=error.type, delay=delay.total_seconds() if delay else None)


class Engine:
    """Calls activities in processes of their own, and again until they answer."""

    def __init__(self, nursery: Path, url: str, way: Way, clock: datetime) -> None:
        self._nursery = nursery
        self._url = url
        self._way = way
        self._clock = clock

    def decide(self, request: DecideRequest, moment: Moment = "none") -> Decision:
        """The decision of one wake, decided again if its process dies."""
        answer = self._call(request, moment)
        if answer.result is None:
            later = request.model_copy(update={"history_length": request.history_length + 1})
            answer = self._call(later, "none")
        return Decision.model_validate(answer.result)

    def notify(self, request: SendRequest, moment: Moment, meanwhile: Callable[[int], None]) -> Outcome:
        """One message to its end; `meanwhile` is called with the number of each attempt that did not end it.

        One that was given back, since a busy machine let its lease run out, is asked for again, as deciding would;
        that is no attempt that counts, however often it happens there.
        """
        tried, asked = 0, 0
        while tried < TRIES and asked < MOST:
            answer = self._call(request, moment if asked == 0 else "none")
            asked += 1
            given_back = answer.result is not None and answer.result.get("result") == "given_back"
            if answer.result is not None and not given_back:
                return Outcome.model_validate(answer.result)
            tried += not given_back
            meanwhile(tried)
            if answer.error is not None:
                time.sleep(min(LONGEST if answer.delay is None else answer.delay, LONGEST))
        raise AssertionError(f"{request.key} did not end in {tried} attempts, {asked} with those given back")

    @contextmanager
    def frozen(self, request: SendRequest) -> Iterator[Callable[[], Answer]]:
        """An attempt that stops itself on the wire; what is given lets it go on, and waits for its end."""
        with born(self._nursery, self._job(request, "freeze")) as process:

            def go_on() -> Answer:
                os.kill(process.pid, signal.SIGCONT)
                answer: Answer = process.said()
                return answer

            yield go_on

    def _call(self, request: DecideRequest | SendRequest, moment: Moment) -> Answer:
        with born(self._nursery, self._job(request, moment)) as process:
            try:
                answer = process.said()
            except EOFError:
                return Answer()
            assert isinstance(answer, Answer), answer
            return answer

    def _job(self, request: DecideRequest | SendRequest, moment: Moment) -> Job:
        return Job(self._url, request, moment, self._way, self._clock)
