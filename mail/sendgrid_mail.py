"""Hands messages over to SendGrid: the package `sendgrid` builds the request, a kept-alive connection carries it.

By itself the package opens a connection for every message and knows no time-out. SendGrid has no idempotency key, so a
connection that breaks leaves a fate unknown; `mid` and `att`, which every later event repeats, are what can settle it.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.request import Request

import httpx
from python_http_client import Client
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    BypassUnsubscribeManagement,
    ClickTracking,
    Content,
    CustomArg,
    From,
    Header,
    Mail,
    MailSettings,
    OpenTracking,
    Personalization,
    ReplyTo,
    Subject,
    SubscriptionTracking,
    To,
    TrackingSettings,
)
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from mail.deadline import LimitedTransport, at_most
from mail.message import Email, Mailbox
from mail.sendgrid_answers import sorted_out
from mail.transport import FateUnknown, HandOver, NotTaken, Refused

CONNECT: Final = timedelta(seconds=5)
TOTAL: Final = timedelta(seconds=20)  # below the lease of a row, 45 s, and the activity's time-out, 60 s
# Shorter than a provider keeps an idle connection: a send that meets its closing would be a fate unknown.
LIMITS: Final = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=10)
MOST_OF_AN_ANSWER: Final = 64_000  # bytes; theirs have some hundred

Person = TypeVar("Person", From, To, ReplyTo)


class SendGrid:
    """One per process: it holds the connections. `host` with its scheme, the European one or a test's stand-in too.

    Raises ValueError for a key or a host that cannot be one. Proxies of the environment are not used.
    """

    name: Final = "sendgrid"
    evidence: Final = "events"

    def __init__(
        self,
        api_key: str,
        host: str = "https://api.sendgrid.com",
        *,
        connect: timedelta = CONNECT,
        total: timedelta = TOTAL,
    ) -> None:
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ValueError("the SendGrid API key is empty or holds spaces")
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?", host):
            raise ValueError("SendGrid's host is written https://api.sendgrid.com, without a path")
        # At DEBUG the package logs every body and the Authorization header.
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        self._total = total.total_seconds()
        self._http = httpx.Client(
            transport=LimitedTransport(LIMITS), timeout=httpx.Timeout(self._total, connect=connect.total_seconds())
        )
        self._api = SendGridAPIClient(api_key, host=host)
        self._api.client = _KeptAlive(
            self._http, host=host, request_headers=self._api.client.request_headers, version=3
        )

    def hand_over(self, email: Email, attempt: int) -> HandOver:
        """One request for one message; its end is known, or given up as unknown, after `total`."""
        try:
            body = _request_body(email, attempt)
        except ApiKeyIncludedException:
            return Refused(sentence="the message holds what looks like a SendGrid API key, such as SG.….…")
        try:
            with at_most(self._total):
                answer = self._api.send(body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return NotTaken(sentence="there is no connection to SendGrid")
        except httpx.TimeoutException:
            return FateUnknown(sentence="SendGrid did not answer in time")
        except httpx.TransportError:
            return FateUnknown(sentence="the connection to SendGrid broke before its answer")
        return sorted_out(answer.status_code, answer.headers, answer.body, email)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What `python_http_client` wants to be given: it asks by method, as of urllib's answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def getcode(self) -> int:
        return self.status

    def info(self) -> Mapping[str, str]:
        return self.headers

    def read(self) -> bytes:
        return self.body


class _KeptAlive(Client):  # type: ignore[misc]  # the package ships no types
    """The package's client with two methods replaced, so that requests leave by `http`. Any status is an answer."""

    def __init__(self, http: httpx.Client, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._http = http

    def _build_client(self, name: str | None = None) -> "_KeptAlive":
        return _KeptAlive(
            self._http,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
        )

    def _make_request(self, opener: object, request: Request, timeout: float | None = None) -> _Answer:  # noqa: ARG002
        headers = dict(request.header_items())
        content = request.data if isinstance(request.data, bytes) else b""
        with self._http.stream(request.get_method(), request.full_url, headers=headers, content=content) as response:
            return _Answer(response.status_code, dict(response.headers), _what_comes(response))


def _what_comes(response: httpx.Response) -> bytes:
    """The body as far as it arrives. The status is the verdict, and a body cut short does not unsay it."""
    body = b""
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_OF_AN_ANSWER:
                break
    except httpx.HTTPError:
        return body
    return body


def _request_body(email: Email, attempt: int) -> Mail:
    """One message is one request with one personalization. Raises ApiKeyIncludedException."""
    body = Mail()
    body.from_email = _person(From(), email.sender)
    if email.reply_to:
        body.reply_to = _person(ReplyTo(), email.reply_to)
    readers = Personalization()
    for mailbox in email.to:
        readers.add_to(_person(To(), mailbox))
    body.add_personalization(readers)
    body.subject = Subject(email.subject)
    body.add_content(Content("text/plain", email.text))
    body.add_content(Content("text/html", email.html))
    # Message-ID is kept where the sending domain is authenticated. Date is SendGrid's own: two of them break RFC 5322.
    for name, value in {**email.headers, "Message-ID": email.message_id_header}.items():
        body.add_header(Header(name, value))
    # Kept by SendGrid for long and never erased, so nothing but these two.
    body.add_custom_arg(CustomArg("mid", email.id))
    body.add_custom_arg(CustomArg("att", str(attempt)))
    # Subscription tracking would add a link that silences all later mail; click tracking would show tokens to others.
    body.tracking_settings = TrackingSettings(
        ClickTracking(enable=False, enable_text=False),
        OpenTracking(enable=False),
        SubscriptionTracking(enable=False),
    )
    if email.bypass_unsubscribe:  # never the list of spam reports: a complaint stops everything
        body.mail_settings = MailSettings(bypass_unsubscribe_management=BypassUnsubscribeManagement(enable=True))
    return body


def _person(person: Person, mailbox: Mailbox) -> Person:
    person.email = mailbox.email
    if name := " ".join(re.sub("[,;]", " ", mailbox.name).split()):  # SendGrid takes neither sign in a name
        person.name = name
    return person
