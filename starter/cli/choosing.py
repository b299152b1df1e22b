"""`waypost person opt-out`: what somebody does not want, told to staff by telephone or letter."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from sqlalchemy import Connection

from ledger import Ledger
from ledger.opt_outs import ALL
from starter.choices import choose
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, write_json
from starter.cli.people import PersonId, known
from starter.cli.session import wake, with_ledger
from starter.ids import check_person
from starter.plans import current_plan
from starter.refusal import Refused
from starter.settings import Settings


class OptedOut(BaseModel):
    """What `person opt-out` prints as JSON; `notification` is `*` for every optional one."""

    person: str
    program: str
    notification: str
    opted_out: bool
    changed: bool


def opt_out(
    person: PersonId,
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="Whose notifications.")],
    notification: Annotated[
        str | None, typer.Argument(metavar="NOTIFICATION", help="One that is optional. [default: all of them]")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="They are wanted again.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Records that somebody does not want a program's optional notifications, or one of them.

    Mandatory ones are sent all the same. Example: waypost person opt-out p-1001 cwe inactivity
    """
    check_person(person)
    name = notification or ALL

    def story(ledger: Ledger, settings: Settings) -> int:
        now = datetime.now(UTC)
        with ledger.write() as connection:
            if known(connection, person) is None:
                raise Refused(f"nobody is known as {person}")
            _check_notification(connection, program, name, undo=undo)
            changed = choose(connection, person, program, {name: undo}, "cli", now)
        told = wake(ledger, settings) if changed else True
        if as_json:
            write_json(OptedOut(person=person, program=program, notification=name, opted_out=not undo, changed=changed))
        else:
            which = "every optional notification" if name == ALL else name
            later = "" if told else "; the engine is away, open journeys hear of it from the next command"
            verb = "wants" if undo else "does not want"
            say(f"{person} {verb} {which} of {program}{later}" if changed else f"unchanged {person}")
        return 0

    return with_ledger(folder, story)


def _check_notification(connection: Connection, program: str, name: str, *, undo: bool) -> None:
    """What the plan has made mandatory meanwhile can be taken back, not chosen."""
    rules = current_plan(connection, program).rules
    if name == ALL or undo:
        return
    if name not in rules:
        optional = ", ".join(rule.name for rule in rules.values() if rule.optional) or "none"
        raise Refused(f"{program} has no notification {name[:60]!r}; optional ones: {optional}")
    if not rules[name].optional:
        raise Refused(f"{name} of {program} is not optional: the plan sends it to everybody")
