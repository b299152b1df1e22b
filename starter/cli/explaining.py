"""`waypost why`: why somebody got a message or did not, from the ledger alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from ledger import Ledger, people, programs, suppressions
from ledger.why import Answer, Asked
from ledger.why import why as answers_to
from plan.calendar import zone_info
from plan.model import Plan
from plan.words import name_words
from starter.cli.options import AsJson, Folder
from starter.cli.output import console, plain, say, write_json
from starter.cli.session import find_journey, with_ledger
from starter.plans import current_plan
from starter.refusal import Refused
from starter.settings import Settings

IN_FULL = frozenset({"act", "wait"})


def why(
    person: Annotated[str, typer.Option(metavar="P", help="Who asks: the id, or the address where one person has it.")],
    notification: Annotated[str | None, typer.Option(metavar="N", help="Only this notification.")] = None,
    journey: Annotated[str | None, typer.Option(metavar="J", help="Only this journey.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Answers "why didn't I get it?": what happened, what that rests on, how sure it is, and what to do.

    Example: waypost why --person p-1001 --notification due_reminder
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            who = _person(connection, person)
            where = find_journey(connection, journey, None, None, None) if journey is not None else None
            found = answers_to(connection, plan_or_none, Asked(who, datetime.now(UTC), notification, where))
            known = people.person(connection, who) is not None
        if as_json:
            write_json(found)
        elif found:
            _print(found, in_full=notification is not None)
        elif known:
            say(f"nothing was ever planned for {who}: no journey, no message")
        else:
            raise Refused(f"nobody is known as {who}")
        return 0

    return with_ledger(folder, story)


def _person(connection: Connection, given: str) -> str:
    """The id itself, or whose address it is. Raises Refused."""
    if "@" not in given:
        return given
    readers = suppressions.readers(connection, given)
    if len(readers) == 1:
        return readers[0]
    if readers:
        raise Refused(f"{len(readers)} people have this address ({', '.join(readers[:5])}); say which by id")
    raise Refused("nobody has this address now; ask by the person's id: older messages keep their addresses")


def plan_or_none(connection: Connection, program: str) -> Plan | None:
    """With what was launched later than the first plan, as deciding has it.

    None: none is published, or not one that this build can read; the messages can be told all the same.
    """
    try:
        plan = current_plan(connection, program)
    except Refused:
        return None
    row = programs.program(connection, program)
    return plan.model_copy(update={"launched": row.launched}) if row is not None and row.launched else plan


def _print(found: Sequence[Answer], *, in_full: bool) -> None:
    """Whatever needs somebody or is under way in full, the rest a line each."""
    out = console()
    brief = [answer for answer in found if not in_full and answer.standing not in IN_FULL]
    for answer in found:
        if answer not in brief:
            print_answer(answer)
    if brief:
        out.print("[bold]Nothing to do[/bold]" if len(brief) < len(found) else "[bold]Nothing needs anybody[/bold]")
        for answer in brief:
            out.print(f"  [bold]{plain(_about(answer))}[/bold]  {plain(answer.headline)}")
        say("\nThe evidence: name one with --notification.")


def print_answer(answer: Answer) -> None:
    """One answer whole: what it is about, the headline, the evidence, the next step."""
    out = console()
    out.print(f"[dim]{plain(_about(answer))}{plain(_where(answer))}[/dim]")
    out.print(f"[bold]{plain(answer.headline)}[/bold]  [dim]({answer.certainty})[/dim]")
    for told in answer.evidence:
        when = _instant(told.at, answer.zone) if told.at is not None else ""
        out.print(f"  {when:<24}  {plain(told.sentence)}")
    out.print(f"[bold]Next:[/bold] {plain(answer.next_step or 'nothing is to be done.')}\n")


def _about(answer: Answer) -> str:
    return name_words(answer.notification) + (f" → {answer.to}" if answer.to else "")


def _where(answer: Answer) -> str:
    parts = (answer.journey or answer.program, answer.key, f"message {answer.message}" if answer.message else None)
    return "".join(f" · {part}" for part in parts if part)


def _instant(at: datetime, zone: str) -> str:
    return f"{at.astimezone(zone_info(zone)):%Y-%m-%d %H:%M:%S %Z}"
