"""Reads the body of a request, as much and as long as is reasonable."""

import asyncio
from datetime import timedelta
from typing import Final

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

WITHIN: Final = timedelta(seconds=20)


async def body(request: Request, most: int, within: timedelta = WITHIN) -> bytes:
    """All of it. Raises HTTPException: 413 over `most` bytes, 408 if it takes too long, 400 if it ends early."""
    too_large = HTTPException(413, f"a body may have {most} bytes at most")
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > most:
        raise too_large
    found = bytearray()
    try:
        async with asyncio.timeout(within.total_seconds()):
            async for chunk in request.stream():
                found += chunk
                if len(found) > most:
                    raise too_large
    except TimeoutError:
        raise HTTPException(408, f"the body did not come within {within.total_seconds():g} s") from None
    except ClientDisconnect:
        raise HTTPException(400, "the body ended early") from None
    return bytes(found)
