"""`waypost demo`."""

import asyncio
import sys
from time import monotonic
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from starter import dev
from starter.cli.options import AsJson, Folder
from starter.cli.output import PIPE_WIDTH, write_json
from starter.demo import SCRIPT, Demonstration, Line, Passed
from starter.dev import Asked, Everything
from starter.settings import load_settings

COLOURS: Final = ("cyan", "magenta", "green", "yellow")
SUBFOLDER: Final = "demo"
INTERRUPTED: Final = 130  # as shells say it: 128 + SIGINT


def demo(
    exit_: Annotated[bool, typer.Option("--exit", help="End by itself, also at a terminal.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Plain text.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> int:
    """Takes three people through a certification program's real calendar in a minute, and shows what they are sent.

    Runs in DIR/demo unless DIR is given; each time afresh. Example: waypost demo --exit
    """
    chosen = load_settings(folder).dir if folder else load_settings().dir / SUBFOLDER
    out = Console(
        no_color=no_color or None,
        highlight=False,
        stderr=as_json,
        width=None if sys.stdout.isatty() else PIPE_WIDTH,
    )
    stays = out.is_terminal and not exit_ and not as_json
    began, done = monotonic(), asyncio.Event()

    async def story(everything: Everything) -> None:
        out.print(f"Temporal, its Web UI, a worker and the ledger run. Web UI: {everything.ready.web_ui}\n")
        passed = await Demonstration(everything, _Timeline(out)).show()
        seconds = round(monotonic() - began)
        if as_json:
            write_json({**passed._asdict(), "seconds": seconds, **everything.ready.model_dump()})
        _conclude(out, everything, passed, seconds, stays=stays)
        done.set()
        if stays:
            await asyncio.Event().wait()

    out.print("Starting Temporal's server, a worker and the ledger …")
    asyncio.run(
        dev.run(chosen, Asked(fast_forward=True, afresh=True, api=False), story, lambda text: out.print(escape(text)))
    )
    return 0 if done.is_set() else INTERRUPTED


class _Timeline:
    """Prints every event and e-mail in the order in which they come, a colour for each person."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._colours: dict[str, str] = {}

    def __call__(self, line: Line) -> None:
        colour = self._colours.setdefault(line.person, COLOURS[len(self._colours) % len(COLOURS)])
        mark = "✉" if line.kind == "mail" else "·"
        style = "bold" if line.kind == "mail" else "dim"
        person, what = escape(f"{line.person:<5}"), escape(f"{line.what:<24}")
        self._out.print(
            f"{line.on}  [{colour}]{person}[/{colour}] {mark} [{style}]{what}[/{style}] {escape(line.detail)}",
            overflow="ellipsis",
            no_wrap=True,
        )


def _conclude(out: Console, everything: Everything, passed: Passed, seconds: int, *, stays: bool) -> None:
    ready = everything.ready
    out.print(
        f"\n[bold green]{passed.messages} e-mails of {passed.kinds} kinds[/bold green], each to the person and on the "
        f"date that {SCRIPT.parent.name}/{SCRIPT.name} says, in {seconds} s."
    )
    workflows = f"{ready.web_ui}/namespaces/{ready.namespace}/workflows"
    out.print(escape(f"  E-mails   {ready.mail}"))
    if stays:
        out.print(escape(f"  Web UI    {workflows}"))
        out.print(
            escape(f"  Next      waypost show ana --dir {ready.folder}, in another terminal; Ctrl-C here ends it")
        )
    else:
        out.print(escape(f"  Web UI    waypost dev --dir {ready.folder}, then {workflows}"))
        out.print(escape(f"  Next      waypost messages --dir {ready.folder}"))
