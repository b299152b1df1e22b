"""Reads a whole plan, section by section. What its names refer to is `plan.check`'s matter."""

import re
from datetime import time, timedelta
from typing import Final
from urllib.parse import urlsplit

from plan import document
from plan.calendar import zones
from plan.coverage import CHECKLIST
from plan.document import Node, Scalar
from plan.model import BusinessCalendar, Mailbox, Plan, SendWindow, Weekday
from plan.problem import clip, instead, quoted
from plan.read_dates import read_calendar
from plan.read_fees import read_fees
from plan.read_fields import read_event, read_fields, read_told
from plan.read_process import read_process
from plan.read_rules import read_rule, read_schedules
from plan.reading import PART_OF_ID, Keys, Reader, spelt
from plan.send_window import WEEKDAYS

PLAN: Final = Keys(
    "a plan",
    frozenset({"program", "title", "timezone", "sender", "send_window", "links", "staff", "schedules", "person"})
    | frozenset({"told", "events", "processes", "notifications", "coverage", "calendar", "fees"}),
)
REQUIRED: Final = ("program", "title", "timezone", "sender", "processes", "notifications")
SENDER: Final = Keys("a sender", frozenset({"name", "email", "reply_to"}))
WINDOW: Final = Keys("a send window", frozenset({"days", "from", "until", "spread", "zone"}))
DAYS: Final = {"all": WEEKDAYS, "weekdays": WEEKDAYS[:5]}
PLACEHOLDERS: Final = frozenset({"program", "process", "cycle", "person", "item"})  # of links; ids, so they are safe


def read_plan(reader: Reader, root: document.Mapping) -> Plan:
    """The plan as far as it can be read, without a version."""
    values = reader.table(root, PLAN)
    for key in REQUIRED:
        if key not in values:
            reader.wrong(root.line, f"the plan has no `{key}`: write `{key}: …`")
    schedules = read_schedules(reader, values["schedules"]) if "schedules" in values else {}
    events = reader.named(values["events"], "an event") if "events" in values else ()
    processes = reader.named(values["processes"], "a process", PART_OF_ID) if "processes" in values else ()
    rules = reader.named(values["notifications"], "a notification") if "notifications" in values else ()
    return Plan(
        program=read_program(reader, values["program"]) if "program" in values else "",
        title=reader.text(values["title"]) if "title" in values else "",
        version="",
        timezone=read_zone(reader, values["timezone"]) if "timezone" in values else "UTC",
        sender=read_sender(reader, values["sender"]) if "sender" in values else Mailbox(name="", email=""),
        window=read_window(reader, values["send_window"]) if "send_window" in values else SendWindow(),
        calendar=read_calendar(reader, values["calendar"]) if "calendar" in values else BusinessCalendar(),
        fees=read_fees(reader, values["fees"]) if "fees" in values else {},
        links=read_links(reader, values["links"]) if "links" in values else {},
        staff=read_staff(reader, values["staff"]) if "staff" in values else {},
        person=read_fields(reader, values["person"]) if "person" in values else {},
        told=read_told(reader, values["told"]) if "told" in values else {},
        events={entry.key: read_event(reader, entry) for entry in events},
        processes={entry.key: read_process(reader, entry) for entry in processes},
        rules={entry.key: read_rule(reader, entry, schedules) for entry in rules},
        coverage=read_coverage(reader, values["coverage"]) if "coverage" in values else {},
    )


def read_program(reader: Reader, node: Node) -> str:
    """The program's id."""
    text = reader.text(node)
    if text and not PART_OF_ID.fullmatch(text):
        reader.wrong(node.line, f"`{clip(text)}` cannot name a program: {spelt(PART_OF_ID)}")
    return text


def read_zone(reader: Reader, node: Node) -> str:
    """A zone of the IANA database."""
    text = reader.text(node)
    if text in zones():
        return text
    if text:
        reader.wrong(node.line, f"`{clip(text)}` is no time zone: {instead(text, zones())}")
    return "UTC"


