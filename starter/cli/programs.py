"""`waypost program close|reopen`: the end of a program, and its taking back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from sqlalchemy import Connection

from ledger import Ledger, programs
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, write_json
from starter.cli.roles import ProgramName
from starter.cli.session import wake, with_ledger
from starter.plans import current_plan
from starter.settings import Settings
from starter.waking import wake_program

Write = Callable[[Connection, str, str, str | None, datetime], bool]
Why = Annotated[str | None, typer.Option(metavar="CODE", help="A word for the log.")]


class ProgramChanged(BaseModel):
    """What these commands print as JSON; `woken` open journeys look again."""

    program: str
    closed: bool
    changed: bool
    woken: int


def close(program: ProgramName, why: Why = None, folder: Folder = None, as_json: AsJson = False) -> int:
    """Closes a program: nothing leaves but what its plan says goes on, nobody is enrolled, its plan is frozen.

    Example: waypost program close cwe
    """
    return _set(program, programs.close, True, why, folder, as_json=as_json)


def reopen(program: ProgramName, why: Why = None, folder: Folder = None, as_json: AsJson = False) -> int:
    """Opens a closed program again. What lapsed meanwhile is not sent in a burst.

    Example: waypost program reopen cwe
    """
    return _set(program, programs.reopen, False, why, folder, as_json=as_json)


def _set(program: str, write: Write, closed: bool, why: str | None, folder: Folder, *, as_json: bool) -> int:
    def story(ledger: Ledger, settings: Settings) -> int:
        now = datetime.now(UTC)
        with ledger.write() as connection:
            current_plan(connection, program)
            changed = write(connection, program, "cli", why, now)
            woken = wake_program(connection, program, "program", now) if changed else 0
        told = wake(ledger, settings) if woken else True
        if as_json:
            write_json(ProgramChanged(program=program, closed=closed, changed=changed, woken=woken))
        else:
            later = "" if told else "; the engine is away, open journeys hear of it from the next command"
            done = f"{program} {'is closed' if closed else 'is open again'}"
            say(f"{done}{later}" if changed else f"nothing to do: {done}")
        return 0

    return with_ledger(folder, story)
