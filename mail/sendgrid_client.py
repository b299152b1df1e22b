"""The package `sendgrid` on connections that are kept alive; by itself it opens one for every request.

It knows no time-out either: whoever calls it does so inside `mail.deadline.at_most`.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.request import Request

import httpx
from python_http_client import Client
from sendgrid import SendGridAPIClient

from mail.deadline import LimitedTransport

CONNECT: Final = timedelta(seconds=5)
# Shorter than a provider keeps an idle connection: a send that meets its closing would be a fate unknown.
LIMITS: Final = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=10)
MOST_OF_AN_ANSWER: Final = 64_000  # bytes; those to a message have some hundred


class KeptAlive:
    """`package` is the package's own client. Any status is an answer, and of its body come `most` bytes.

    Raises ValueError for a key or a host that cannot be one. Proxies of the environment are not used.
    """

    def __init__(
        self, api_key: str, host: str, connect: timedelta, total: timedelta, most: int = MOST_OF_AN_ANSWER
    ) -> None:
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ValueError("the SendGrid API key is empty or holds spaces")
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?", host):
            raise ValueError("SendGrid's host is written https://api.sendgrid.com, without a path")
        # At DEBUG the package logs every body and the Authorization header.
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        self._http = httpx.Client(
            transport=LimitedTransport(LIMITS),
            timeout=httpx.Timeout(total.total_seconds(), connect=connect.total_seconds()),
        )
        self.package = SendGridAPIClient(api_key, host=host)
        headers = self.package.client.request_headers
        self.package.client = _Client(self._http, most, host=host, request_headers=headers, version=3)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


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


class _Client(Client):  # type: ignore[misc]  # the package ships no types
    """The package's client with two methods replaced, so that requests leave by `http`. Any status is an answer."""

    def __init__(self, http: httpx.Client, most: int, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._http = http
        self._most = most

    def _build_client(self, name: str | None = None) -> "_Client":
        return _Client(
            self._http,
            self._most,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
        )

    def _make_request(self, opener: object, request: Request, timeout: float | None = None) -> _Answer:  # noqa: ARG002
        headers = dict(request.header_items())
        content = request.data if isinstance(request.data, bytes) else b""
        with self._http.stream(request.get_method(), request.full_url, headers=headers, content=content) as response:
            return _Answer(response.status_code, dict(response.headers), _what_comes(response, self._most))


def _what_comes(response: httpx.Response, most: int) -> bytes:
    """The body as far as it arrives. The status is the verdict, and a body cut short does not unsay it."""
    body = b""
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most:
                break
    except httpx.HTTPError:
        return body
    return body
