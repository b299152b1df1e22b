"""`waypost list`: where journeys stand, from the ledger."""

from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import Ledger, journeys
from ledger.journeys import JourneyRow
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, shown, table, write_json
from starter.cli.session import with_ledger
from starter.settings import Settings


class JourneyLine(BaseModel):
    """One line of `list` as JSON, from the ledger. Instants are on the journey's clock."""

    model_config = ConfigDict(frozen=True)

    journey: str
    program: str
    process: str
    cycle: str
    person: str
    stage: str | None
    status: str | None
    flags: tuple[str, ...]
    created_at: AwareDatetime
    next_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    started: bool
    plan_version: str | None


def list_journeys(
    program: Annotated[str | None, typer.Option(help="Only this program's.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only those in this stage.")] = None,
    person: Annotated[str | None, typer.Option(help="Only this person's.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that have not ended.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Lists journeys with their stage and what comes next.

    Example: waypost list --program cwe --stage past_due
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            found = list(_lines(connection, program, stage, person, open_only=open_only))
        if as_json:
            write_json(found)
        elif not found:
            say("no journeys")
        else:
            rows = [(each.journey, each.stage or "", shown(each.next_at), ", ".join(each.flags)) for each in found]
            table(("journey", "stage", "looks again", "flags"), rows)
        return 0

    return with_ledger(folder, story)


def line(row: JourneyRow) -> JourneyLine:
    """The row as people and programs read it."""
    return JourneyLine(
        journey=row.id,
        program=row.program,
        process=row.process,
        cycle=row.cycle,
        person=row.person_id,
        stage=row.stage,
        status=row.status,
        flags=row.flags,
        created_at=row.created_at,
        next_at=row.next_at,
        ended_at=row.ended_at,
        started=row.started_at is not None,
        plan_version=row.plan_version,
    )


def _lines(
    connection: Connection, program: str | None, stage: str | None, person: str | None, *, open_only: bool
) -> Iterator[JourneyLine]:
    after: str | None = None
    while page := journeys.find(connection, program, stage, person, open_only, after):
        yield from map(line, page)
        after = page[-1].id
