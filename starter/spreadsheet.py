"""Rows for spreadsheets: CSV as RFC 4180 has it, in which no cell is taken for a formula."""

import csv
from collections.abc import Iterable
from typing import Final, Protocol

# What a spreadsheet takes for the beginning of a formula, full-width forms too (OWASP, CSV Injection).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Sink(Protocol):
    """Where text goes. Must not translate line ends."""

    def write(self, text: str, /) -> object: ...


def write_rows(sink: Sink, names: Iterable[str], rows: Iterable[Iterable[object]]) -> int:
    """A line of names, then the rows as they come; says how many. Nothing known is an empty cell."""
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([cell(value) for value in row])
        count += 1
    return count


def cell(value: object) -> str:
    """What the cell holds: a leading apostrophe makes text of what would be a formula."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
