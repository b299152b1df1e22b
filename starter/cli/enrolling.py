"""`waypost enroll`."""

from typing import Annotated

import typer

from starter.cli.options import AsJson, Folder, instant, pairs, typed
from starter.cli.output import say, write_json
from starter.cli.session import with_waypost
from starter.client import Waypost
from starter.plans import current_plan
from starter.refusal import Refused


def enroll(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A person set before by `waypost person set`.")],
    program: Annotated[str, typer.Option(help="A published program.")],
    process: Annotated[str, typer.Option(help="One of its processes.")],
    cycle: Annotated[str | None, typer.Option(help="By default the one under way, else the next number.")] = None,
    created: Annotated[str | None, typer.Option(metavar="T", help="When it began; by default now.")] = None,
    told: Annotated[list[str] | None, typer.Option(metavar="K=V", help="What another system knows already.")] = None,
    role: Annotated[list[str] | None, typer.Option(metavar="R=ID…", help="Who holds a role of this journey.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Takes a person into a process: starts the journey. Doing it again changes nothing.

    Example: waypost enroll p-1001 --program cwe --process renewal --told expires_on=2027-01-31
    """

    async def story(waypost: Waypost) -> int:
        with waypost.ledger.read() as connection:
            plan = current_plan(connection, program)
        enrolled = await waypost.enroll(
            person,
            program,
            process,
            cycle=cycle,
            created=instant(created, "--created", plan.timezone),
            told=typed(pairs(told or (), "--told"), plan.told),
            roles=_roles(role or []),
        )
        if as_json:
            write_json(enrolled)
        else:
            say(f"{'enrolled' if enrolled.result == 'enrolled' else 'enrolled already'} {enrolled.journey}")
        return 0

    return with_waypost(folder, story)


def _roles(given: list[str]) -> dict[str, tuple[str, ...]]:
    """`--role auditor=p-7 --role auditor=p-8`, or with a comma."""
    roles: dict[str, tuple[str, ...]] = {}
    for text in given:
        for name, people in pairs([text], "--role").items():
            holders = tuple(person.strip() for person in people.split(",") if person.strip())
            if not holders:
                raise Refused(f"--role {name} names nobody")
            roles[name] = (*roles.get(name, ()), *holders)
    return roles
