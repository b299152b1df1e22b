"""`waypost person hold|release|deceased`: what stops all mail to somebody, in every journey at once."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import BaseModel

from ledger import Ledger, audit, people
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, write_json
from starter.cli.people import PersonId, known
from starter.cli.session import wake, with_ledger
from starter.ids import check_person
from starter.refusal import Refused
from starter.settings import Settings
from starter.waking import LOOK_AGAIN, wake_person

Why = Annotated[str | None, typer.Option(metavar="CODE", help="A word for the log, never a name or a diagnosis.")]


class StandingChanged(BaseModel):
    """What these commands print as JSON; `woken` open journeys look again."""

    person: str
    on_hold: bool
    deceased: bool
    changed: bool
    woken: int


def hold(person: PersonId, why: Why = None, folder: Folder = None, as_json: AsJson = False) -> int:
    """Holds every message to somebody. Deadlines go on; held messages wait for the release.

    Example: waypost person hold p-1001 --why military_leave
    """
    return _set(person, {"on_hold": True}, "held", "hold", why, folder, as_json=as_json)


def release(person: PersonId, why: Why = None, folder: Folder = None, as_json: AsJson = False) -> int:
    """Ends a hold. What is still inside its lateness goes out; the rest is too late and says so.

    Example: waypost person release p-1001
    """
    return _set(person, {"on_hold": False}, "released", "released", why, folder, as_json=as_json)


def deceased(
    person: PersonId,
    undo: Annotated[bool, typer.Option("--undo", help="It was an error; nothing that lapsed is sent now.")] = False,
    why: Why = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Stops all mail about and to somebody who died, for good.

    Example: waypost person deceased p-1001
    """
    verb = "alive: recorded as an error" if undo else "deceased"
    cause = LOOK_AGAIN if undo else "deceased"
    return _set(person, {"deceased": not undo}, verb, cause, why, folder, as_json=as_json)


def _set(
    person: str, change: dict[str, bool], verb: str, cause: str, why: str | None, folder: Folder, *, as_json: bool
) -> int:
    """`cause` is what open journeys hear of it. Whatever ends is remembered, so that nothing is sent in a burst."""
    check_person(person)

    def story(ledger: Ledger, settings: Settings) -> int:
        now = datetime.now(UTC)
        with ledger.write() as connection:
            before = known(connection, person)
            if before is None:
                raise Refused(f"nobody is known as {person}")
            ends = any(getattr(before, name) and not value for name, value in change.items())
            after = before.model_copy(update={**change, "released_at": now} if ends else change)
            changed = people.set_person(connection, after, "cli", now)
            if changed:
                audit.record(connection, "cli", f"person_{next(iter(change))}", person, {**change, "why": why}, now)
            woken = wake_person(connection, person, cause, now) if changed else 0
        told = wake(ledger, settings, people=(person,)) if changed else True
        if as_json:
            write_json(
                StandingChanged(
                    person=person, on_hold=after.on_hold, deceased=after.deceased, changed=changed, woken=woken
                )
            )
        else:
            later = "" if told else "; the engine is away, open journeys hear of it from the next command"
            say(f"{person} {verb}{later}" if changed else f"unchanged {person}")
        return 0

    return with_ledger(folder, story)
