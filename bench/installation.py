"""A whole installation of the bench: ledger, plan, people; and its journeys, with the engine or without it."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.breaker import Breaker
from activities.decide import Decide
from activities.notify import Notify
from activities.shelf import Shelf
from ledger import facts, journeys, people
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from ledger.people import PersonRow
from mail.folder import MailFolder
from mail.transport import Transport
from starter import plans
from starter.enrolment import Enrolment, enroll
from starter.installation import claim, equip
from starter.ledgers import make_folder, migrate_checked, open_checked
from starter.settings import Settings
from workflows.wire import DecideRequest, Decision, Due, Outcome, SendRequest, journey_id

PLAN: Final = Path(__file__).parent / "program" / "plan.yaml"
PROGRAM: Final = "bench"
PROCESS: Final = "application"
AGO: Final = timedelta(days=3)  # created so long ago that the deadline, after a day, has passed
FOR: Final = timedelta(days=1)  # a decision without next_at would never end the passage


class Installation:
    """In `folder`, with mail into its mail folder unless another `transport` is given. `close` it."""

    def __init__(self, folder: Path, transport: Transport | None = None, public_url: str | None = None) -> None:
        self.settings = Settings(dir=folder)
        migrate_checked(self.settings)
        make_folder(self.settings.mail_folder)
        self.ledger = open_checked(self.settings)
        plans.publish(self.ledger, plans.read_plan(PLAN), by="bench")
        self.shelf = Shelf()
        self._decide = Decide(self.ledger, self.shelf, Breaker(share=1))
        self._notify = Notify(
            self.ledger, self.shelf, transport or MailFolder(self.settings.mail_folder), public_url=public_url
        )

    async def belong(self, client: Client) -> None:
        """Makes the client's namespace this installation's."""
        await claim(client, self.ledger, self.settings.environment, fast_forward=True)
        await equip(client)

    async def enroll(self, client: Client, person: str) -> str:
        """A journey under way in the engine; its id."""
        self._introduce(person)
        given = Enrolment(person=person, program=PROGRAM, process=PROCESS, created=datetime.now(UTC) - AGO)
        return (await enroll(client, self.ledger, given)).journey

    def passage(self, person: str) -> float:
        """Takes a journey from start to end without the engine: decide, send what is due, decide again, go on.

        Returns the seconds of processor time that its decides and notifies took, system time included.
        """
        self._introduce(person)
        journey, now = self._enrolled(person)
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_run_id=str(uuid4()))
        began = time.thread_time()
        decision, outcomes, wake = Decision(), tuple[Outcome, ...](), 0
        status, upcoming = "", tuple[str, ...]()
        while not decision.end:
            wake += 1
            request = DecideRequest(
                journey=journey, wake=wake, now=now, outcomes=outcomes, status=status, upcoming=upcoming
            )
            decision = Decision.model_validate(environment.run(self._decide.decide, request))
            status = status if decision.status is None else decision.status
            upcoming = upcoming if decision.upcoming is None else decision.upcoming
            outcomes = tuple(self.send(environment, request_of(journey, due), now) for due in decision.due)
            if not outcomes:
                now = max(decision.next_at or now + FOR, now)
        return time.thread_time() - began

    def due(self, person: str) -> tuple[SendRequest, datetime]:
        """A new journey's first message, decided and not sent, and the instant at which it may leave."""
        self._introduce(person)
        journey, now = self._enrolled(person)
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_run_id=str(uuid4()))
        wake = 0
        while True:
            wake += 1
            request = DecideRequest(journey=journey, wake=wake, now=now)
            decision = Decision.model_validate(environment.run(self._decide.decide, request))
            if decision.due:
                return request_of(journey, decision.due[0]), now
            now = max(decision.next_at or now + FOR, now)

    def send(self, environment: ActivityEnvironment, request: SendRequest, now: datetime) -> Outcome:
        """As the worker calls it, in an attempt that started at `now`."""
        environment.info = replace(environment.info, started_time=now)
        return Outcome.model_validate(environment.run(self._notify.notify, request))

    def close(self) -> None:
        self.ledger.close()

    def _introduce(self, person: str) -> None:
        row = PersonRow(id=person, email=f"{person}@example.org", name="Ada Example", locale="en")
        with self.ledger.write() as connection:
            people.set_person(connection, row, "bench", datetime.now(UTC))

    def _enrolled(self, person: str) -> tuple[str, datetime]:
        """In the ledger alone."""
        now = datetime.now(UTC)
        row = JourneyRow(
            id=journey_id(PROGRAM, person, PROCESS, "1"),
            program=PROGRAM,
            process=PROCESS,
            cycle="1",
            person_id=person,
            created_at=now - AGO,
            arrived_at=now,
        )
        created = FactRow(
            journey_id=row.id,
            id="created",
            n=-1,
            wake=0,
            type="created",
            at=row.created_at,
            heard_at=now,
            content_hash="created",
        )
        with self.ledger.write() as connection:
            journeys.enroll(connection, row)
            facts.add(connection, created)
        return row.id, now


def request_of(journey: str, due: Due) -> SendRequest:
    return SendRequest(journey=journey, key=due.key, message_id=due.message_id, fence=due.fence)
