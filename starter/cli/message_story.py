"""`waypost message show`: the whole story of one message."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from ledger import Ledger, bodies, messages, reports, sending
from ledger.bodies import Body
from ledger.message_rows import AttemptRow
from ledger.reports import Report
from ledger.why import Answer, why_message
from starter.cli.explaining import plan_or_none, print_answer
from starter.cli.message_line import Message, described, zone_of
from starter.cli.options import AsJson, Folder
from starter.cli.output import console, plain, shown, table, write_json, write_text
from starter.cli.session import with_ledger
from starter.refusal import Refused
from starter.settings import Settings
from starter.verbatim import verbatim

MILESTONES = ("queued", "sent", "delivered", "opened", "viewed")
BESIDES = ("machine_opened", "clicked", "failed", "complained", "unsubscribed")


class MessageShown(Message):
    """`message show` as JSON: the message, and everything that is on record of it. `body_kept`: `--body` has one."""

    attempts: tuple[AttemptRow, ...]
    events: tuple[Report, ...]
    body_kept: bool
    why: Answer


def show_message(
    message: Annotated[
        str, typer.Argument(metavar="ID", help="The message's id, as `waypost messages --json` gives it.")
    ],
    body: Annotated[
        str | None, typer.Option(metavar="text|html", help="Print what the last attempt sent, and nothing else.")
    ] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Shows one message: what became of it and why, every attempt, every report, and what it said.

    Example: waypost message show 0192f5c3-8f4e-7000-8000-000000000000
    """
    if body not in {None, "text", "html"}:
        raise Refused(f"--body {str(body)[:20]!r} is neither text nor html")

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            kept = bodies.body(connection, message)
            found = _whole(connection, message, kept)
        if body is not None:
            _print_body(kept, body)
        elif as_json:
            write_json(found)
        else:
            _print(found)
        return 0

    return with_ledger(folder, story)


def _whole(connection: Connection, message: str, kept: Body | None) -> MessageShown:
    row = messages.row(connection, message)
    if row is None:
        raise Refused(f"there is no message {message[:80]}; see: waypost messages")
    return MessageShown(
        **described(row, zone_of(connection, row.plan_version)).model_dump(),
        attempts=tuple(sending.attempts(connection, message)),
        events=verbatim(connection, reports.of(connection, [message]).get(message, ())),
        body_kept=kept is not None,
        why=why_message(connection, plan_or_none, row, datetime.now(UTC)),
    )


def _print_body(kept: Body | None, body: str) -> None:
    if kept is None:
        raise Refused("nothing of this message ever left, or its text was erased when its time was over")
    write_text(kept.html if body == "html" else kept.text)


def _answer(attempt: AttemptRow) -> str:
    """What came back; and where the message was to pass by a list of the provider's, that it was."""
    passed_by = f"past the provider's list of the {attempt.bypassed}" if attempt.bypassed else ""
    return "; ".join(filter(None, (attempt.detail, passed_by)))


def _print(found: MessageShown) -> None:
    print_answer(found.why)
    out = console()
    zone = found.why.zone
    out.print(f"[bold]{plain(found.subject or 'nothing has left yet')}[/bold]")
    out.print(plain(f"to {found.address or found.person or found.to}, by {found.channel}, of {found.source}\n"))
    table(("", "when"), [(name, when) for name, when in _instants(found, zone)])
    if found.attempts:
        rows = [
            (str(a.attempt), shown(a.on_wire_at, zone), a.transport, a.outcome or "under way", _answer(a))
            for a in found.attempts
        ]
        out.print()
        table(("attempt", "on the wire", "by", "outcome", "answer"), rows)
    if found.events:
        rows = [
            (shown(e.at, zone), shown(e.received_at, zone), _kind(e), e.failure or "", e.response or e.reason or "")
            for e in found.events
        ]
        out.print()
        table(("reported for", "received", "what", "class", "words"), rows)
    if found.body_kept:
        out.print(plain(f"\nWhat it said: waypost message show {found.id} --body text"))


def _instants(found: MessageShown, zone: str) -> Iterator[tuple[str, str]]:
    """The five that everybody asks for, known or not, then whatever else happened."""
    for name in MILESTONES:
        yield name, shown(getattr(found, f"{name}_at"), zone) or "not known"
    for name in BESIDES:
        if (at := getattr(found, f"{name}_at")) is not None:
            yield name.replace("_", " "), shown(at, zone)


def _kind(event: Report) -> str:
    said = event.kind if event.kind == event.provider_kind else f"{event.kind} ({event.provider_kind})"
    return f"{said}, by a machine" if event.machine else said
