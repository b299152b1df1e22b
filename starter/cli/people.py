"""`waypost person`: who people are, in the ledger alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError
from sqlalchemy import Connection

from ledger import Ledger, opt_outs, people, suppressions
from ledger.people import PersonRow
from ledger.suppressions import STOPS_ALL, Cause, Source
from mail.message import AddressSpec
from plan.calendar import zones
from plan.roles import THIRD_PARTIES
from starter.cli.attributes import attributes
from starter.cli.exit import complain
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, shown, table, write_json
from starter.cli.session import wake, with_ledger
from starter.ids import check_person
from starter.refusal import Refused
from starter.resending import WorthSending, copy, worth_sending
from starter.settings import Settings
from starter.slips import suggestion
from starter.waking import LOOK_AGAIN, wake_person

ADDRESS: Final = TypeAdapter[str](AddressSpec, config=ConfigDict(hide_input_in_errors=True))
PersonId = Annotated[str, typer.Argument(metavar="ID", help="An opaque id, never an address.")]


class Against(BaseModel):
    """One reason not to write to the person's address."""

    cause: Cause
    source: Source
    since: AwareDatetime

    def __str__(self) -> str:
        what = "no optional mail" if self.cause not in STOPS_ALL else "no mail"
        return f"{what}: {self.cause}, since {shown(self.since)}, by {self.source}"


class PersonShown(PersonRow):
    """What `person show` prints as JSON. `opted_out`: program → what is not wanted of it, `*` for all optional ones.

    `suppressions`: what stands against the address.
    """

    opted_out: Mapping[str, tuple[str, ...]]
    suppressions: tuple[Against, ...]


class PersonSet(BaseModel):
    """What `person set` prints as JSON."""

    person: str
    changed: bool
    woken: int
    worth_sending: tuple[WorthSending, ...] = ()  # what never arrived at the address before, and still counts
    sent_again: tuple[str, ...] = ()  # the ids of their copies
    did_you_mean: str | None = None  # the address without what looks like a slip of the pen


