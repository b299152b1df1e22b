"""`waypost --version`."""

from importlib.metadata import version
from typing import Annotated

import typer

from starter.calendars import calendars
from starter.cli.output import say


def show(
    context: typer.Context,
    versions: Annotated[bool, typer.Option("--version", help="Show the version, and those of the calendars.")] = False,
) -> None:
    """Runs the communications of a certification program: journeys, reminders, and a ledger of every message."""
    if versions:
        say("\n".join(f"{name} {number}" for name, number in {"waypost": version("waypost"), **calendars()}.items()))
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help())
        raise typer.Exit(2)
