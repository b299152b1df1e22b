"""`waypost messages`: every message that was made, how it stands, and why; on paper too."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from ledger import Ledger, messages
from ledger.message_rows import Channel, Delivery, Source
from ledger.messages import Wanted
from ledger.row_machine import State
from starter.cli.message_line import Message, Zones, described
from starter.cli.options import AsJson, Folder, instant
from starter.cli.output import say, shown, table, write_json_array
from starter.cli.session import with_ledger
from starter.cli.terminal import harmless
from starter.plans import current_plan
from starter.refusal import Refused
from starter.settings import Settings
from starter.spreadsheet import write_rows


def list_messages(
    person: Annotated[str | None, typer.Option(metavar="P", help="Only those to this person.")] = None,
    journey: Annotated[str | None, typer.Option(metavar="J", help="Only those of this journey.")] = None,
    program: Annotated[str | None, typer.Option(metavar="P", help="Only this program's.")] = None,
    notification: Annotated[str | None, typer.Option(metavar="N", help="Only this notification's.")] = None,
    state: Annotated[State | None, typer.Option(help="Only rows in this state, such as review.")] = None,
    delivery: Annotated[Delivery | None, typer.Option(help="Only those reported so, such as bounced.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what failed: at the provider or on delivery.")] = False,
    since: Annotated[str | None, typer.Option(metavar="T", help="Only those queued at T or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="Only those queued before T.")] = None,
    source: Annotated[Source | None, typer.Option(help="Only what these had sent.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Only what went this way.")] = None,
    csv: Annotated[str | None, typer.Option(metavar="FILE|-", help="Write them as CSV into FILE, - to here.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Lists messages with their state and reason, oldest first.

    Example: waypost messages --program cwe --failed --since 2026-10-01
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            zone = current_plan(connection, program).timezone if program and (since or until) else "UTC"
        wanted = Wanted(
            person=person,
            journey=journey,
            program=program,
            notification=notification,
            state=state,
            delivery=delivery,
            source=source,
            channel=channel,
            failed=failed,
            since=instant(since, "--since", zone),
            until=instant(until, "--until", zone),
        )
        found = _all(ledger, wanted)
        if csv is not None:
            return _write(csv, found)
        if as_json:
            write_json_array(found)
            return 0
        if lines := [_line(message) for message in found]:
            table(("sent or planned", "notification", "to", "state", "why"), lines)
        else:
            say("no messages yet")
        return 0

    return with_ledger(folder, story)


def _all(ledger: Ledger, wanted: Wanted) -> Iterator[Message]:
    """Page by page, each read by itself: however many there are, no transaction stays open."""
    after: str | None = None
    zones = Zones()
    while True:
        with ledger.read() as connection:
            page = messages.search(connection, after=after, **wanted)
            found = [described(row, zones.of(connection, row.plan_version)) for row in page]
        yield from found
        if not page:
            return
        after = page[-1].id


def _write(file: str, found: Iterable[Message]) -> int:
    """Raises Refused with the operating system's reason."""
    rows = (message.model_dump(mode="json").values() for message in found)
    if file == "-":
        seen = sys.stdout.isatty()
        write_rows(sys.stdout, Message.model_fields, (map(_seen, row) for row in rows) if seen else rows)
        return 0
    try:
        with Path(file).open("w", encoding="utf-8", newline="") as stream:
            count = write_rows(stream, Message.model_fields, rows)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {(error.strerror or 'no reason given').lower()}") from None
    say(f"wrote {count} message(s) to {file}")
    return 0


def _seen(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value


def _line(message: Message) -> tuple[str, ...]:
    when = shown(message.journey_sent_at or message.at)
    why = ": ".join(part for part in (message.failure or message.reason, message.detail) if part)
    who = message.to if message.person is None else f"{message.to} ({message.person})"
    return when, message.notification, who, message.delivery or message.outcome, why
