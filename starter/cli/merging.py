"""`waypost person merge`: two entries were one person; what both had goes on once, to one of them."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from sqlalchemy import Connection

from ledger import Ledger, audit, people
from ledger.people import PersonRow
from starter.choices import inherit
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, write_json
from starter.cli.people import PersonId
from starter.cli.session import wake, with_ledger
from starter.ids import check_person
from starter.refusal import Refused
from starter.settings import Settings
from starter.waking import LOOK_AGAIN, wake_person


class Merged(BaseModel):
    """What `person merge` prints as JSON; `into` null: the merge was taken back. `woken` open journeys look again."""

    person: str
    into: str | None
    changed: bool
    woken: int


def merge(
    person: PersonId,
    into: Annotated[str | None, typer.Option(metavar="ID", help="Who it is.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="It was an error: they are two people.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Merges a person into another. A journey that both have stops for the first; all others go on to the second.

    What the first does not want the second does not get either, also when the merge is taken back.

    Example: waypost person merge p-1001 --into p-2002
    """
    check_person(person)
    if undo == (into is not None):
        raise Refused("say whom it is, --into ID, or take a merge back, --undo")

    def story(ledger: Ledger, settings: Settings) -> int:
        now = datetime.now(UTC)
        with ledger.write() as connection:
            before, other = _both(connection, person, into)
            changed = people.set_person(connection, before.model_copy(update={"merged_into": other}), "cli", now)
            if changed:
                audit.record(connection, "cli", "person_merged", person, {"into": other}, now)
            if changed and other is not None:
                inherit(connection, person, other, "cli", now)
            woken = wake_person(connection, person, "merged" if other else LOOK_AGAIN, now) if changed else 0
        told = wake(ledger, settings) if changed else True
        if as_json:
            write_json(Merged(person=person, into=other, changed=changed, woken=woken))
        else:
            later = "" if told else "; the engine is away, open journeys hear of it from the next command"
            done = f"{person} merged into {other}" if other else f"{person} stands alone again"
            say(f"{done}{later}" if changed else f"unchanged {person}")
        return 0

    return with_ledger(folder, story)


def _both(connection: Connection, person: str, into: str | None) -> tuple[PersonRow, str | None]:
    """The person, and the id of whom they really are, merges of that one followed. Raises Refused.

    The rows of all of them are this transaction's: two merges at once make no circle, and whoever was not on hold when
    that was looked at is not so before the merge is written.
    """
    _hold(connection, person, into)
    before = people.person(connection, person)
    if before is None:
        raise Refused(f"nobody is known as {person}")
    if into is None:
        return before, None
    other = people.standing_for(connection, [into]).get(into)
    if other is None:
        raise Refused(f"nobody is known as {into}; run first: waypost person set {into} --email ADDRESS")
    if other.id == person:
        alone = f"{person} cannot be merged into itself"
        raise Refused(alone if into == person else f"{into} was merged into {person}")
    if before.deceased and not other.deceased:
        raise Refused(f"{person} died, and {other.id} does not say so; run first: waypost person deceased {other.id}")
    if before.on_hold and not other.on_hold:
        raise Refused(f"mail to {person} is on hold, to {other.id} not; run first: waypost person hold {other.id}")
    return before, other.id


def _hold(connection: Connection, person: str, into: str | None) -> None:
    """Again where somebody was merged on while we waited for their row."""
    held: set[str] = set()
    while not (concerned := {person, *people.standing_for(connection, [into] if into else [])}) <= held:
        people.held(connection, concerned)
        held |= concerned
