"""The one place that builds ledger, mail and activities and hands them to Temporal: `python -m worker`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Final

from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner, Worker

from activities.breaker import Breaker
from activities.decide import Decide
from activities.notify import Notify
from activities.shelf import Shelf
from activities.upkeep import Upkeeping
from activities.withdraw import Withdraw
from ledger import Ledger, plans
from mail.folder import MailFolder
from mail.sendgrid_lists import SendGridLists
from mail.sendgrid_mail import SendGrid
from mail.smtp_mail import Smtp
from mail.transport import Transport
from starter.beginning import Beginner
from starter.calendars import note_calendars
from starter.cli.exit import leave_after
from starter.connection import connect
from starter.installation import check, check_search_attributes
from starter.ledgers import make_folder, open_checked
from starter.plans import current_plan
from starter.provider import NoLists, open_lists
from starter.provider_lists import ListCopier, copy_lists
from starter.reconcile import Reconciler
from starter.refusal import Refused
from starter.schedules import RECONCILE, SUPPRESSIONS, forget_rounds
from starter.settings import KEY_VARIABLE, PASSWORD_VARIABLE, MailSettings, Settings, load_settings
from workflows.journey import Journey
from workflows.message import Message
from workflows.upkeep import Upkeep
from workflows.wire import JOURNEYS, MAIL, UPKEEP_QUEUE, UpkeepReport

READY: Final = "worker ready"
DECISIONS: Final = 8  # at once: one connection of the ledger's pool each
# At once: workflow code holds the interpreter, and a starved task looks like a deadlock. Never more than can be decided
# at once: tasks that wait for a decision while the ledger hangs make the worker deaf for good (decision 0016).
WORKFLOW_TASKS: Final = DECISIONS
SENDS: Final = 16
UPKEEP: Final = 2  # jobs at once: one that waits for the provider's rate limit holds up no reconciling
ONE_PROGRAM: Final = 4  # decisions of one program at once, so that a hanging one leaves room for the others
DECIDE_WAITS: Final = timedelta(seconds=2)  # for a lock or a statement; decide's own time-out is 5 s
GRACE: Final = timedelta(seconds=25)  # a request to the provider takes 20 s at most


async def run(settings: Settings, only: str | None, identity: str | None) -> None:
    """Polls until SIGTERM or SIGINT, then finishes what is under way. Raises Refused with the reason not to poll."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ledger = open_checked(settings)
    client = await connect(settings, identity=identity)
    await check(client, ledger)
    await check_search_attributes(client)
    _check_plans(ledger)
    note_calendars(ledger, "worker")
    shelf = Shelf()
    async with AsyncExitStack() as workers:
        if only != "mail":
            beginner = Beginner(client, ledger)
            await workers.enter_async_context(_running(beginner))
            await workers.enter_async_context(_journeys(client, ledger.with_wait(DECIDE_WAITS), shelf, beginner))
            leaving = Event()
            await workers.enter_async_context(_upkeep(client, ledger, settings, leaving))
            workers.callback(leaving.set)  # before upkeep is waited for
        if only != "workflows":
            await workers.enter_async_context(_mail(client, ledger, shelf, settings))
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        await stop.wait()


