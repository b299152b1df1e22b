"""All commands of `waypost` by name."""

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from starter.cli import (
    authoring,
    by_hand,
    choosing,
    demonstrating,
    enrolling,
    explaining,
    house,
    journeys,
    merging,
    message_story,
    messages,
    people,
    plans,
    previewing,
    programs,
    reconciling,
    reopening,
    roles,
    serving,
    settling,
    showing,
    standing,
    suppressing,
    telling,
    versions,
)
from starter.cli.exit import complain, leave_after


def application() -> typer.Typer:
    """The command line; building it does nothing else."""
    app = typer.Typer(
        name="waypost",
        help="Runs the communications of a certification program: journeys, reminders, and a ledger of every message.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback(invoke_without_command=True)(versions.show)
    for name, command in (
        ("dev", house.dev),
        ("demo", demonstrating.demo),
        ("worker", house.worker),
        ("serve", serving.serve),
        ("migrate", house.migrate),
        ("enroll", enrolling.enroll),
        ("tell", telling.tell),
        ("extend", telling.extend),
        ("reopen", reopening.reopen_),
        ("reconcile", reconciling.reconcile),
        ("show", showing.show),
        ("list", journeys.list_journeys),
        ("messages", messages.list_messages),
        ("why", explaining.why),
    ):
        app.command(name)(command)
    person = typer.Typer(help="People: their address, name, time zone and language.", no_args_is_help=True)
    person.command("set")(people.set_)
    person.command("show")(people.show)
    person.command("hold")(standing.hold)
    person.command("release")(standing.release)
    person.command("deceased")(standing.deceased)
    person.command("opt-out")(choosing.opt_out)
    person.command("merge")(merging.merge)
    app.add_typer(person, name="person")
    message = typer.Typer(
        help="One message: its whole story, one of your own, a note, a letter, a copy.", no_args_is_help=True
    )
    message.command("show")(message_story.show_message)
    message.command("send")(by_hand.send)
    message.command("note")(by_hand.note_)
    message.command("letter")(settling.letter)
    message.command("resend")(settling.resend)
    message.command("settle")(settling.settle_)
    message.command("delivered")(settling.delivered)
    message.command("undelivered")(settling.undelivered)
    app.add_typer(message, name="message")
    suppression = typer.Typer(help="Addresses that are not written to, and why.", no_args_is_help=True)
    suppression.command("list")(suppressing.list_suppressions)
    suppression.command("add")(suppressing.add)
    suppression.command("lift")(suppressing.lift_)
    app.add_typer(suppression, name="suppression")
    role = typer.Typer(help="Roles: who reviews, audits or otherwise acts in a program.", no_args_is_help=True)
    role.command("add")(roles.add)
    role.command("remove")(roles.remove)
    role.command("list")(roles.list_roles)
    app.add_typer(role, name="role")
    program = typer.Typer(help="Programs: their end, and taking it back.", no_args_is_help=True)
    program.command("close")(programs.close)
    program.command("reopen")(programs.reopen)
    app.add_typer(program, name="program")
    plan = typer.Typer(help="Plans: what a program says, when and to whom.", no_args_is_help=True)
    plan.command("check")(plans.check)
    plan.command("preview")(previewing.preview_)
    plan.command("coverage")(previewing.coverage_)
    plan.command("new")(authoring.new)
    plan.command("diff")(previewing.diff_)
    plan.command("schema")(plans.schema_)
    plan.command("publish")(plans.publish_)
    app.add_typer(plan, name="plan")
    return app


def run() -> None:
    """Runs the command of this process and leaves."""
    leave_after(lambda: command(sys.argv[1:]))


def command(arguments: Sequence[str]) -> int:
    """Status 0, 1 with one sentence on stderr, or 2 for wrong usage."""
    try:
        status = application()(arguments, standalone_mode=False, prog_name="waypost")
    except TyperException as error:
        context = getattr(error, "ctx", None)  # of errors about one command
        help_ = f"; see: {context.command_path} --help" if context else ""
        if sentence := error.format_message().rstrip("."):  # without arguments the help is shown, and nothing said
            complain(f"{sentence}{help_}")
        return error.exit_code
    return status if isinstance(status, int) else 0
