"""`waypost demo`: three people taken through the shipped program's real calendar, on the real server, in a minute.

Each journey's clock is fast-forwarded by itself; nothing else is pretended. At the end the e-mails in the folder are
compared with the script, which was written by hand.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Final, Literal, NamedTuple

from pydantic import JsonValue
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from ledger import messages, people
from ledger.messages import MessageRow
from ledger.people import PersonRow
from plan.calendar import at_local, local_date
from plan.model import Plan
from plan.send_window import hours, next_opening
from starter.client import Waypost
from starter.dev import Everything
from starter.mailbox import letters
from starter.plans import SHIPPED, current_plan
from starter.refusal import Refused
from starter.script import Passage, Script, Step, day, read_script, with_dates

SCRIPT: Final = SHIPPED / "cwe" / "demo.yaml"
NOON: Final = time(12)
WITHIN: Final = 100.0  # seconds for the story; the machine may be slow
LOOK: Final = 0.3


class Line(NamedTuple):
    """One entry of the timeline; `on` is the date on the journey's clock, in the program's zone."""

    on: date
    person: str
    kind: Literal["event", "mail"]
    what: str
    detail: str


class Message(NamedTuple):
    """What is compared: whose journey, to whom, which notification, on which local date."""

    person: str
    to: str
    notification: str
    on: date

    def __str__(self) -> str:
        to = "" if self.to == self.person else f" to {self.to}"
        return f"{self.on} {self.person} {self.notification}{to}"


class Passed(NamedTuple):
    """How a demonstration ended that ended well."""

    messages: int
    kinds: int


class Demonstration:
    """One showing of the script in a running installation. `say` hears every event and every e-mail at once."""

    def __init__(self, everything: Everything, say: Callable[[Line], None]) -> None:
        self._script: Script = read_script(SCRIPT)
        self._skipper = TimeSkipper(everything.client, config=TimeSkippingConfig(enabled=False))
        self._waypost = Waypost(self._skipper.client, everything.ledger)
        self._mail = everything.settings.mail_folder
        self._say = say
        self._said: set[str] = set()  # ids of messages
        self._saying = asyncio.Lock()
        with everything.ledger.read() as connection:
            self._plan: Plan = current_plan(connection, self._script.program)
        self._days: dict[str, Mapping[str, date]] = {}

    async def show(self) -> Passed:
        """Raises Refused when anything goes another way than the script says, or takes too long."""
        await asyncio.to_thread(self._introduce)
        watching = asyncio.create_task(self._watch())
        lives = [asyncio.create_task(self._live(*one)) for one in self._script.journeys.items()]
        try:
            async with asyncio.timeout(WITHIN):
                await asyncio.gather(*lives)
        except TimeoutError:
            raise Refused(f"the demonstration took longer than {WITHIN:g} s; is the machine very busy?") from None
        finally:
            for task in (watching, *lives):
                task.cancel()
            await asyncio.gather(watching, *lives, return_exceptions=True)
        await self._tell_mail()
        wrong = differences(self._expected(), found := self._found())
        if wrong:
            raise Refused(f"the e-mails are not those of {SCRIPT.name}: {'; '.join(wrong)}")
        return Passed(found.total(), len({message.notification for message in found}))

    def _introduce(self) -> None:
        with self._waypost.ledger.write() as connection:
            for person, somebody in self._script.people.items():
                row = PersonRow(id=person, email=somebody.email, name=somebody.name)
                people.set_person(connection, row, "demo", datetime.now(UTC))

    async def _live(self, person: str, passage: Passage) -> None:
        zone = self._plan.timezone
        now = datetime.now(UTC)
        today = {"today": local_date(now, zone)}
        enrolled = await self._waypost.enroll(
            person,
            self._script.program,
            passage.process,
            created=at_local(day(passage.created, today), NOON, zone) if passage.created else None,
            told=_dated(passage.told, today),
        )
        known = self._days[person] = {
            **today,
            "created": local_date(enrolled.created_at, zone),
            "start": local_date(max(now, next_opening(now, hours(self._plan.window, zone)).opens_at), zone),
        }
        self._say(Line(known["today"], person, "event", "enrolled", passage.process))
        for step in passage.story:
            await self._step(person, enrolled.journey, step, known)

    async def _step(self, person: str, journey: str, step: Step, known: Mapping[str, date]) -> None:
        on = day(step.when, known)
        handle = self._waypost.temporal.get_workflow_handle(journey)
        ahead = at_local(on, NOON, self._plan.timezone) - await self._skipper.get_current_time(handle)
        if ahead.total_seconds() > 0:
            await self._skipper.fast_forward(handle, ahead)
            await self._quiet(journey)
        if step.tell is None:
            return
        self._say(Line(on, person, "event", step.tell, step.item or ""))
        answer = await self._waypost.tell(journey, step.tell, item=step.item, data=_dated(step.data, known), wait=True)
        if answer is None or answer.verdict != "accepted":
            reason = answer.reason or answer.verdict if answer else "no worker answered"
            raise Refused(f"{person}: {step.tell} on {on} was not accepted: {reason}")
        await self._quiet(journey)

    async def _quiet(self, journey: str) -> None:
        """Waits until nothing is on its way and all that left is said, so that each person's timeline is in order."""
        while True:
            if not (await self._waypost.snapshot(journey)).in_flight:
                return await self._tell_mail()
            await asyncio.sleep(LOOK)

    async def _watch(self) -> None:
        while True:
            await self._tell_mail()
            await asyncio.sleep(LOOK)

    async def _tell_mail(self) -> None:
        """Says what has been sent and was not said before."""
        async with self._saying:
            for row in await asyncio.to_thread(self._sent):
                self._said.add(row.id)
                on = local_date(row.journey_sent_at or row.queued_at, self._plan.timezone)
                applicant = (row.journey_id or "").split(":")[2]
                to = "" if row.person_id == applicant else f" (to {row.person_id or row.to})"
                self._say(Line(on, applicant, "mail", row.rule, f"{row.subject}{to}"))

    def _sent(self) -> list[MessageRow]:
        with self._waypost.ledger.read() as connection:
            rows = messages.search(connection)
        new = [row for row in rows if row.state == "accepted" and row.id not in self._said]
        return sorted(new, key=lambda row: (row.journey_sent_at or row.queued_at, row.id))

    def _expected(self) -> Counter[Message]:
        return Counter(
            Message(person, one.to or person, one.notification, day(one.when, self._days[person]))
            for person, several in self._script.expected.items()
            for one in several
        )

    def _found(self) -> Counter[Message]:
        known = {somebody.email: person for person, somebody in self._script.people.items()}
        return Counter(
            Message(letter.journey.split(":")[2], known.get(letter.to, letter.to), letter.notification, letter.on)
            for letter in letters(self._mail, self._plan.timezone)
        )


def differences(expected: Counter[Message], found: Counter[Message]) -> list[str]:
    """What is missing, then what nobody expected, each with its date."""
    missing, surplus = sorted((expected - found).elements()), sorted((found - expected).elements())
    return [f"missing {message}" for message in missing] + [f"not expected {message}" for message in surplus]


def _dated(values: Mapping[str, JsonValue], known: Mapping[str, date]) -> dict[str, JsonValue]:
    return {name: with_dates(value, known) for name, value in values.items()}
