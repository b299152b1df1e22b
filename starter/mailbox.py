"""Reads a mail folder back: who was written to, by which notification, on which day."""

from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Letter(NamedTuple):
    """One `.eml` file; `on` is the local date of its Date header."""

    journey: str
    notification: str
    to: str
    on: date
    subject: str


def letters(folder: Path, zone: str) -> list[Letter]:
    """Everything in the folder, in the order of time."""
    found = [message_from_bytes(file.read_bytes(), EmailMessage, policy=default) for file in folder.glob("*.eml")]
    return [_letter(message, zone) for message in sorted(found, key=_at)]


def _letter(message: EmailMessage, zone: str) -> Letter:
    return Letter(
        journey=str(message["X-Waypost-Journey"]),
        notification=str(message["X-Waypost-Notification"]),
        to=", ".join(address.addr_spec for address in message["To"].addresses),
        on=_at(message).astimezone(ZoneInfo(zone)).date(),
        subject=str(message["Subject"]),
    )


def _at(message: EmailMessage) -> datetime:
    at: datetime = message["Date"].datetime
    return at
