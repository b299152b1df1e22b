"""`waypost plan preview`, `coverage` and `diff`: what a plan would do, before anybody is enrolled."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from plan.agenda import Occurrence
from plan.calendar import zone_info
from plan.coverage import coverage
from plan.diff import SAME, diff
from plan.model import Plan
from plan.preview import Invented, course, preview
from plan.problem import clip, instead
from plan.timeline import timeline
from starter.cli.attributes import fitting
from starter.cli.options import AsJson, instant, pairs, typed
from starter.cli.output import say, table, write_json
from starter.invented import events
from starter.plans import draft
from starter.refusal import Refused

DraftFile = Annotated[Path, typer.Argument(metavar="FILE", help="The plan; its templates are not looked at.")]
STATUS = {"on": "on", "off": "off", "not_planned": "not planned"}


def preview_(
    file: DraftFile,
    process: Annotated[str, typer.Option(help="The process that the invented applicant goes through.")],
    start: Annotated[
        str, typer.Option(metavar="T", help="When it begins, such as 2026-10-05T10:00, local to the plan.")
    ],
    birth_date: Annotated[str | None, typer.Option(metavar="D", help="Short for --attribute birth_date=D.")] = None,
    attribute: Annotated[list[str] | None, typer.Option(metavar="K=V", help="What is known of the person.")] = None,
    told: Annotated[list[str] | None, typer.Option(metavar="K=V", help="What other systems told at the start.")] = None,
    events_file: Annotated[
        Path | None, typer.Option("--events", metavar="FILE.jsonl", help="What happens, one event a line.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="Where to stop; by default the journey's end.")] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it as a timeline into this file.")] = None,
    as_json: AsJson = False,
) -> int:
    """Shows every message that one invented applicant would get or not get, and why.

    Example: waypost plan preview programs/cwe/plan.yaml --process application --start 2026-10-05T10:00
    """
    plan = draft(file)
    begins = instant(start, "--start", plan.timezone)
    if begins is None:
        raise Refused("--start is needed")
    known = pairs(attribute or [], "--attribute") | ({"birth_date": birth_date} if birth_date else {})
    if unknown := sorted(known.keys() - plan.person.keys()):
        near = instead(unknown[0], plan.person)
        write = near if near.startswith("did") else "declare it under `person:`"
        raise Refused(f"the plan knows nothing of the person's {clip(unknown[0])}: {write}")
    invented = Invented(
        process=process,
        start=begins,
        attributes=fitting(known, plan.person),
        events=events(plan, process, begins, typed(pairs(told or [], "--told"), plan.told), events_file),
        until=instant(until, "--until", plan.timezone),
    )
    found = preview(plan, invented)
    if svg is not None:
        write_text(svg, timeline(plan, course(plan, invented), found, begins))
    if as_json:
        write_json([_fields(plan, occurrence) for occurrence in found])
    else:
        _print(plan, found)
    return 0


def coverage_(file: DraftFile, as_json: AsJson = False) -> int:
    """Shows which of the eighteen notifications of the checklist a plan sends, leaves out with a reason, or forgot.

    Example: waypost plan coverage programs/cwe/plan.yaml
    """
    found = coverage(draft(file))
    if as_json:
        write_json(found)
        return 0
    rows = [(c.number, c.name, STATUS[c.status], ", ".join(c.rules) or c.reason or "") for c in found]
    table(("no.", "notification", "status", "by, or because"), rows)
    missing = sum(c.status == "not_planned" for c in found)
    say(f"{missing} of {len(found)} not planned" if missing else "every one is on, or off for a reason")
    return 0


def diff_(
    before: Annotated[Path, typer.Argument(metavar="A", help="The plan as it was.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The plan as it would be.")],
    as_json: AsJson = False,
) -> int:
    """Says in sentences what differs between two plans.

    Example: waypost plan diff programs/quickstart/plan.yaml programs/cwe/plan.yaml
    """
    found = diff(draft(before), draft(after))
    if as_json:
        write_json(found)
        return 0
    for difference in found:
        say(str(difference))
    if not found:
        say(SAME)
    return 0


def write_text(file: Path, text: str) -> None:
    """Raises Refused with the operating system's reason."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{file} cannot be written: {(error.strerror or 'no reason given').lower()}") from None


def _fields(plan: Plan, occurrence: Occurrence) -> dict[str, object]:
    """The documented fields of one occurrence."""
    return {
        "notification": occurrence.notification,
        "key": occurrence.key,
        "to": occurrence.to,
        "purpose": occurrence.purpose,
        "at": f"{occurrence.at:%Y-%m-%dT%H:%M:%SZ}" if occurrence.at else None,
        "local": _local(plan, occurrence.at),
        "outcome": occurrence.outcome,
        "reason": occurrence.reason,
    }


def _print(plan: Plan, found: tuple[Occurrence, ...]) -> None:
    rows = [
        (
            (_local(plan, o.at) or "")[:16].replace("T", " "),
            o.notification,
            o.to,
            o.outcome,
            _why(o),
            o.key or "",
        )
        for o in found
    ]
    table((f"when ({plan.timezone})", "notification", "to", "outcome", "reason", "key"), rows)
    going = sum(o.outcome == "scheduled" for o in found)
    say(f"{going} would go, {len(found) - going} would not")


def _why(occurrence: Occurrence) -> str:
    """The reason, and of what is held what it says besides."""
    if occurrence.outcome == "held" and occurrence.detail:
        return f"{occurrence.reason}: {occurrence.detail}"
    return occurrence.reason or ""


def _local(plan: Plan, at: datetime | None) -> str | None:
    return at.astimezone(zone_info(plan.timezone)).isoformat(timespec="seconds") if at else None
