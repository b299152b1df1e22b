"""What commands print: rich text at a terminal, plain text in a pipe, JSON when asked."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.markup import escape
from rich.table import Table

PIPE_WIDTH: Final = 200  # columns, where no terminal says how many


def console(*, stderr: bool = False) -> Console:
    """A console for this moment's stdout. It never reads ids as numbers to colour or words to link."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=not stream.isatty())


def say(text: str) -> None:
    """One line for people, however narrow the terminal; nothing in it is markup."""
    console().print(escape(text), soft_wrap=True)


def write_json(value: BaseModel | Sequence[BaseModel] | dict[str, object] | Sequence[dict[str, object]]) -> None:
    """One JSON document."""
    sys.stdout.write(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))
    sys.stdout.write("\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """Rows of plain text; the first column says what each is about."""
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(escape(cell) for cell in row))
    console().print(shown)


def shown(instant: datetime | None, zone: str | None = None) -> str:
    """For people: to the minute, with the offset of `zone`, by default of this machine; empty without an instant."""
    if instant is None:
        return ""
    return instant.astimezone(ZoneInfo(zone) if zone else None).strftime("%Y-%m-%d %H:%M %z")
