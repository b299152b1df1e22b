"""`waypost show`: everything about one journey."""

import asyncio
from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import Ledger, decisions, facts, messages
from ledger.decisions import DecisionRow
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from plan.statements import CREATED
from plan.succession import STARTED
from starter.cli.journeys import JourneyLine, line
from starter.cli.message_line import Message, described, zone_of
from starter.cli.options import AsJson, Cycle, Folder, JourneyName, Process, Program
from starter.cli.output import console, plain, shown, table, write_json
from starter.cli.session import find_journey, with_ledger
from starter.client import Waypost
from starter.connection import connect
from starter.installation import check
from starter.refusal import Refused
from starter.settings import Settings
from workflows.wire import Rejected, Snapshot


class LateEvent(BaseModel):
    """What was told after the end."""

    model_config = ConfigDict(frozen=True)

    id: str
    event: str
    at: AwareDatetime
    by: str | None


class JourneyShown(JourneyLine):
    """`show` as JSON: `live` says whether a worker answered; the four after it are empty when none did."""

    live: bool
    upcoming: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    messages: tuple[Message, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()  # what will not be sent, or not yet, and why
    late_events: tuple[LateEvent, ...] = ()
    follows: str | None = None  # the journey that started this one
    followed_by: str | None = None  # and the one that this one started


def show(
    journey: JourneyName,
    program: Program = None,
    process: Process = None,
    cycle: Cycle = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Shows one journey: its stage, what comes next, what was sent, and what was not, with the reason.

    Example: waypost show p-1001 --process renewal
    """

    def story(ledger: Ledger, settings: Settings) -> int:
        with ledger.read() as connection:
            name = find_journey(connection, journey, program, process, cycle).id
        live = asyncio.run(_snapshot(ledger, settings, name))
        with ledger.read() as connection:
            row = find_journey(connection, name, None, None, None)
            found = _shown(connection, row, live)
            zone = zone_of(connection, row.plan_version) if row.plan_version else None
        if as_json:
            write_json(found)
        else:
            _print(found, zone)
        return 0

    return with_ledger(folder, story)


async def _snapshot(ledger: Ledger, settings: Settings, journey: str) -> Snapshot | None:
    """What the worker says; None when engine or worker are away: the ledger's own words still hold."""
    try:
        client = await connect(settings)
        await check(client, ledger)
        return await Waypost(client, ledger).snapshot(journey)
    except Refused:
        return None


def _named(known: Sequence[FactRow], type_: str, field: str) -> str | None:
    """The journey that a fact of our own names."""
    found = next((fact.data.get(field) for fact in known if fact.type == type_), None)
    return found if isinstance(found, str) else None


def _shown(connection: Connection, row: JourneyRow, live: Snapshot | None) -> JourneyShown:
    known_facts = facts.facts(connection, row.id)
    known = line(row).model_dump()
    if live is not None and live.stage:
        known |= live.model_dump(include={"stage", "status", "next_at", "flags"})
    zone = zone_of(connection, row.plan_version) if row.plan_version else None
    return JourneyShown(
        **known,
        live=live is not None,
        upcoming=live.upcoming if live else (),
        problems=live.problems if live else (),
        recent=live.recent if live else (),
        rejected=live.rejected if live else (),
        messages=tuple(described(message, zone) for message in messages.rows(connection, row.id)),
        decisions=tuple(decisions.decisions(connection, row.id)),
        late_events=tuple(
            LateEvent(id=fact.id, event=fact.type, at=fact.at, by=fact.by)
            for fact in sorted(known_facts, key=lambda fact: fact.heard_at)
            if fact.verdict == "late_event"
        ),
        follows=_named(known_facts, CREATED, "follows"),
        followed_by=_named(known_facts, STARTED, "journey"),
    )


def _print(found: JourneyShown, zone: str | None) -> None:
    out = console()
    out.print(f"[bold]{plain(found.journey)}[/bold]")
    ended = f", ended {shown(found.ended_at, zone)}" if found.ended_at else ""
    out.print(plain(f"stage {found.stage or 'not decided yet'}{ended}"))
    for words, other in (("follows", found.follows), ("followed by", found.followed_by)):
        if other:
            out.print(plain(f"{words} {other}"))
    if found.status:
        out.print(plain(found.status))
    if not found.live:
        out.print("[dim]no worker answered; this is what the ledger knows[/dim]")
    for title, lines in (
        ("Next", found.upcoming),
        ("Problems", found.problems),
        ("Last events", found.recent),
        ("After the end", tuple(f"{shown(late.at, zone)} {late.event}" for late in found.late_events)),
    ):
        if lines:
            out.print(f"\n[bold]{title}[/bold]")
            for text in lines:
                out.print(plain(f"  {text}"))
    if found.messages:
        rows = [
            (shown(m.journey_sent_at or m.at, zone), m.notification, m.to, m.outcome, m.reason or "")
            for m in found.messages
        ]
        out.print()
        table(("when", "message", "to", "state", "why"), rows)
    if found.decisions:
        rows = [(shown(d.at, zone), d.notification, d.to, d.outcome, _why(d)) for d in found.decisions]
        out.print()
        table(("planned", "not sent", "to", "", "why"), rows)


def _why(decision: DecisionRow) -> str:
    because = f" ({decision.because})" if decision.because else ""
    return f"{decision.reason or ''}{because}" + (f": {decision.detail}" if decision.detail else "")