def set_(
    person: PersonId,
    email: Annotated[str | None, typer.Option(help="E-mail address. Required for a new person.")] = None,
    name: Annotated[str | None, typer.Option(help="Full name, as messages greet it.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone, such as America/New_York.")] = None,
    locale: Annotated[str | None, typer.Option(help="Language of messages, such as fr-CA.")] = None,
    attribute: Annotated[list[str] | None, typer.Option(metavar="K=V", help="One of the plan's fields.")] = None,
    consent: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="May be told, such as supervisor.")] = None,
    no_consent: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="May not be told any more.")] = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send at once what never arrived at the address before.")
    ] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Adds or changes a person; what is not named stays. Open journeys look again.

    With another address it lists what never arrived at the one before and is still worth sending.

    Example: waypost person set p-1001 --email ada@example.org --name "Ada Lovelace" --attribute member=true
    """
    check_person(person)
    given: dict[str, object] = {"email": email, "name": name, "zone": zone, "locale": locale}
    _check(email, zone)
    _check_consents(consent or [], no_consent or [])

    def story(ledger: Ledger, settings: Settings) -> int:
        now = datetime.now(UTC)
        with ledger.write() as connection:
            before = known(connection, person)
            if before is None and email is None:
                raise Refused(f"{person} is new; give an address: waypost person set {person} --email ADDRESS")
            after = _changed(
                before or PersonRow(id=person),
                given,
                attributes(connection, attribute or ()),
            )
            agreed = sorted({*after.consents, *(consent or ())} - {*(no_consent or ())})
            after = after.model_copy(update={"consents": tuple(agreed)})
            changed = (people.set_person if before else people.add_person)(connection, after, "cli", now)
            if before is None and not changed:
                raise Refused(f"{person} was added by somebody else at this moment; say the same again")
            moved = before is not None and before.email != after.email
            cause = "address_changed" if moved else LOOK_AGAIN
            woken = wake_person(connection, person, cause, now) if changed and before else 0
            lost = worth_sending(connection, person, now) if moved or resend else ()
        again = [copy(ledger, one.message, "cli") for one in lost] if resend else []
        told = wake(ledger, settings, people=(person,)) if (changed and before) or resend else True
        meant = suggestion(email) if email is not None else None
        result = PersonSet(
            person=person,
            changed=changed,
            woken=woken,
            worth_sending=tuple(lost),
            sent_again=tuple(row.id for row in again),
            did_you_mean=meant,
        )
        later = "" if told else "; the engine is away, they hear of it from the next command"
        if as_json:
            write_json(result)
        else:
            said = "added" if before is None else "changed" if changed else "unchanged"
            say(f"{said} {person}" + (f"; {woken} open journey(s) look again{later}" if woken else ""))
            for one in lost:
                say(_lost(one, sent_again=resend))
        if meant is not None and email is not None:
            complain(f"{email.rpartition('@')[2]}: did you mean {meant.rpartition('@')[2]}?")
        return 0

    return with_ledger(folder, story)


def show(person: PersonId, folder: Folder = None, as_json: AsJson = False) -> int:
    """Shows what the ledger knows of a person.

    Example: waypost person show p-1001
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            row = people.person(connection, person)
            unwanted: dict[str, tuple[str, ...]] = {}
            for opted in opt_outs.of_person(connection, person):
                unwanted[opted.program] = (*unwanted.get(opted.program, ()), opted.notification)
            email = row.email if row is not None else None
            against = suppressions.active(connection, [email]).get(email.casefold(), ()) if email else ()
        if row is None:
            raise Refused(f"nobody is known as {person}")
        standing = tuple(Against(**one.model_dump(include={*Against.model_fields})) for one in against)
        known = PersonShown(**row.model_dump(), opted_out=unwanted, suppressions=standing)
        if as_json:
            write_json(known)
        else:
            cells = known.model_dump(exclude={"id", "suppressions"})
            rows = [(name, _cell(value)) for name, value in cells.items()]
            table(("", person), [*rows, *(("suppressed", str(one)) for one in known.suppressions)])
        return 0

    return with_ledger(folder, story)


def known(connection: Connection, person: str) -> PersonRow | None:
    """None: unknown. Else their row is this transaction's, so that a change made of it takes back no other.

    Raises Refused for somebody merged: a change of theirs would change nothing of what is sent.
    """
    people.held(connection, [person])
    found = people.standing_for(connection, [person]).get(person)
    if found is not None and found.id != person:
        raise Refused(f"{person} was merged into {found.id}: name {found.id}")
    return found


def check_address(email: str) -> None:
    """Raises Refused for what is none."""
    try:
        ADDRESS.validate_python(email)
    except ValidationError:
        raise Refused(f"{email[:80]!r} is not an e-mail address") from None


def _check(email: str | None, zone: str | None) -> None:
    if email is not None:
        check_address(email)
    if zone is not None and zone not in zones():
        raise Refused(f"{zone[:60]!r} is not a time zone such as America/New_York")


def _check_consents(given: list[str], taken: list[str]) -> None:
    for role in (*given, *taken):
        if role not in THIRD_PARTIES:
            raise Refused(f"{role[:40]!r} needs no consent; third parties are: {', '.join(sorted(THIRD_PARTIES))}")
    if both := sorted(set(given) & set(taken)):
        raise Refused(f"{both[0]} is given and taken in one command: name it once")


def _changed(before: PersonRow, given: dict[str, object], attributes: dict[str, JsonValue]) -> PersonRow:
    named = {name: value for name, value in given.items() if value is not None}
    known_now = {name: value for name, value in {**before.attributes, **attributes}.items() if value is not None}
    return before.model_copy(update={**named, "attributes": known_now})


def _lost(one: WorthSending, *, sent_again: bool) -> str:
    then = "sent again" if sent_again else f"to send it again: waypost message resend {one.message}"
    return f"  {one.notification} did not arrive ({one.why or 'no reason known'}); {then}"


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_cell(part)}" for name, part in value.items())
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
