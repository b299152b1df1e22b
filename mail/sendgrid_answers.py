"""What an answer of SendGrid's v3/mail/send means for the message: one table, and the words for staff.

Source: docs.sendgrid.com, API reference, mail send errors; SendGrid has no machine codes, only statuses and free text.
"""

import json
import re
import time
import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from mail.message import Email
from mail.quotable import names_nobody
from mail.transport import Accepted, ChannelRefused, FateUnknown, HandOver, NotTaken, Refused

WRONG_MESSAGE: Final = frozenset({400, 406, 413, 451})
LONGEST_WAIT: Final = timedelta(hours=1)  # a clock that is wrong, theirs or ours, must not silence us for a day
SPREAD_MS: Final = 5000  # those that were told the same instant do not all come back in it


def sorted_out(status: int, headers: Mapping[str, str], body: bytes, email: Email) -> HandOver:
    """What a complete status line means, whatever became of the rest of the answer. Header names in lower case."""
    if status == 202:
        return Accepted(provider_id=headers.get("x-message-id", ""))
    if status == 200:
        return Refused(sentence="SendGrid only checked the message and sent nothing: its sandbox mode is on")
    if status in WRONG_MESSAGE:
        return Refused(sentence=f"SendGrid refused the message (status {status}){_complaint(body, email)}")
    if status == 401:
        return ChannelRefused(sentence="SendGrid refused the API key (status 401)")
    if status == 403:
        return ChannelRefused(sentence="SendGrid refused the sender or has blocked this account (status 403)")
    if status == 429:
        return NotTaken(sentence="SendGrid limits the rate (status 429)", retry_after=_wait(headers, email.id))
    if status == 503:
        return NotTaken(sentence="SendGrid is not available (status 503)")
    if 300 <= status < 500:  # a wrong host, path or method: nothing was taken, and no message will be
        return ChannelRefused(sentence=f"what answers at SendGrid's address takes no mail (status {status})")
    return FateUnknown(sentence=f"SendGrid failed while taking the message (status {status})")


def _wait(headers: Mapping[str, str], message_id: str) -> timedelta | None:
    """From now to X-RateLimit-Reset (seconds since 1970) and a little more, different for each message."""
    reset = headers.get("x-ratelimit-reset", "")
    if not re.fullmatch(r"[0-9]{1,12}", reset):
        return None
    spread = timedelta(milliseconds=zlib.crc32(message_id.encode()) % SPREAD_MS)
    wait = timedelta(seconds=max(0.0, int(reset) - time.time()))
    return min(wait, LONGEST_WAIT) + spread


def _complaint(body: bytes, email: Email) -> str:
    """The field and the message of the first error, each only where it cannot hold an address or a name."""
    try:
        error = json.loads(body)["errors"][0]
        said = {key: str(error.get(key) or "") for key in ("field", "message")}
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    field, message = (value if names_nobody(value, email) else "" for value in (said["field"], said["message"]))
    return (f": {field}" if field else "") + (f": “{message}”" if message else "")
