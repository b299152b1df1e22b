"""`waypost reopen`: an ended journey goes on."""

from typing import Annotated

import typer

from starter.cli.options import AsJson, Cycle, Folder, JourneyName, Process, Program
from starter.cli.output import say, write_json
from starter.cli.session import find_journey, with_waypost
from starter.client import Waypost
from starter.reopening import reopen


def reopen_(
    journey: JourneyName,
    to: Annotated[str, typer.Option(metavar="STAGE", help="The stage in which it goes on.")],
    why: Annotated[str | None, typer.Option(metavar="CODE", help="A word for the log, never a name.")] = None,
    program: Program = None,
    process: Process = None,
    cycle: Cycle = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Opens a journey that has ended: it goes on in a stage of yours, and nothing that was sent is sent again.

    Example: waypost reopen p-1001 --process application --to in_review --why appeal_granted
    """

    async def story(waypost: Waypost) -> int:
        with waypost.ledger.read() as connection:
            row = find_journey(connection, journey, program, process, cycle)
        done = await reopen(waypost.temporal, waypost.ledger, row.id, to, why, "cli")
        if as_json:
            write_json(done)
        else:
            late = (
                f"; {done.late_events} late event(s) stay uncounted, tell again what counts" if done.late_events else ""
            )
            say(f"reopened {done.journey} in {done.stage}{late}")
        return 0

    return with_waypost(folder, story)
