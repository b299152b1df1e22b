"""`waypost reconcile`: whether ledger and engine agree, and what to do where they do not."""

from typing import Annotated

import typer

from starter.cli.options import AsJson, Folder
from starter.cli.output import say, table, write_json
from starter.cli.session import with_waypost
from starter.client import Waypost
from starter.findings import ON_REQUEST
from starter.reconcile import Reconciler


def reconcile(
    repair: Annotated[
        bool, typer.Option("--repair", help="Also start journeys anew that were terminated or deleted in the engine.")
    ] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Compares ledger and engine, as a schedule does each minute, and mends what nobody can have wanted.

    Journeys that were terminated, have failed or were deleted in the engine are only counted: somebody may have wanted
    that. With --repair they start again from the ledger's facts, and nothing that was sent is sent again; what an ended
    journey left unsent leaves as a copy.

    Example: waypost reconcile --repair
    """

    async def story(waypost: Waypost) -> int:
        done = await Reconciler(waypost.temporal, waypost.ledger).round(repair=repair, whole=True)
        left = sum(finding.found - finding.mended for finding in done.findings if finding.rule in ON_REQUEST)
        if as_json:
            write_json(done)
        elif not any(finding.found for finding in done.findings):
            say("ledger and engine agree")
        else:
            rows = [
                (str(finding.found), str(finding.mended), finding.says, ", ".join(finding.examples))
                for finding in done.findings
                if finding.found
            ]
            table(("found", "mended", "what", "such as"), rows)
            if left:
                say(f"{left} left as they are; waypost reconcile --repair starts, ends or sends them")
        return 1 if left else 0

    return with_waypost(folder, story)
