"""`waypost messages`: every message that was made, how it stands, and why."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import Ledger, messages, plans
from ledger.messages import MessageRow
from plan.load import read_back
from plan.model import Plan
from plan.outcomes import Outcome
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, shown, table, write_json
from starter.cli.session import with_ledger
from starter.settings import Settings

OUTCOMES: Final[dict[str, Outcome]] = {
    "queued": "ready",
    "claimed": "ready",
    "on_wire": "ready",
    "retry": "ready",
    "accepted": "sent",
    "unknown": "unknown",
    "review": "unknown",
    "failed": "failed",
    "cancelled": "skipped",
    "expired": "skipped",
}


class Message(BaseModel):
    """One line of `messages` as JSON. `at` is when it was planned, `local` the same in the program's zone.

    These two and `journey_sent_at` are on the journey's clock, the others on the wall's.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    journey: str | None
    person: str | None
    notification: str
    key: str
    to: str
    purpose: str
    at: AwareDatetime | None
    local: str | None
    outcome: Outcome
    reason: str | None
    detail: str | None
    state: str
    queued_at: AwareDatetime
    sent_at: AwareDatetime | None
    journey_sent_at: AwareDatetime | None
    address: str | None
    subject: str | None
    provider_id: str | None
    plan_version: str
    template_version: str | None


def list_messages(
    person: Annotated[str | None, typer.Option(metavar="P", help="Only those to this person.")] = None,
    journey: Annotated[str | None, typer.Option(metavar="J", help="Only those of this journey.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Lists messages with their state and reason, oldest first.

    Example: waypost messages --journey journey:cwe:p-1001:renewal:1
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            found = list(_all(connection, person, journey))
        if as_json:
            write_json(found)
        elif not found:
            say("no messages yet")
        else:
            table(("sent or planned", "notification", "to", "state", "why"), [_line(message) for message in found])
        return 0

    return with_ledger(folder, story)


def described(row: MessageRow, zone: str | None) -> Message:
    """The row as people and programs read it; what was given back is held, whatever its state."""
    held = row.held_reason is not None and OUTCOMES[row.state] == "ready"
    return Message(
        id=row.id,
        journey=row.journey_id,
        person=row.person_id,
        notification=row.rule,
        key=row.key,
        to=row.to,
        purpose=row.purpose,
        at=row.planned_at,
        local=_local(row.planned_at, zone),
        outcome="held" if held else OUTCOMES[row.state],
        reason=row.held_reason if held else row.reason,
        detail=row.held_detail if held else row.detail,
        state=row.state,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        journey_sent_at=row.journey_sent_at,
        address=row.address,
        subject=row.subject,
        provider_id=row.provider_id,
        plan_version=row.plan_version,
        template_version=row.template_version,
    )


def zone_of(connection: Connection, version: str) -> str | None:
    """The time zone of a plan version; None when this build cannot read it any more."""
    return _zone(version, plans.source(connection, version))


@lru_cache
def _zone(version: str, source: str) -> str | None:
    plan = read_back(source, version)
    return plan.timezone if isinstance(plan, Plan) else None


def _all(connection: Connection, person: str | None, journey: str | None) -> Iterator[Message]:
    after: str | None = None
    while page := messages.search(connection, person=person, journey=journey, after=after):
        for row in page:
            yield described(row, zone_of(connection, row.plan_version))
        after = page[-1].id


def _local(instant: datetime | None, zone: str | None) -> str | None:
    """ISO 8601 with the program's offset, to the second."""
    if instant is None or zone is None:
        return None
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _line(message: Message) -> tuple[str, ...]:
    when = shown(message.journey_sent_at or message.at)
    why = ": ".join(part for part in (message.reason, message.detail) if part)
    who = message.to if message.person is None else f"{message.to} ({message.person})"
    return when, message.notification, who, message.outcome, why
