"""`waypost plan`: check a plan, publish it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from ledger import Ledger
from plan.schema import schema
from starter.cli.options import AsJson, Folder
from starter.cli.output import console, say, write_json
from starter.cli.session import wake, with_ledger
from starter.plans import WrongPlan, publish, read_plan
from starter.settings import Settings

PlanFile = Annotated[Path, typer.Argument(metavar="FILE", help="The plan; its templates are in templates/ beside it.")]


def check(
    file: PlanFile,
    against: Annotated[
        Path | None, typer.Option(metavar="OLD", help="The plan that counts so far; what vanishes from it is said.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Checks a plan and its templates, and says everything that is wrong with file and line.

    Example: waypost plan check programs/cwe/plan.yaml
    """
    try:
        plan = read_plan(file, against).plan
    except WrongPlan as wrong:
        if as_json:
            write_json({"file": str(file), "problems": list(wrong.problems)})
        raise
    if as_json:
        write_json({"file": str(file), "problems": [], "program": plan.program, "version": plan.version})
    else:
        say(f"{file} is fit to be published: {plan.title}, {len(plan.rules)} notifications, version {plan.version}")
    return 0


def schema_() -> int:
    """Prints the JSON Schema of plans, for editors that complete and check while somebody writes.

    Example: waypost plan schema
    """
    write_json(schema())
    return 0


def publish_(file: PlanFile, folder: Folder = None, as_json: AsJson = False) -> int:
    """Publishes a plan with its templates, then has every open journey of the program look again.

    Example: waypost plan publish programs/cwe/plan.yaml
    """
    files = read_plan(file)

    def story(ledger: Ledger, settings: Settings) -> int:
        published = publish(ledger, files, "cli")
        heard = True
        with Progress(
            console=console(stderr=True), transient=True, disable=not console(stderr=True).is_terminal
        ) as bar:
            task = bar.add_task("telling open journeys", total=published.woken)
            heard = wake(ledger, settings, lambda number: bar.advance(task, number)) if published.woken else True
        if as_json:
            write_json(published)
        elif not published.changed:
            say(f"{published.program} {published.version} is published already")
        else:
            later = "" if heard else "; the engine is away, they hear of it from the next command"
            woken = f"; {published.woken} open journey(s) look again{later}" if published.woken else ""
            say(f"published {published.program} {published.version}{woken}")
        return 0

    return with_ledger(folder, story)
