"""A program whose messages are bounced, printed and sent again: one journey a test, asked about one document."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from ledger import Ledger, mail_tables
from ledger.provider_events import NewEvent
from starter.cli.session import wake
from tests.ledger.reported import post
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.until import until_now

PLAN: Final = Path(__file__).parent / "programs" / "post" / "plan.yaml"
NUMBERS: Final = count(1)


class Case:
    """One person's journey of the program `post`, by the command line."""

    def __init__(self, run: Run, house: House, ledger: Ledger) -> None:
        self.run = run
        self.house = house
        self.ledger = ledger
        self.person = f"r-{next(NUMBERS)}"
        self.journey = f"journey:post:{self.person}:application:1"
        self.address = f"{self.person}@example.org"
        assert run("plan", "publish", str(PLAN)).status == 0
        assert run("person", "set", self.person, "--email", self.address, "--name", "Ada Lovelace").status == 0

    def enroll(self) -> None:
        assert self.run("enroll", self.person, "--program", "post", "--process", "application").status == 0

    def tell(self, event: str) -> None:
        assert self.run("tell", self.journey, event, "--item", "doc-1", "--wait").status == 0

    def messages(self) -> list[dict[str, Any]]:
        """Everything to this person, oldest first."""
        found: list[dict[str, Any]] = self.run("messages", "--person", self.person, "--json").json
        return found

    def until(self, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The person's messages once the condition holds of them."""
        until_now(lambda: condition(self.messages()))
        return self.messages()

    def sent(self, number: int = 1) -> list[dict[str, Any]]:
        """The person's messages once so many have left."""
        return self.until(lambda found: sum(one["state"] == "accepted" for one in found) >= number)

    def mail(self, message: str) -> EmailMessage:
        """The e-mail as it left."""
        file = self.house.settings.mail_folder / f"{message}.eml"
        return BytesParser(EmailMessage, policy=default).parsebytes(file.read_bytes())

    def asked(self) -> dict[str, Any]:
        """Enrolled and asked about a document: the message that says so."""
        self.enroll()
        self.tell("question_asked")
        return self.sent()[-1]

    def bounce(self, message: dict[str, Any]) -> None:
        """The provider reports that its mail came back."""
        self.report(message, "bounced", "invalid_address")

    def report(self, message: dict[str, Any], kind: str, failure: str | None = None) -> None:
        """The provider reports something of the message."""
        now = datetime.now(UTC)
        event = NewEvent(
            provider="sendgrid",
            content=f"{kind} {message['id']}",
            kind=kind,
            provider_kind=kind,
            message_id=message["id"],
            attempt=1,
            at=now,
            address=message["address"],
            failure=failure,
        )
        with self.ledger.write() as connection:
            assert post(connection, [event], now).named == 1

    def outcomes(self) -> list[tuple[str, str, str]]:
        """Notification, recipient and outcome of every message of the journey."""
        found = self.run("messages", "--journey", self.journey, "--json").json
        return [(one["notification"], one["to"], one["outcome"]) for one in found]

    def tell_waiting(self) -> None:
        """What whoever writes a report does after the commit."""
        assert wake(self.ledger, self.house.settings)

    def in_doubt(self, message: dict[str, Any], state: str = "review") -> None:
        """As if nobody knew what became of it."""
        table = mail_tables.message
        with self.ledger.write() as connection:
            values = {"state": state, "sent_at": None, "reason": "no_answer"}
            connection.execute(sa.update(table).where(table.c.id == message["id"]).values(values))
