"""The mail provider beside sending: its own lists of addresses, if it keeps any and lets us see them."""

import os
from datetime import timedelta
from typing import NamedTuple

from mail.sendgrid_lists import TOTAL, SendGridLists
from starter.settings import KEY_VARIABLE, Settings


class NoLists(NamedTuple):
    """The provider keeps lists and they are out of reach, with the sentence that says why."""

    sentence: str


def open_lists(settings: Settings, total: timedelta = TOTAL) -> SendGridLists | NoLists | None:
    """None: this transport keeps no lists. A request takes `total` at most. To be closed by whoever asked."""
    if settings.mail.transport != "sendgrid":
        return None
    try:
        return SendGridLists(os.environ.get(KEY_VARIABLE, ""), settings.mail.sendgrid_host, total=total)
    except ValueError as error:
        return NoLists(f"SendGrid's lists are out of reach: {error}; the key is read from {KEY_VARIABLE}")
