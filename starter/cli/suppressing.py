"""`waypost suppression`: what keeps mail from an address, and ending it."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection

from ledger import Ledger, people, suppressions
from ledger.suppressions import Cause, Source, SuppressionRow
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, shown, table, write_json
from starter.cli.people import check_address
from starter.cli.session import wake, with_ledger
from starter.provider import NoLists, open_lists
from starter.refusal import Refused
from starter.settings import Settings
from starter.suppressing import LIFTABLE, lift, stop

AddressArgument = Annotated[str | None, typer.Argument(metavar="ADDRESS", help="An e-mail address.")]
PersonOption = Annotated[str | None, typer.Option(metavar="ID", help="Whoever's address it is now.")]
Why = Annotated[str, typer.Option(metavar="CODE", help="A word for the log, never a name or a diagnosis.")]


class Suppression(BaseModel):
    """One reason not to write to an address. `stops`: all, or optional messages alone."""

    address: str
    people: tuple[str, ...]  # whose address it is now
    cause: Cause
    stops: str
    source: Source
    since: AwareDatetime
    by: str
    message: str | None
    detail: str | None
    lifted_at: AwareDatetime | None
    lifted_by: str | None
    lifted_why: str | None


class SuppressionChanged(BaseModel):
    """What `add` and `lift` print as JSON; `woken` open journeys look again. `provider`: its lists were asked too."""

    address: str
    causes: tuple[Cause, ...]
    changed: bool
    woken: int
    provider: bool


def list_suppressions(
    address: Annotated[str | None, typer.Option(metavar="A", help="Of this address.")] = None,
    person: PersonOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was lifted.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Lists addresses that are not written to, and why.

    Example: waypost suppression list --person p-1001 --all
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            if address is None and person is None:
                rows = list(suppressions.every(connection, lifted=everything))
            else:
                ever = suppressions.ever(connection, [_whose(connection, address, person)])
                rows = [row for row in ever if everything or row.lifted_at is None]
            found = [described(connection, row) for row in rows]
        if as_json:
            write_json(found)
        elif not found:
            say("nothing is suppressed")
        else:
            columns = ("address", "people", "cause", "stops", "source", "since", "lifted", "detail")
            table(columns, [_cells(each) for each in found])
        return 0

    return with_ledger(folder, story)


def add(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address.")],
    why: Why,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Stops all mail to an address, whoever has it. What waits is held until it is lifted.

    Example: waypost suppression add ada@example.org --why asked_by_phone
    """
    check_address(address)

    def story(ledger: Ledger, settings: Settings) -> int:
        woken = stop(ledger, address, why, "cli", datetime.now(UTC))
        told = wake(ledger, settings) if woken else True
        if as_json:
            changed = woken is not None
            causes: tuple[Cause, ...] = ("staff",) if changed else ()
            write_json(
                SuppressionChanged(address=address, causes=causes, changed=changed, woken=woken or 0, provider=False)
            )
        else:
            say(f"unchanged {address}" if woken is None else f"nothing is sent to {address} any more{_later(told)}")
        return 0

    return with_ledger(folder, story)


def lift_(
    why: Why,
    address: AddressArgument = None,
    person: PersonOption = None,
    cause: Annotated[Cause | None, typer.Option(help="This one alone. [default: all that stand]")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Lets mail to an address go out again, also at SendGrid; what was held leaves. A complaint is never lifted here.

    Example: waypost suppression lift ada@example.org --why mailbox_repaired
    """

    def story(ledger: Ledger, settings: Settings) -> int:
        with ledger.read() as connection:
            whose = _whose(connection, address, person)
        opened = open_lists(settings)
        with ExitStack() as stack:
            lists = None if opened is None or isinstance(opened, NoLists) else stack.enter_context(opened)
            done = lift(ledger, lists, whose, [cause] if cause else [], why, "cli", datetime.now(UTC))
        told = wake(ledger, settings, people=_readers(ledger, whose)) if done.rows else True
        causes = tuple(each for each in LIFTABLE if any(row.cause == each for row in done.rows))
        if as_json:
            provider = lists is not None and bool(causes)
            write_json(
                SuppressionChanged(
                    address=whose, causes=causes, changed=bool(causes), woken=done.woken, provider=provider
                )
            )
        elif not causes:
            say(f"unchanged {whose}")
        else:
            still = (
                "; SendGrid's own list is cleared by a worker within the hour" if isinstance(opened, NoLists) else ""
            )
            say(f"lifted {', '.join(causes)} from {whose}{still}{_later(told)}")
        return 0

    return with_ledger(folder, story)


def described(connection: Connection, row: SuppressionRow) -> Suppression:
    """The row with whoever it concerns."""
    return Suppression(
        address=row.address,
        people=tuple(suppressions.readers(connection, row.address)),
        cause=row.cause,
        stops="all" if row.cause in suppressions.STOPS_ALL else "optional",
        source=row.source,
        since=row.since,
        by=row.by,
        message=row.message_id,
        detail=row.detail,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
        lifted_why=row.lifted_why,
    )


def _whose(connection: Connection, address: str | None, person: str | None) -> str:
    """The address that is meant. Raises Refused."""
    if (address is None) == (person is None):
        raise Refused("say which address: ADDRESS, or --person ID")
    if person is None:
        check_address(address or "")
        return address or ""
    reader = people.standing_for(connection, [person]).get(person)
    if reader is None:
        raise Refused(f"nobody is known as {person}")
    if reader.email is None:
        raise Refused(f"{person} has no address")
    return reader.email


def _readers(ledger: Ledger, address: str) -> Sequence[str]:
    """Whoever has the address, under every id: what staff wrote to them waits under the one it was written to."""
    with ledger.read() as connection:
        readers = suppressions.readers(connection, address)
        return sorted({name for reader in readers for name in people.known_as(connection, reader)})


def _cells(each: Suppression) -> Sequence[str]:
    lifted = f"{shown(each.lifted_at)} by {each.lifted_by}: {each.lifted_why}" if each.lifted_at else ""
    whom = " ".join(each.people)
    return (each.address, whom, each.cause, each.stops, each.source, shown(each.since), lifted, each.detail or "")


def _later(told: bool) -> str:
    return "" if told else "; the engine is away, open journeys hear of it from the next command"
