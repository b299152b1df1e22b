"""`waypost role`: who acts for a program; a message to a role goes to everybody on its list."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from sqlalchemy import Connection

from ledger import Ledger, people
from plan import roles
from plan.problem import instead
from starter.cli.options import AsJson, Folder
from starter.cli.output import say, table, write_json
from starter.cli.session import wake, with_ledger
from starter.ids import check_person
from starter.plans import current_plan
from starter.refusal import Refused
from starter.settings import Settings
from starter.waking import wake_program

ProgramName = Annotated[str, typer.Argument(metavar="PROGRAM", help="A published program.")]
RoleName = Annotated[str, typer.Argument(metavar="ROLE", help="Such as reviewer or auditor.")]
Holder = Annotated[str, typer.Argument(metavar="PERSON", help="The id of somebody that the ledger knows.")]
Write = Callable[[Connection, str, str, str, str, datetime], bool]


class RoleChanged(BaseModel):
    """What `role add` and `role remove` print as JSON."""

    program: str
    role: str
    person: str
    changed: bool
    woken: int


class RoleList(BaseModel):
    """One line of `role list`."""

    role: str
    people: tuple[str, ...]


def add(program: ProgramName, role: RoleName, person: Holder, folder: Folder = None, as_json: AsJson = False) -> int:
    """Puts somebody on the list of a role; messages that waited for somebody to take it go out.

    Example: waypost role add cwe reviewer rita
    """
    return _change(program, role, person, people.add_holder, "took", folder, as_json=as_json)


def remove(program: ProgramName, role: RoleName, person: Holder, folder: Folder = None, as_json: AsJson = False) -> int:
    """Takes somebody off the list of a role; what has not left goes to the others on it.

    Example: waypost role remove cwe reviewer rita
    """
    return _change(program, role, person, people.remove_holder, "left", folder, as_json=as_json)


def list_roles(program: ProgramName, folder: Folder = None, as_json: AsJson = False) -> int:
    """Shows who is on the list of each role of a program.

    Example: waypost role list cwe
    """

    def story(ledger: Ledger, _settings: Settings) -> int:
        with ledger.read() as connection:
            plan = current_plan(connection, program)
            holders = people.role_holders(connection, program)
        known = sorted({*holders, *(role for rule in plan.rules.values() for role in rule.to)} - plan.staff.keys())
        found = [RoleList(role=role, people=holders.get(role, ())) for role in known if role != roles.APPLICANT]
        if as_json:
            write_json(found)
        else:
            table(("role", "people"), [(line.role, ", ".join(line.people) or "nobody") for line in found])
        return 0

    return with_ledger(folder, story)


def _change(program: str, role: str, person: str, write: Write, verb: str, folder: Folder, *, as_json: bool) -> int:
    check_person(person)

    def story(ledger: Ledger, settings: Settings) -> int:
        now = datetime.now(UTC)
        with ledger.write() as connection:
            _check(connection, program, role, person)
            changed = write(connection, program, role, person, "cli", now)
            woken = wake_program(connection, program, f"role:{role}", now) if changed else 0
        told = wake(ledger, settings) if woken else True
        if as_json:
            write_json(RoleChanged(program=program, role=role, person=person, changed=changed, woken=woken))
        elif not changed:
            say(f"nothing to do: {person} {'is' if verb == 'took' else 'is not'} on the list of {role} in {program}")
        else:
            later = "" if told else "; the engine is away, open journeys hear of it from the next command"
            say(f"{person} {verb} the role {role} in {program}{later}")
        return 0

    return with_ledger(folder, story)


def _check(connection: Connection, program: str, role: str, person: str) -> None:
    plan = current_plan(connection, program)
    known = roles.recipients(plan) - plan.staff.keys() - {roles.APPLICANT}
    if role not in known:
        raise Refused(f"{program} has no role {role!r} with a list: {instead(role, known)}")
    if people.person(connection, person) is None:
        raise Refused(f"nobody is known as {person}; run first: waypost person set {person} --email ADDRESS")
