"""`waypost message resend|settle|delivered|letter`: what staff do about one message that was to be sent."""

from pathlib import Path
from typing import Annotated

import typer

from ledger import Ledger
from ledger.message_rows import MessageRow
from starter.alone import drive
from starter.cli.message_line import described, zone_of
from starter.cli.options import AsJson, Cycle, Folder, JourneyName, Process, Program, Staff
from starter.cli.output import say, write_json
from starter.cli.session import find_journey, wake, with_ledger, with_waypost
from starter.client import Waypost
from starter.letters import print_letter
from starter.refusal import Refused
from starter.resending import copy
from starter.settings import Settings
from starter.settling import Fate, settle
from starter.settling import say as say_
from starter.waking import tell_waiting

MessageId = Annotated[str, typer.Argument(metavar="ID", help="The message's id, of waypost messages --json.")]


def resend(
    message: MessageId,
    by: Staff = "cli",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also when it is not worth sending any more.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Sends a copy of a message to the address that holds now, saying what is true now.

    Example: waypost message resend 0198c1e0-7b1a-7000-8000-000000000001
    """

    async def story(waypost: Waypost) -> int:
        row = copy(waypost.ledger, message, by, anyway=anyway)
        await drive(waypost.temporal, row)
        return _said(waypost, row, _under_way(row), as_json=as_json)

    return with_waypost(folder, story)


def settle_(
    message: MessageId,
    fate: Annotated[Fate, typer.Option("--as", help="It was sent; it was not, and shall not be; or send it again.")],
    why: Annotated[str, typer.Option(metavar="CODE", help="A word for the log, never a name.")],
    by: Staff = "cli",
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Says what became of a message whose fate nobody knows, after a look at the provider.

    Example: waypost message settle 0198c1e0-7b1a-7000-8000-000000000001 --as sent --why seen_at_provider
    """

    async def story(waypost: Waypost) -> int:
        row, copy_ = settle(waypost.ledger, message, fate, why, by)
        await _told(waypost, row)
        if copy_ is None:
            return _said(waypost, row, f"{row.id} is settled: {row.state.replace('_', ' ')}", as_json=as_json)
        await drive(waypost.temporal, copy_)
        sentence = f"{row.id} is settled; its journey has ended, so a copy is on its way as {copy_.id}"
        return _said(waypost, row, sentence, as_json=as_json, copy=copy_.id)

    return with_waypost(folder, story)


def delivered(message: MessageId, by: Staff = "cli", folder: Folder = None, as_json: AsJson = False) -> int:
    """Notes that a message reached its reader, which starts the deadlines that wait for that.

    Example: waypost message delivered 0198c1e0-7b1a-7000-8000-000000000001
    """

    async def story(waypost: Waypost) -> int:
        row = say_(waypost.ledger, message, "delivered", by)
        await _told(waypost, row)
        return _said(waypost, row, f"{row.id} has arrived", as_json=as_json)

    return with_waypost(folder, story)


def undelivered(
    message: MessageId,
    why: Annotated[str | None, typer.Option(metavar="CODE", help="A word for the log, never a name.")] = None,
    by: Staff = "cli",
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Notes that a message never reached its reader, whatever the provider says; its journey hears of it.

    Example: waypost message undelivered 0198c1e0-7b1a-7000-8000-000000000001 --why said_on_the_phone
    """

    async def story(waypost: Waypost) -> int:
        row = say_(waypost.ledger, message, "undelivered", by, why)
        await _told(waypost, row)
        return _said(waypost, row, f"{row.id} has not arrived", as_json=as_json)

    return with_waypost(folder, story)


def letter(
    journey: JourneyName,
    what: Annotated[str, typer.Argument(metavar="NOTIFICATION", help="A notification that is due, or a key.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the file.")] = Path(),
    by: Staff = "cli",
    program: Program = None,
    process: Process = None,
    cycle: Cycle = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Prints a message that cannot be mailed as a letter, and settles it: it counts as sent by post.

    Example: waypost message letter p-1001 due_reminder --out letters
    """

    def story(ledger: Ledger, settings: Settings) -> int:
        with ledger.read() as connection:
            name = find_journey(connection, journey, program, process, cycle).id
        done = print_letter(ledger, name, what, by)
        file = out / f"{done.row.id}.html"
        try:
            out.mkdir(parents=True, exist_ok=True)
            file.write_text(done.html, encoding="utf-8")
        except OSError as error:
            wrong = (error.strerror or "no reason given").lower()
            raise Refused(f"{file} cannot be written: {wrong}; the letter is settled, print it again") from None
        told = wake(ledger, settings)
        if as_json:
            with ledger.read() as connection:
                shown = described(done.row, zone_of(connection, done.row.plan_version))
            write_json({"file": str(file), **shown.model_dump()})
        else:
            later = "" if told else "; the engine is away, the journey hears of it from the next command"
            say(f"{file} is ready to be printed; {done.row.key} counts as sent by post{later}")
        return 0

    return with_ledger(folder, story)


def _under_way(row: MessageRow) -> str:
    if row.held_reason is None:
        return f"on its way again as {row.id}"
    detail = f" ({row.held_detail})" if row.held_detail and row.held_detail != row.held_reason else ""
    held = row.held_reason.replace("_", " ")
    return f"its copy {row.id} is held: {held}{detail}; once that has changed it leaves by itself"


async def _told(waypost: Waypost, row: MessageRow) -> None:
    """Whoever waits for this message looks again: its journey, and the workflow that drives it if it has one."""
    await tell_waiting(waypost.temporal, waypost.ledger)
    if row.source != "plan":
        await drive(waypost.temporal, row)


def _said(waypost: Waypost, row: MessageRow, sentence: str, *, as_json: bool, **more: object) -> int:
    if as_json:
        with waypost.ledger.read() as connection:
            write_json({**described(row, zone_of(connection, row.plan_version)).model_dump(), **more})
    else:
        say(sentence)
    return 0
