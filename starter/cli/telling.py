"""`waypost tell` and `waypost extend`: what happened, said to one journey."""

from typing import Annotated

import typer

from ledger.journeys import JourneyRow
from plan.model import Plan
from starter.cli.exit import complain
from starter.cli.options import AsJson, By, Cycle, Folder, JourneyName, Process, Program, data, instant
from starter.cli.output import say, write_json
from starter.cli.session import find_journey, with_waypost
from starter.client import Waypost
from starter.plans import current_plan
from starter.texts import declared
from workflows.wire import Answer

NOT_DONE = frozenset({"refused", "late_event"})


def tell(
    journey: JourneyName,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="An event of the plan, such as submitted.")],
    id_: Annotated[str | None, typer.Option("--id", help="Makes telling it twice harmless.")] = None,
    at: Annotated[str | None, typer.Option(metavar="T", help="When it happened; by default when it is heard.")] = None,
    item: Annotated[str | None, typer.Option(help="The document, activity, … that it is about.")] = None,
    by: By = None,
    given: Annotated[
        list[str] | None, typer.Option("--data", metavar="K=V|JSON", help="What it says; free text is kept apart.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the verdict, a few seconds at most.")] = False,
    program: Program = None,
    process: Process = None,
    cycle: Cycle = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Tells a journey that something happened.

    Example: waypost tell p-1001 document_insufficient --item doc-17 --data reason=illegible --wait
    """

    async def story(waypost: Waypost) -> int:
        row, plan = _known(waypost, journey, program, process, cycle)
        answer = await waypost.tell(
            row.id,
            event,
            id=id_,
            at=instant(at, "--at", plan.timezone),
            item=item,
            by=by,
            data=data(given or [], declared(plan, event)),
            wait=wait,
        )
        return _report(row.id, event, answer, as_json=as_json)

    return with_waypost(folder, story)


def extend(
    journey: JourneyName,
    deadline: Annotated[str, typer.Argument(metavar="DEADLINE", help="A deadline of the journey's process.")],
    why: Annotated[str, typer.Option(help="The reason, kept for staff.")],
    to: Annotated[str | None, typer.Option(metavar="DATE", help="The new last day.")] = None,
    by: Annotated[str | None, typer.Option(metavar="DURATION", help="How much longer, such as '2 weeks'.")] = None,
    item: Annotated[str | None, typer.Option(help="The item, for a deadline that runs per item.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Makes extending twice harmless.")] = None,
    program: Program = None,
    process: Process = None,
    cycle: Cycle = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Gives a journey more time. Of several extensions the latest counts.

    Example: waypost extend p-1001 due --to 2027-02-28 --why "Parental leave"
    """

    async def story(waypost: Waypost) -> int:
        row, _ = _known(waypost, journey, program, process, cycle)
        said = {"deadline": deadline, "to": to, "by": by, "why": why}
        given = {name: value for name, value in said.items() if value is not None}
        answer = await waypost.tell(row.id, "extension_granted", id=id_, item=item, data=given, wait=True)
        return _report(row.id, "extension_granted", answer, as_json=as_json)

    return with_waypost(folder, story)


def _known(
    waypost: Waypost, name: str, program: str | None, process: str | None, cycle: str | None
) -> tuple[JourneyRow, Plan]:
    with waypost.ledger.read() as connection:
        row = find_journey(connection, name, program, process, cycle)
        return row, current_plan(connection, row.program)


def _report(journey: str, event: str, answer: Answer | None, *, as_json: bool) -> int:
    """Status 1 for an event that does not count; on its way, waiting, or known already is no failure."""
    if as_json:
        write_json({"journey": journey, "event": event, **(answer or Answer(verdict="told")).model_dump()})
    if answer and answer.verdict in NOT_DONE:
        return complain(f"{event} does not count: {answer.reason or answer.verdict}")
    if as_json:
        return 0
    if answer is None:
        say(f"told {journey}; it judges the event in a moment")
    else:
        reason = f": {answer.reason}" if answer.reason else ""
        say(f"{answer.verdict.replace('_', ' ')}{reason} · stage {answer.stage}")
    return 0
