"""What commands print: rich text at a terminal, plain text in a pipe, JSON when asked."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from starter.cli.terminal import harmless

PIPE_WIDTH: Final = 200  # columns, where no terminal says how many
LEFT_BY_JSON: Final = re.compile("[\x7f-\x9f]")  # the others are escaped in every JSON text


def console(*, stderr: bool = False) -> Console:
    """A console for this moment's stdout. It never reads ids as numbers to colour or words to link."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=not stream.isatty())


def plain(text: str) -> str:
    """The text for `console().print`: nothing in it is markup, or a character that a terminal would obey."""
    return escape(harmless(text))


def say(text: str) -> None:
    """One line for people, however narrow the terminal; nothing in it is markup."""
    console().print(plain(text), soft_wrap=True)


def write_text(text: str) -> None:
    """A text as it is, but for what a terminal would obey if there is one."""
    sys.stdout.write(harmless(text) if sys.stdout.isatty() else text)
    sys.stdout.write("\n")


def write_json(value: BaseModel | Sequence[BaseModel] | dict[str, object] | Sequence[dict[str, object]]) -> None:
    """One JSON document."""
    sys.stdout.write(f"{_json(value)}\n")


def write_json_array(values: Iterable[BaseModel]) -> None:
    """The same document as of a list, written as the values come."""
    begin = "["
    for value in values:
        lines = _json(value).replace("\n", "\n  ")
        sys.stdout.write(f"{begin}\n  {lines}")
        begin = ","
    sys.stdout.write("[]\n" if begin == "[" else "\n]\n")


def _json(value: object) -> str:
    text = json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2)
    return LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """Rows of plain text; the first column says what each is about."""
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*(plain(cell) for cell in row))
    console().print(shown)


def shown(instant: datetime | None, zone: str | None = None) -> str:
    """For people: to the minute, with the offset of `zone`, by default of this machine; empty without an instant."""
    if instant is None:
        return ""
    return instant.astimezone(ZoneInfo(zone) if zone else None).strftime("%Y-%m-%d %H:%M %z")
