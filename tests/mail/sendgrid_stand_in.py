"""A small HTTP server that stands in for SendGrid: it answers as told and writes down what it was given.

Its log is append-only and on disk, so that it also tells what a killed process had sent.
"""

import json
import os
import socket
import struct
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

TRICKLE_SECONDS = 0.02


@dataclass(frozen=True)
class Reply:
    """How one request is answered. `taken`: whether the real SendGrid would now have the message."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    taken: bool = False
    manner: Literal["whole", "hang", "reset", "close", "trickle_head", "trickle_body"] = "whole"


ACCEPT = Reply(taken=True)
ACCEPT_THEN_500 = Reply(500, taken=True)
ACCEPT_THEN_HANG = Reply(taken=True, manner="hang")
ACCEPT_THEN_RESET = Reply(taken=True, manner="reset")
ACCEPT_THEN_CLOSE = Reply(taken=True, manner="close")
ACCEPT_THEN_TRICKLE = Reply(taken=True, manner="trickle_head")
ACCEPT_WITH_ENDLESS_BODY = Reply(taken=True, manner="trickle_body")


def limited(until: int) -> Reply:
    """The rate limit, over at `until` in seconds since 1970."""
    return Reply(429, {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(until)})


def refusal(status: int, message: str = "", field_name: str | None = None) -> Reply:
    """A refusal with SendGrid's body."""
    return Reply(
        status, body=json.dumps({"errors": [{"message": message, "field": field_name, "help": None}]}).encode()
    )


@dataclass(frozen=True)
class Heard:
    """One request as it came in. `connection` counts from 1."""

    connection: int
    path: str
    authorization: str
    body: Any
    taken: bool

    @property
    def attempt(self) -> tuple[str, str]:
        """The message and the attempt that the request said it was."""
        return self.body["custom_args"]["mid"], self.body["custom_args"]["att"]


class SendGridStandIn:
    """Accepts everything until told otherwise; `answer` queues replies for the requests that follow."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._replies: list[Reply] = []
        self._open: dict[int, socket.socket] = {}
        self._connections = 0
        self.heard_so_far = 0
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False  # closing waits for every one
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, *replies: Reply) -> None:
        with self._lock:
            self._replies.extend(replies)

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Everything so far, in order of arrival."""
        if not self._log.exists():
            return ()
        return tuple(Heard(**json.loads(line)) for line in self._log.read_text().splitlines())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._server.shutdown()
        with self._lock:
            for connection in self._open.values():
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()

    def opened(self, connection: socket.socket) -> int:
        with self._lock:
            self._connections += 1
            self._open[self._connections] = connection
            return self._connections

    def closed(self, number: int) -> None:
        with self._lock:
            self._open.pop(number, None)

    def hear(self, connection: int, path: str, authorization: str, content: bytes) -> Reply:
        """Writes the request down, before anything is answered, and says how to answer it."""
        with self._lock:
            body = json.loads(content)
            reply = self._replies.pop(0) if self._replies else self.usual(authorization, body)
            heard = Heard(connection, path, authorization, body, reply.taken)
            with self._log.open("a") as file:
                file.write(json.dumps(vars(heard)) + "\n")
                file.flush()
                os.fsync(file.fileno())
            self.heard_so_far += 1
            name = f"sg-{self.heard_so_far}" if reply.taken else ""
        if reply.taken:
            self.took(heard, name)
        return replace(reply, headers={**reply.headers, "X-Message-Id": name}) if name else reply

    def usual(self, authorization: str, body: Any) -> Reply:
        """What is answered when nothing was told."""
        return ACCEPT

    def took(self, heard: Heard, name: str) -> None:
        """A message was taken, under SendGrid's `name` for it, and nothing has been answered yet."""

    def asked(self, method: str, path: str, content: bytes) -> Reply:
        """Every other request."""
        return Reply(404)


def _handler(stand_in: SendGridStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        number = 0

        def setup(self) -> None:
            super().setup()
            self.number = stand_in.opened(self.connection)

        def finish(self) -> None:
            stand_in.closed(self.number)
            with suppress(OSError):
                super().finish()

        def handle(self) -> None:
            with suppress(OSError):  # the client gave up, or the stand-in is closing
                super().handle()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            reply = stand_in.hear(self.number, self.path, self.headers["Authorization"], content)
            self.close_connection = reply.manner != "whole"
            if reply.manner == "whole":
                self._whole(reply)
            elif reply.manner == "hang":
                stand_in.stopped.wait()
            elif reply.manner == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif reply.manner == "trickle_head":
                self._trickle(b"HTTP/1.1 202 Accepted\r\nX-Long: ")
            elif reply.manner == "trickle_body":
                self._trickle(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sg-1\r\nContent-Length: 1000000\r\n\r\n")

        def do_GET(self) -> None:
            self._whole(stand_in.asked("GET", self.path, b""))

        def do_DELETE(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._whole(stand_in.asked("DELETE", self.path, content))

        def _whole(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def _trickle(self, beginning: bytes) -> None:
            self.wfile.write(beginning)
            while not stand_in.stopped.wait(TRICKLE_SECONDS):
                self.wfile.write(b"x")

    return Handler