@asynccontextmanager
async def _running(beginner: Beginner) -> AsyncIterator[None]:
    """The task that starts what decisions have begun."""
    task = asyncio.create_task(beginner.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _journeys(client: Client, ledger: Ledger, shelf: Shelf, beginner: Beginner) -> Worker:
    """Workflows and `decide`, which is local to them: it is offered to no queue."""
    return Worker(
        client,
        task_queue=JOURNEYS,
        workflows=[Journey, Message, Upkeep],
        activities=[Decide(ledger, shelf, Breaker(ONE_PROGRAM), beginner.begun).decide],
        activity_executor=ThreadPoolExecutor(DECISIONS, "decide"),
        no_remote_activities=True,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS,
        max_concurrent_local_activities=DECISIONS,
        workflow_runner=UnsandboxedWorkflowRunner(),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=GRACE,
    )


def _upkeep(client: Client, ledger: Ledger, settings: Settings, leaving: Event) -> Worker:
    """What schedules start. A round that waits for the provider ends when `leaving` is set."""
    reconciler = Reconciler(client, ledger)

    async def reconcile() -> UpkeepReport:
        try:
            return (await reconciler.round()).report
        finally:
            await forget_rounds(client)

    lists = open_lists(settings)
    copier = None
    if isinstance(lists, SendGridLists):
        copier = ListCopier(ledger, lists, pause=leaving.wait, stopping=leaving.is_set)

    async def suppressions() -> UpkeepReport:
        if isinstance(lists, NoLists):
            raise ApplicationError(lists.sentence, type="ListsUnread")
        return UpkeepReport() if copier is None else await copy_lists(client, ledger, copier)

    upkeep = Upkeeping({RECONCILE: reconcile, SUPPRESSIONS: suppressions}, asyncio.get_running_loop())
    return Worker(
        client,
        task_queue=UPKEEP_QUEUE,
        activities=[upkeep.upkeep],
        activity_executor=ThreadPoolExecutor(UPKEEP, "upkeep"),
        max_concurrent_activities=UPKEEP,
        graceful_shutdown_timeout=GRACE,
    )


def _mail(client: Client, ledger: Ledger, shelf: Shelf, settings: Settings) -> Worker:
    notify = Notify(
        ledger,
        shelf,
        _transport(settings),
        settings.allowed_addresses,
        public_url=settings.api.public_url or None,
    )
    return Worker(
        client,
        task_queue=MAIL,
        activities=[notify.notify, Withdraw(ledger).withdraw],
        activity_executor=ThreadPoolExecutor(SENDS, "notify"),
        max_concurrent_activities=SENDS,
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=GRACE,
    )


def _transport(settings: Settings) -> Transport:
    match settings.mail.transport:
        case "folder":
            make_folder(settings.mail_folder)
            return MailFolder(settings.mail_folder)
        case "smtp":
            return _smtp(settings.mail)
        case "sendgrid":
            return _sendgrid(settings.mail)


def _smtp(mail: MailSettings) -> Smtp:
    try:
        return Smtp(
            mail.smtp_host,
            mail.smtp_port,
            security=mail.smtp_security,
            user=mail.smtp_user,
            password=os.environ.get(PASSWORD_VARIABLE, ""),
            ehlo=mail.smtp_ehlo,
        )
    except ValueError as error:
        raise Refused(f"{error}; the password is read from {PASSWORD_VARIABLE}, the rest from mail.smtp_…") from None


def _sendgrid(mail: MailSettings) -> SendGrid:
    try:
        return SendGrid(os.environ.get(KEY_VARIABLE, ""), mail.sendgrid_host)
    except ValueError as error:
        raise Refused(f"{error}; the key is read from {KEY_VARIABLE}, the host from mail.sendgrid_host") from None


def _check_plans(ledger: Ledger) -> None:
    with ledger.read() as connection:
        for program in plans.programs(connection):
            current_plan(connection, program)


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 0 after a graceful stop, 1 with one sentence when it may not or cannot poll, 2 for wrong flags."""
    parser = argparse.ArgumentParser("worker", description="Runs journeys and sends their e-mails until it is stopped.")
    parser.add_argument("--dir", type=Path, help="folder of the installation; by default WAYPOST_DIR or ./.waypost")
    parser.add_argument("--only", choices=("workflows", "mail"), help="run one of the two; by default both")
    parser.add_argument("--identity", help="how Temporal shows this worker; by default process and machine")
    given = parser.parse_args(arguments)
    asyncio.run(run(load_settings(given.dir), given.only, given.identity))
    return 0


if __name__ == "__main__":
    leave_after(main)
