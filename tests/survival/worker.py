"""A worker process for the tests that kill it: the real activities, and a named moment at which it kills itself."""

import asyncio
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from pydantic import BaseModel, JsonValue
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.breaker import Breaker
from activities.decide import Decide
from activities.notify import LEASE, Notify
from activities.shelf import Shelf
from ledger import open_ledger
from ledger.uncertain import Patience
from mail.folder import MailFolder
from mail.message import Email
from mail.sendgrid_mail import SendGrid
from mail.transport import HandOver, Transport
from workflows import wire
from workflows.journey import Journey
from workflows.wire import DecideRequest

THREADS: Final = 16
READY: Final = "ready"


class Orders(BaseModel):
    """Where everything is, and when to die: after the decision about an event, before or after a hand-over."""

    address: str
    namespace: str
    ledger: str
    mail: str
    die_after_deciding: str | None = None  # an event's type
    die_at_hand_over: str | None = None  # "before" or "after" the file is written
    sendgrid: str | None = None  # where SendGrid answers, in place of the folder
    key: str = ""
    lease: timedelta = LEASE
    patience: timedelta | None = None  # for evidence, at first and when urgent; by default what is usual

    @property
    def request(self) -> timedelta:
        """How long a hand-over may take."""
        return self.lease / 2

    def live(self, connection: Connection) -> None:
        """Says `ready` when it polls."""
        asyncio.run(work(self, lambda: connection.send(READY)))


def die() -> None:
    """As a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class MortalDecide(Decide):
    """Commits, then dies before anybody hears of it."""

    moment: str | None = None

    @activity.defn(name=wire.DECIDE, no_thread_cancel_exception=True)
    def decide(self, request: DecideRequest) -> dict[str, JsonValue]:
        """The real decision, its transaction committed."""
        answer = super().decide(request)
        if any(event.type == self.moment for event in request.events):
            die()
        return answer


class MortalFolder(MailFolder):
    """Writes the file, or does not, and dies."""

    def __init__(self, path: Path, moment: str | None) -> None:
        super().__init__(path)
        self._moment = moment

    def hand_over(self, email: Email, attempt: int) -> HandOver:
        """The real hand-over."""
        if self._moment == "before":
            die()
        answer = super().hand_over(email, attempt)
        if self._moment == "after":
            die()
        return answer


def _transport(orders: Orders) -> Transport:
    if orders.sendgrid is None:
        return MortalFolder(Path(orders.mail), orders.die_at_hand_over)
    return SendGrid(orders.key, orders.sendgrid, total=orders.request)


def _patience(orders: Orders) -> Patience:
    return Patience() if orders.patience is None else Patience(orders.patience, orders.patience)


async def work(orders: Orders, ready: Callable[[], None] = lambda: None) -> None:
    """Polls until it is killed; says when it does."""
    client = await Client.connect(orders.address, namespace=orders.namespace, data_converter=wire.DATA_CONVERTER)
    ledger = open_ledger(orders.ledger)
    shelf = Shelf()
    decide = MortalDecide(ledger.with_wait(timedelta(seconds=2)), shelf, Breaker(share=THREADS // 2))
    decide.moment = orders.die_after_deciding
    notify = Notify(
        ledger, shelf, _transport(orders), lease=orders.lease, request=orders.request, patience=_patience(orders)
    )
    with ThreadPoolExecutor(THREADS) as deciding, ThreadPoolExecutor(THREADS) as sending:
        journeys = Worker(
            client,
            task_queue=wire.JOURNEYS,
            workflows=[Journey],
            activities=[decide.decide],
            activity_executor=deciding,
            no_remote_activities=True,
            max_concurrent_workflow_tasks=THREADS,
            max_concurrent_local_activities=THREADS,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        mail = Worker(client, task_queue=wire.MAIL, activities=[notify.notify], activity_executor=sending)
        async with journeys, mail:
            ready()
            await asyncio.Event().wait()
