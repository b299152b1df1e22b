"""Reads what a plan says about dates: the office calendar, business days, and the dates that deadlines roll to."""

import re
from datetime import date
from typing import Final

from plan.business_days import LONGEST_CLOSED, countries
from plan.document import Node, Sequence
from plan.model import BusinessCalendar, Roll
from plan.period import Period
from plan.problem import clip, instead
from plan.reading import Keys, Reader
from plan.words import MONTHS

CALENDAR: Final = Keys("a calendar", frozenset({"holidays", "closed"}))
_BUSINESS: Final = re.compile(r"([0-9]{1,3}) (?:business|working) days?")
_MONTH: Final = re.compile(r"(end|first) of (?:month|the ([1-9][0-9]?)(?:st|nd|rd|th) month after)")
_ANNIVERSARY: Final = re.compile(r"anniversary of ([A-Za-z][A-Za-z0-9_]*)")
_YEARLY: Final = re.compile(rf"([0-9]{{1,2}}) ({'|'.join(MONTHS)})")
_LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
THEN: Final = (
    "`end of month`, `first of month`, `end of birth month`, `anniversary of FIELD` or `[31 March, 30 September]`"
)


def read_plus(reader: Reader, node: Node) -> tuple[Period, int]:
    """How long after: a length of time, or business days."""
    found = _BUSINESS.fullmatch(reader.text(node))
    return (Period(), int(found[1])) if found else (reader.period(node), 0)


def read_then(reader: Reader, node: Node) -> Roll | None:
    """Where a deadline rolls forward to."""
    if isinstance(node, Sequence) or _YEARLY.fullmatch(reader.text(node)):
        days = [_yearly(reader, item) for item in reader.items(node)]
        return Roll(to="date", dates=tuple(sorted({day for day in days if day is not None})))
    text = reader.text(node)
    if month := _MONTH.fullmatch(text):
        return Roll(to="end_of_month" if month[1] == "end" else "first_of_month", months=int(month[2] or 0))
    if text == "end of birth month":
        return Roll(to="end_of_birth_month", of="birth_date")
    if anniversary := _ANNIVERSARY.fullmatch(text):
        return Roll(to="anniversary", of=anniversary[1])
    if text:
        reader.wrong(node.line, f"`{clip(text)}` is no date to roll to: write {THEN}")
    return None


def read_calendar(reader: Reader, node: Node) -> BusinessCalendar:
    """Holidays of a country, and spans of days in which the office is closed."""
    values = reader.table(node, CALENDAR)
    where = reader.text(values["holidays"]) if "holidays" in values else None
    if where and where not in countries():
        reader.wrong(values["holidays"].line, f"`{clip(where)}` has no holidays here: {instead(where, countries())}")
        where = None
    spans = [_span(reader, item) for item in (reader.items(values["closed"]) if "closed" in values else ())]
    return BusinessCalendar(holidays=where or None, closed=tuple(span for span in spans if span is not None))


def _yearly(reader: Reader, node: Node) -> tuple[int, int] | None:
    text = reader.text(node)
    found = _YEARLY.fullmatch(text)
    month = MONTHS.index(found[2]) + 1 if found else 0
    if found is None or not 1 <= int(found[1]) <= _LONGEST[month - 1]:
        if text:
            reader.wrong(node.line, f"`{clip(text)}` is no day of every year: write one such as `31 December`")
        return None
    return month, int(found[1])


def _span(reader: Reader, node: Node) -> tuple[date, date] | None:
    text = reader.text(node)
    first, _, last = text.partition("/")
    try:
        span = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        if text:
            reader.wrong(node.line, f"`{clip(text)}` is no span: write `2026-12-24/2027-01-01`, or one date")
        return None
    if not 0 <= (span[1] - span[0]).days < LONGEST_CLOSED:
        reader.wrong(node.line, f"`{clip(text)}` ends before it begins, or is longer than a year")
        return None
    return span
