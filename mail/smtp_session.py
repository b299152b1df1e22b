"""A conversation with one SMTP server, on the standard library's smtplib, which ends when its time is over.

By itself smtplib limits each read and each write, so a reply can trickle for ever; and it hands a message over in one
call, so that one exception stands for "certainly not taken" and for "maybe taken".
"""

import base64
import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mail.smtp_answers import BEFORE_ANY_MESSAGE, Reply, Step

Security = Literal["starttls", "tls", "none"]

CONNECT: Final = 5.0  # seconds for each address of the host
MOST_OF_A_REPLY: Final = 64_000  # bytes; a line has 512 at most (RFC 5321, 4.5.3.1.5)
CODE: Final = re.compile(rb"[2-5][0-9][0-9](?=[ -]|$)")
NUL: Final = b"\0"
NO_OTHER: Final = b""  # nobody else in whose name mail is sent
LINE_WITH_A_DOT: Final = re.compile(rb"^\.", re.MULTILINE)  # RFC 5321, 4.5.2


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, and how one gets in. Without a user nobody logs in."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    ehlo: str  # what we call ourselves; empty: the address from which we came
    context: ssl.SSLContext  # made once: it reads all certificate authorities


class Declined(Exception):
    """The server answered the command of `step` with something else than what goes on."""

    def __init__(self, step: Step, reply: Reply) -> None:
        super().__init__(step, reply.code)
        self.step = step
        self.reply = reply

    @property
    def in_order(self) -> bool:
        """The conversation may go on with another message."""
        known = self.reply.code // 100 in {4, 5} and not self.reply.closes
        return known and self.step not in BEFORE_ANY_MESSAGE | {"text"}


class NotOffered(Exception):
    """The server does not know what the settings ask for; the text says what."""


class Session(smtplib.SMTP):
    """Not yet connected. Everything raises OSError when the connection breaks or the time is over; then `close` it.

    `step` is how far it came. No byte leaves after `ends`, an instant of the monotonic clock that is to be set first.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(local_hostname=server.ehlo or "-")
        self.step: Step = "connection"
        self.ends = 0.0
        self._server = server
        self._came = b""

    def enter(self) -> None:
        """Connects, encrypts and logs in. Raises Declined or NotOffered."""
        self.sock = self._connected()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the final dot is a small packet of its own
        if not self._server.ehlo:
            self.local_hostname = _literal(self.sock)
        if self._server.security == "tls":
            self._encrypt()
        self.step = "greeting"
        self._expect("greeting", self._reply())
        self._hello()
        if self._server.security == "starttls":
            if not self.has_extn("starttls"):
                raise NotOffered("STARTTLS")
            self.ask("encryption", "STARTTLS")
            self._encrypt()
            self._hello()  # what was said before the encryption may have been said by anybody (RFC 3207, 4.2)
        if self._server.user:
            self._log_in()

    def ask(self, step: Step, command: str, first_digit: int = 2) -> Reply:
        """The reply to a command. Raises Declined unless its code begins with `first_digit`."""
        return self._expect(step, self.reply_to(step, command), first_digit)

    def reply_to(self, step: Step, command: str) -> Reply:
        self.step = step
        self.putcmd(command)
        return self._reply()

    def begin_text(self, content: bytes) -> None:
        """All of the message but the final dot, without which a server takes nothing. Its lines end with CR LF."""
        self.step = "text"
        self.send(LINE_WITH_A_DOT.sub(b"..", content))

    def end_text(self, ends: float) -> Reply:
        """Writes the final dot, if the time until now was kept, and waits until `ends` for what comes of it."""
        self.left()
        if not self.quiet():  # an end or a refusal amid the text: better found before the dot than after it
            raise Declined("text", self._reply())
        self.ends = ends
        self.step = "message"
        self.send(b".\r\n")
        return self._expect("message", self._reply())

    def quiet(self) -> bool:
        """Whether nothing is waiting to be read, neither an end nor a reply that would be taken for the next one's."""
        if self.sock is None or self._came:
            return False
        self.sock.settimeout(0)
        try:
            self._came = self.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        return False

    def leave(self) -> None:
        """Says so and closes, without waiting for an answer on which nothing depends."""
        with suppress(OSError):
            self.ends = time.monotonic() + 1
            self.putcmd("QUIT")
        self.close()

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError when none are."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the conversation is over")
        return left

    @property
    def late(self) -> bool:
        return time.monotonic() >= self.ends

    def send(self, s: Any) -> None:
        """As smtplib's, within the time, and only when everything that came was asked for."""
        self._nothing_came()
        if self.sock is not None:
            self.sock.settimeout(self.left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's, within the time and a size."""
        lines = [self._line()]
        while lines[-1][3:4] == b"-":
            lines.append(self._line())
            if sum(map(len, lines)) > MOST_OF_A_REPLY:
                raise smtplib.SMTPServerDisconnected("a reply without an end")
        code = CODE.match(lines[-1])
        return int(code[0]) if code else -1, b"\n".join(line[4:].strip() for line in lines)

    def _nothing_came(self) -> None:
        """Before the encryption too: what came there was put in by somebody else (RFC 3207, 4.2)."""
        if self._came:
            raise smtplib.SMTPServerDisconnected("an answer came before its question")

    def _line(self) -> bytes:
        while b"\n" not in self._came:
            if self.sock is None or len(self._came) > MOST_OF_A_REPLY:
                raise smtplib.SMTPServerDisconnected("no reply")
            self.sock.settimeout(self.left())
            more = self.sock.recv(4096)
            if not more:
                raise smtplib.SMTPServerDisconnected("closed before the reply")
            self._came += more
        line, _, self._came = self._came.partition(b"\n")
        return line.rstrip(b"\r")

    def _reply(self) -> Reply:
        code, text = self.getreply()
        return Reply(code, " ".join(text.decode("utf-8", "replace").split()))

    def _expect(self, step: Step, reply: Reply, first_digit: int = 2) -> Reply:
        self.step = step
        if reply.code // 100 != first_digit:
            raise Declined(step, reply)
        return reply

    def _connected(self) -> socket.socket:
        failure = OSError("the host has no address")
        for *_, address in socket.getaddrinfo(self._server.host, self._server.port, type=socket.SOCK_STREAM):
            try:
                return socket.create_connection((str(address[0]), int(address[1])), timeout=min(CONNECT, self.left()))
            except OSError as error:
                failure = error
        raise failure

    def _encrypt(self) -> None:
        self.step = "encryption"
        self._nothing_came()
        if self.sock is not None:
            self.sock.settimeout(self.left())
            self.sock = self._server.context.wrap_socket(self.sock, server_hostname=self._server.host)

    def _hello(self) -> None:
        self.step = "hello"
        code, _ = self.ehlo()
        self._expect("hello", Reply(code, ""))

    def _log_in(self) -> None:
        """PLAIN, else LOGIN, which is all that some servers know (RFC 4954, 4616). Both are readable: see Smtp."""
        user, password = self._server.user.encode(), self._server.password.encode()
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            self.ask("login", f"AUTH PLAIN {_base64(NUL.join((NO_OTHER, user, password)))}")
        elif "LOGIN" in offered:
            self.ask("login", "AUTH LOGIN", 3)
            self.ask("login", _base64(user), 3)
            self.ask("login", _base64(password))
        else:
            raise NotOffered("a login by AUTH PLAIN or AUTH LOGIN")


def _literal(sock: socket.socket) -> str:
    """The address from which we came, for a machine without a name (RFC 5321, 4.1.3)."""
    address = sock.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