def read_sender(reader: Reader, node: Node) -> Mailbox:
    """Who the messages come from."""
    values = reader.table(node, SENDER)
    for key, example in (("name", "Certification Office"), ("email", "office@example.org")):
        if key not in values:
            reader.wrong(node.line, f"the sender has no `{key}`: write one such as `{key}: {example}`")
    return Mailbox(
        name=reader.text(values["name"]) if "name" in values else "",
        email=reader.address(values["email"]) if "email" in values else "",
        reply_to=reader.address(values["reply_to"]) if "reply_to" in values else None,
    )


def read_window(reader: Reader, node: Node) -> SendWindow:
    """Days and hours in which ordinary messages leave; `until: 24:00` is the end of the day."""
    values = reader.table(node, WINDOW)
    opens = (reader.clock(values["from"]) if "from" in values else None) or time(0)
    closes = None
    if "until" in values and reader.text(values["until"]) not in {"24:00", "00:00"}:
        closes = reader.clock(values["until"])
    if closes is not None and closes <= opens:
        reader.wrong(values["until"].line, "the window ends before it begins: write a later `until`, at most 24:00")
        closes = None
    return SendWindow(
        days=read_days(reader, values["days"]) if "days" in values else WEEKDAYS,
        opens=opens,
        closes=closes,
        spread=reader.span(values["spread"]) if "spread" in values else timedelta(0),
        zone="person" if "zone" in values and reader.one_of(values["zone"], ("plan", "person")) == "person" else "plan",
    )


def read_days(reader: Reader, node: Node) -> tuple[Weekday, ...]:
    """`all`, `weekdays` or a list such as [mon, wed], in the order of the week."""
    if isinstance(node, Scalar) and node.text.strip() in DAYS:
        return DAYS[node.text.strip()]
    chosen = {reader.one_of(item, (*WEEKDAYS, *DAYS)) for item in reader.items(node)}
    return tuple(day for day in WEEKDAYS if day in chosen) or WEEKDAYS


def read_links(reader: Reader, node: Node) -> dict[str, str]:
    """Addresses of pages, with placeholders for ids."""
    links: dict[str, str] = {}
    for entry in reader.named(node, "a link"):
        links[entry.key] = link = reader.text(entry.value)
        unknown = dict.fromkeys(re.findall(r"\{([^{}]*)\}", link))
        for name in (name for name in unknown if name not in PLACEHOLDERS):
            reader.wrong(entry.value.line, f"`{{{clip(name)}}}` is no placeholder: {instead(name, PLACEHOLDERS)}")
        plain = re.sub(r"\{[^{}]*\}", "x", link)
        if link and not (is_page(plain) and not re.search(r"[{}\s]", plain)):
            example = "https://portal.example.org/applications/{cycle}"
            reader.wrong(entry.value.line, f"`{clip(link)}` is not a link: write one such as {quoted([example])}")
    return links


def is_page(link: str) -> bool:
    """Whether it is a complete https address."""
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def read_staff(reader: Reader, node: Node) -> dict[str, tuple[str, ...]]:
    """Desks of the program, each with its addresses."""
    return {
        entry.key: tuple(dict.fromkeys(reader.address(item) for item in reader.items(entry.value)))
        for entry in reader.named(node, "a desk")
    }


def read_coverage(reader: Reader, node: Node) -> dict[str, str]:
    """Notifications of the checklist that the program leaves out, each with its reason."""
    found: dict[str, str] = {}
    for entry in reader.entries(node, "coverage"):
        if entry.key not in CHECKLIST:
            sentence = f"`{clip(entry.key)}` is none of the checklist's notifications: {instead(entry.key, CHECKLIST)}"
            reader.wrong(entry.line, sentence)
        found[entry.key] = reader.text(entry.value)
    return found
