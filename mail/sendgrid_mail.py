"""Hands messages over to SendGrid: the package `sendgrid` builds the request, a kept-alive connection carries it.

SendGrid has no idempotency key, so a connection that breaks leaves a fate unknown; `mid` and `att`, which every later
event repeats, are what can settle it.
"""

import re
from datetime import timedelta
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
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

from mail.deadline import at_most
from mail.message import Email, Mailbox
from mail.sendgrid_answers import sorted_out
from mail.sendgrid_client import CONNECT, KeptAlive
from mail.transport import FateUnknown, HandOver, NotTaken, Refused

TOTAL: Final = timedelta(seconds=20)  # below the lease of a row, 45 s, and the activity's time-out, 60 s

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
        self._total = total.total_seconds()
        self._api = KeptAlive(api_key, host, connect, total)

    def hand_over(self, email: Email, attempt: int) -> HandOver:
        """One request for one message; its end is known, or given up as unknown, after `total`."""
        try:
            body = _request_body(email, attempt)
        except ApiKeyIncludedException:
            return Refused(sentence="the message holds what looks like a SendGrid API key, such as SG.….…")
        try:
            with at_most(self._total):
                answer = self._api.package.send(body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return NotTaken(sentence="there is no connection to SendGrid")
        except httpx.TimeoutException:
            return FateUnknown(sentence="SendGrid did not answer in time")
        except httpx.TransportError:
            return FateUnknown(sentence="the connection to SendGrid broke before its answer")
        return sorted_out(answer.status_code, answer.headers, answer.body, email)

    def close(self) -> None:
        """Closes the connections."""
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
