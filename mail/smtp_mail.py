"""Hands messages over to an SMTP server: a relay or a submission service (RFC 5321, RFC 6409).

The steps are taken one by one. Whatever happens before the final dot, nothing was handed over; after it, a connection
that breaks leaves a fate unknown, and SMTP has nothing by which it could be asked later.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from mail.message import DOMAIN, Email, to_bytes
from mail.quotable import names_nobody
from mail.smtp_answers import Reply, broken, is_ours, sorted_out
from mail.smtp_session import Declined, NotOffered, Security, Server, Session
from mail.transport import Accepted, ChannelRefused, HandOver

# All but the final dot is to be done in half of the time, so that the answer, the one that matters, has the other half.
UNTIL_THE_DOT: Final = timedelta(seconds=10)
TOTAL: Final = timedelta(seconds=20)  # below the lease of a row, 45 s, and the activity's time-out, 60 s: decision 0012
IDLE: Final = timedelta(seconds=30)  # servers wait for five minutes (RFC 5321, 4.5.3.2.7), in practice for one
STILL_THERE: Final = 3.0  # seconds for a kept connection to show that it is one
LOGIN_PORT: Final = 587
TLS_PORT: Final = 465  # RFC 8314, 3.3


class Smtp:
    """One per process: it keeps connections, as many as were in use at once.

    Without `security` it is encryption from the start on port 465, no encryption for this machine itself but on 587,
    and STARTTLS for everything else. Certificates are always checked, against the system's authorities or those of
    SSL_CERT_FILE. `ehlo` is what we call ourselves, by default this machine's full name.
    Raises ValueError for what cannot be right.
    """

    name: Final = "smtp"
    evidence: Final = "none"

    def __init__(
        self,
        host: str,
        port: int = LOGIN_PORT,
        *,
        security: Security | None = None,
        user: str = "",
        password: str = "",
        ehlo: str = "",
        until_the_dot: timedelta = UNTIL_THE_DOT,
        total: timedelta = TOTAL,
        idle: timedelta = IDLE,
    ) -> None:
        chosen = security or usual_security(host, port)
        _check(host, port, chosen, user, password, ehlo)
        context = ssl.create_default_context()
        self._server = Server(host, port, chosen, user, password, ehlo or _full_name(), context)
        self._until_the_dot = until_the_dot.total_seconds()
        self._total = total.total_seconds()
        self._longest_idle = idle.total_seconds()
        self._lock = threading.Lock()
        self._idle: list[tuple[float, Session]] = []  # by the instant since when
        self._closed = False

    def hand_over(self, email: Email, attempt: int) -> HandOver:  # noqa: ARG002 - SMTP has no place for it
        """One message; its end is known, or given up as unknown, after `total`.

        Where a server refuses some of several readers for good, the others get it and the remark says so.
        """
        begin = time.monotonic()
        session = self._kept(begin) or Session(self._server)
        session.ends = begin + self._until_the_dot
        try:
            if session.sock is None:
                session.enter()
            end: HandOver = _given(session, email, begin + self._total)
        except Declined as no:
            end = sorted_out(no.step, no.reply, email)
            self._after(session, sound=no.in_order and not isinstance(end, ChannelRefused))
            return end
        except NotOffered as what:
            session.leave()
            return ChannelRefused(sentence=f"the SMTP server does not offer {what}")
        except ssl.SSLCertVerificationError as error:
            session.close()
            return ChannelRefused(
                sentence=f"the SMTP server's certificate is not to be trusted: {error.verify_message}"
            )
        except OSError:
            session.close()
            return broken(session.step, late=session.late)
        self._after(session, sound=True)
        return end

    def close(self) -> None:
        """Closes the connections; one in use closes when its message is done."""
        with self._lock:
            self._closed = True
        self._leave_idle()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _kept(self, begin: float) -> Session | None:
        """A kept connection, if it shows that it is still one: found out here, while nothing depends on it."""
        with self._lock:
            since, session = self._idle.pop() if self._idle else (begin, None)
        if session is None:
            return None
        session.ends = begin + min(STILL_THERE, self._until_the_dot)
        try:
            if begin - since <= self._longest_idle and session.quiet():
                session.ask("reset", "RSET")
                return session
        except (Declined, OSError):
            session.close()
        else:
            session.leave()
        self._leave_idle()  # the others are older
        return None

    def _after(self, session: Session, *, sound: bool) -> None:
        with self._lock:
            keep = sound and not self._closed
            if keep:
                self._idle.append((time.monotonic(), session))
        if not keep:
            session.leave()

    def _leave_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, session in idle:
            session.leave()


def _given(session: Session, email: Email, ends: float) -> Accepted:
    """Raises Declined, or OSError with `session.step` where it happened."""
    content = to_bytes(email)
    size = f" SIZE={len(content)}" if session.has_extn("size") else ""
    session.ask("sender", f"MAIL FROM:<{email.sender.email}>{size}")
    remark = _readers(session, email)
    session.ask("data", "DATA", 3)
    session.begin_text(content)
    reply = session.end_text(ends)
    return Accepted(provider_id=_receipt(reply, email), remark=remark)


def _readers(session: Session, email: Email) -> str | None:
    """Names the readers. Raises Declined when one is only put off, since a second attempt would reach all again."""
    addresses = dict.fromkeys(mailbox.email for mailbox in email.to)
    refused: list[Reply] = []
    put_off: list[Reply] = []
    for address in addresses:
        reply = session.reply_to("recipient", f"RCPT TO:<{address}>")
        if reply.closes:
            raise Declined("recipient", reply)
        if not reply.goes_on:
            (refused if reply.for_good else put_off).append(reply)
    if put_off:
        raise Declined("recipient", put_off[0])
    if len(refused) == len(addresses):
        raise Declined("recipient", next((reply for reply in refused if is_ours("recipient", reply)), refused[0]))
    if not refused:
        return None
    return f"refused for {len(refused)} of {len(addresses)} recipients ({refused[0].status}); the others have it"


def _receipt(reply: Reply, email: Email) -> str:
    """The server's words, which hold its own name for the message. Exchange repeats ours, which holds our domain."""
    words = reply.words.replace(email.message_id_header, "").strip()
    return words if names_nobody(words, email) else ""


