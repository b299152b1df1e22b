"""`waypost message send|note`: what staff say to one person, and what was said elsewhere."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ledger import Ledger
from ledger.message_rows import Channel
from starter.alone import drive
from starter.by_hand import ByHand, Note, note, write
from starter.cli.message_line import described, zone_of
from starter.cli.options import AsJson, Folder, Staff, instant
from starter.cli.output import say, write_json
from starter.cli.people import PersonId
from starter.cli.session import with_ledger, with_waypost
from starter.client import Waypost
from starter.plans import current_plan
from starter.refusal import Refused
from starter.settings import Settings

OfProgram = Annotated[str, typer.Option("--program", metavar="P", help="The program in whose name it is said.")]
Text = Annotated[str | None, typer.Option(metavar="T", help="The text; blank lines part paragraphs.")]
TextFile = Annotated[Path | None, typer.Option(metavar="F", help="A file with the text; - reads it from the input.")]
OwnId = Annotated[str | None, typer.Option("--id", metavar="I", help="Makes saying it twice harmless.")]


def send(
    person: PersonId,
    program: OfProgram,
    subject: Annotated[str, typer.Option(metavar="S", help="The subject.")],
    text: Text = None,
    text_file: TextFile = None,
    id_: OwnId = None,
    by: Staff = "cli",
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Sends a message of your own to one person, at once, in the layout of the program.

    Merge fields such as [[applicant.first_name]] may be used, and https addresses become links.

    Example: waypost message send p-1001 --program cwe --subject "Your seat" --text "Dear Ada, room 4 it is."
    """
    said = _text(text, text_file)

    async def story(waypost: Waypost) -> int:
        given = ByHand(person=person, program=program, subject=subject, text=said, by=by, id=id_)
        done = write(waypost.ledger, given)
        await drive(waypost.temporal, done.row)
        if as_json:
            with waypost.ledger.read() as connection:
                write_json(described(done.row, zone_of(connection, done.row.plan_version)))
        else:
            waits = f"; it waits: {done.waits_for}" if done.waits_for else ""
            say(f"{'written' if done.new else 'written before'}: message {done.row.id} to {person}{waits}")
        return 0

    return with_waypost(folder, story)


def note_(
    person: PersonId,
    program: OfProgram,
    channel: Annotated[Channel, typer.Option(help="How it was said; an e-mail only with --outside.")],
    text: Text = None,
    text_file: TextFile = None,
    subject: Annotated[str | None, typer.Option(metavar="S", help="What it was about, in a few words.")] = None,
    at: Annotated[str | None, typer.Option(metavar="T", help="When; by default now.")] = None,
    outside: Annotated[bool, typer.Option("--outside", help="Another system said it.")] = False,
    id_: OwnId = None,
    by: Staff = "cli",
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Notes what reached somebody by other ways, so that one list shows everything. Nothing is sent.

    Example: waypost message note p-1001 --program cwe --channel call --text "Asked for the form; told where it is."
    """
    said = _text(text, text_file)

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            zone = current_plan(connection, program).timezone
        given = Note(
            person=person,
            program=program,
            subject=subject or channel.capitalize(),
            text=said,
            by=by,
            id=id_,
            channel=channel,
            at=instant(at, "--at", zone),
            outside=outside,
        )
        done = note(ledger, given)
        if as_json:
            write_json(described(done.row, zone))
        else:
            say(f"{'noted' if done.new else 'noted before'}: {channel} to {person} as {done.row.id}")
        return 0

    return with_ledger(folder, story)


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise Refused("give the text once: --text T or --text-file F")
    if file is None:
        return text or ""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {(error.strerror or 'no reason given').lower()}") from None
