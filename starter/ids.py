"""Which ids may name people, cycles and events: they are seen in workflow ids, so they can hold nobody's address."""

import re
from typing import Final

from starter.refusal import Refused

PERSON: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CYCLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}")
EVENT: Final = re.compile(r"[A-Za-z0-9.-][A-Za-z0-9._-]{0,63}")  # a leading underscore is Waypost's own


def check_person(given: str) -> str:
    """The id, if it is one. Raises Refused."""
    return _check("person id", given, PERSON, 64)


def check_cycle(given: str) -> str:
    """The cycle, if it is one. Raises Refused."""
    return _check("cycle", given, CYCLE, 24)


def check_event(given: str) -> str:
    """The id of an event, if it is one. Raises Refused."""
    return _check("event id", given, EVENT, 64)


def check_message(given: str) -> str:
    """The id that a message by hand was given, if it is one. Raises Refused."""
    return _check("message id", given, PERSON, 64)


def check_staff(given: str) -> str:
    """Who did something, as the log names them, if it is such a name. Raises Refused."""
    return _check("name of staff", given, PERSON, 64)


def _check(kind: str, given: str, form: re.Pattern[str], longest: int) -> str:
    if "@" in given:
        raise Refused(f"{kind} looks like an address; ids are seen in the Web UI and in logs, so use an opaque one")
    if not form.fullmatch(given):
        raise Refused(
            f"{kind} {given[:80]!r} is not 1 to {longest} letters, digits or ._- beginning with a letter or digit"
        )
    return given