def usual_security(host: str, port: int) -> Security:
    """What holds when nothing is set."""
    if port == TLS_PORT:
        return "tls"
    return "none" if _is_this_machine(host) and port != LOGIN_PORT else "starttls"


def _check(host: str, port: int, security: Security, user: str, password: str, ehlo: str) -> None:
    if not (_is_ip(host) or re.fullmatch(DOMAIN, host)) or max(map(len, host.split("."))) > 63:
        raise ValueError("an SMTP host is written mail.example.org, without a port or a path")
    if not 0 < port < 65536:
        raise ValueError("an SMTP port is a number from 1 to 65535, usually 587")
    if bool(user) != bool(password):
        raise ValueError("to log in, an SMTP server is given both a user and a password, otherwise neither")
    if not (user.isprintable() and password.isprintable()):
        raise ValueError("the SMTP user or password holds a control character")
    if user and security == "none" and not _is_this_machine(host):
        raise ValueError("a password leaves this machine only encrypted; the security of SMTP is starttls or tls")
    if ehlo and not re.fullmatch(rf"{DOMAIN}|\[[0-9A-Za-z.:]+\]", ehlo):
        raise ValueError("the name for EHLO is a domain name such as mailer.example.org")


def _is_this_machine(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback if _is_ip(host) else host.lower() == "localhost"


def _is_ip(host: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return False


def _full_name() -> str:
    """This machine's name with its domain, or nothing when it has none."""
    name = socket.getfqdn()
    return name if "." in name and re.fullmatch(DOMAIN, name) else ""
