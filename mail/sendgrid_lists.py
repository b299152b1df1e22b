"""SendGrid's suppression lists: the addresses to which it drops every message, read page by page and mended one by one.

The list of blocks is no such list but a log: the next message to its addresses is tried. Groups of unsubscribes are not
read, since no message of ours names one. What cannot be had is a value with one sentence, which names nobody.
"""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self
from urllib.parse import quote

import httpx
from pydantic import JsonValue

from mail.deadline import at_most
from mail.lenient_json import text_of, values
from mail.sendgrid_client import CONNECT, KeptAlive

ListName = Literal["bounces", "invalid_emails", "spam_reports", "unsubscribes"]

TOTAL: Final = timedelta(seconds=20)
PAGE: Final = 500  # entries, the most that SendGrid gives
MOST: Final = 8_000_000  # bytes of a page; a reason has some hundred
LONGEST_WAIT: Final = timedelta(hours=1)  # for the rate limit, whatever its clock says
LONGEST_ADDRESS: Final = 320
SPOKEN_OF: Final = 500  # characters of a reason
LAST: Final = 253402300799  # seconds since 1970 of the last instant that there is


class Entry(NamedTuple):
    """One address of a list, in small letters, since when, and what the receiving server said, if anything."""

    address: str
    since: datetime
    reason: str | None = None


class Page(NamedTuple):
    """Entries of a list, newest first; those that cannot be read are counted. `size` 0: the list ended before it."""

    entries: tuple[Entry, ...]
    size: int
    unreadable: int = 0


class NotNow(NamedTuple):
    """The list could not be read or changed; for the rate limit, not before `retry_after`."""

    sentence: str
    retry_after: timedelta | None = None


class SendGridLists:
    """One account's lists. `host` and `api_key` as for sending. Raises ValueError for either that cannot be one."""

    def __init__(
        self,
        api_key: str,
        host: str = "https://api.sendgrid.com",
        *,
        connect: timedelta = CONNECT,
        total: timedelta = TOTAL,
    ) -> None:
        self._total = total.total_seconds()
        self._api = KeptAlive(api_key, host, connect, total, MOST)

    def page(self, name: ListName, offset: int, since: datetime | None = None) -> Page | NotNow:
        """Entries behind the first `offset`, of those made at `since` or later.

        A list that changes meanwhile moves under the pages: what is new may come twice, what is behind something taken
        off may be missed.
        """
        wanted = {"limit": PAGE, "offset": offset, **({"start_time": int(since.timestamp())} if since else {})}
        answer = self._asked(self._api.package.client.suppression._(name), "get", query_params=wanted)
        if isinstance(answer, NotNow):
            return answer
        if answer.status_code != 200:
            return _refusal(answer)
        if not _whole_list(answer.body):
            return NotNow("what SendGrid answered about its lists cannot be read, or broke off")
        found, _ = values(answer.body)
        entries = tuple(entry for entry in map(_entry, found) if entry is not None)
        return Page(entries, len(found), len(found) - len(entries))

    def lists(self, name: ListName, address: str) -> bool | NotNow:
        """Whether the address is on the list."""
        one = quote(address, safe="")
        client = self._api.package.client
        place = client.asm.suppressions._("global")._(one) if name == "unsubscribes" else client.suppression._(name)
        answer = self._asked(place if name == "unsubscribes" else place._(one), "get")
        if isinstance(answer, NotNow):
            return answer
        if answer.status_code == 404:
            return False
        if answer.status_code != 200:
            return _refusal(answer)
        # For one address the lists answer an array of none or one, the global unsubscribes an object.
        return answer.body.strip() not in {b"", b"[]", b"{}"}

    def remove(self, name: ListName, address: str) -> bool | NotNow:
        """Takes the address off the list; False: it was not on it."""
        one = quote(address, safe="")
        client = self._api.package.client
        place = client.asm.suppressions._("global") if name == "unsubscribes" else client.suppression._(name)
        answer = self._asked(place._(one), "delete")
        if isinstance(answer, NotNow):
            return answer
        if answer.status_code == 404:
            return False
        return True if answer.status_code in {200, 204} else _refusal(answer)

    def close(self) -> None:
        """Closes the connections."""
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, place: Any, method: str, **given: object) -> Any:
        """The package's answer, of any status, within `total`; or why there is none."""
        try:
            with at_most(self._total):
                return getattr(place, method)(**given)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return NotNow("there is no connection to SendGrid")
        except httpx.TimeoutException:
            return NotNow("SendGrid did not answer about its lists in time")
        except httpx.TransportError:
            return NotNow("the connection to SendGrid broke before its answer")


def _whole_list(body: bytes) -> bool:
    """Whether nothing is missing. What is left of a list that broke off would be taken for all of it."""
    try:
        return isinstance(json.loads(body), list)
    except (ValueError, RecursionError):
        return False


def _refusal(answer: Any) -> NotNow:
    status = int(answer.status_code)
    if status in {401, 403}:
        return NotNow(
            f"SendGrid refused the API key for its suppression lists (status {status}): give it that permission"
        )
    if status == 429:
        return NotNow("SendGrid limits the rate (status 429)", _wait(answer.headers))
    if status >= 500:
        return NotNow(f"SendGrid's lists are not available (status {status})")
    return NotNow(f"what answers at SendGrid's address has no such lists (status {status})")


def _wait(headers: Mapping[str, str]) -> timedelta:
    """Until X-RateLimit-Reset, in seconds since 1970."""
    reset = headers.get("x-ratelimit-reset", "")
    if not re.fullmatch(r"[0-9]{1,12}", reset):
        return timedelta(minutes=1)
    return min(timedelta(seconds=max(0.0, int(reset) - time.time())), LONGEST_WAIT)


def _entry(value: JsonValue) -> Entry | None:
    if not isinstance(value, dict):
        return None
    address, created = text_of(value.get("email"), LONGEST_ADDRESS + 1), value.get("created")
    if address is None or len(address) > LONGEST_ADDRESS or "@" not in address:
        return None
    if not isinstance(created, int) or not 0 < created <= LAST:
        return None
    since = datetime.fromtimestamp(created, UTC)
    return Entry(address.strip().casefold(), since, text_of(value.get("reason"), SPOKEN_OF))
