"""The body of a request is read as much and as long as is reasonable, however it comes."""

import asyncio
from datetime import timedelta

import pytest
from fastapi import HTTPException, Request
from starlette.types import Message

from starter.api.reading import body

SHORT = timedelta(milliseconds=50)


def request(*parts: bytes, ends: str = "whole", declared: str | None = None) -> Request:
    """One whose body comes in these parts, and then is whole, breaks off, or never ends."""
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if ends == "whole":
        messages.append({"type": "http.request", "body": b"", "more_body": False})
    if ends == "broken":
        messages.append({"type": "http.disconnect"})

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    headers = [(b"content-length", declared.encode())] if declared is not None else []
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


async def refused(given: Request, most: int = 10) -> tuple[int, str]:
    with pytest.raises(HTTPException) as caught:
        await body(given, most, SHORT)
    return caught.value.status_code, caught.value.detail


async def test_a_body_is_all_of_its_parts() -> None:
    assert await body(request(b"01234", b"56789"), 10) == b"0123456789"
    assert await body(request(), 10) == b""


async def test_one_that_says_it_is_too_large_is_not_read() -> None:
    for declared in ("11", "x", "-1", "9" * 30):
        assert await refused(request(ends="never", declared=declared)) == (413, "a body may have 10 bytes at most")


async def test_one_that_turns_out_too_large_is_not_read_to_its_end() -> None:
    assert await refused(request(b"0123456789", b"x", ends="never")) == (413, "a body may have 10 bytes at most")


async def test_one_that_never_ends_is_given_up() -> None:
    assert await refused(request(b"0", ends="never")) == (408, "the body did not come within 0.05 s")


async def test_one_that_breaks_off_is_none() -> None:
    assert await refused(request(b"0", ends="broken")) == (400, "the body ended early")
