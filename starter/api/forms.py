"""What a browser or a mail program posts: a small form in either of its two encodings, read by the standard library."""

from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from starter.api.reading import body

MOST: Final = 64 * 1024  # bytes; the largest form of ours, of a hundred notifications, has ten thousand
FIELDS: Final = 1000

Form = Mapping[str, tuple[str, ...]]


async def posted(request: Request) -> Form:
    """The fields by name. What is no form has none; what is too long or comes too slowly is refused."""
    return fields(request.headers.get("content-type", ""), await body(request, MOST))


def fields(content_type: str, content: bytes) -> Form:
    """The fields of a form of this content type, in the order in which they came; of any other type none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _collected(_urlencoded(content))
    if kind == "multipart/form-data":
        return _collected(_multipart(content_type, content))
    return {}


def _urlencoded(content: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(content.decode("utf-8", "replace").strip(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:  # more fields than any form of ours
        return []


def _multipart(content_type: str, content: bytes) -> list[tuple[str, str]]:
    """By RFC 7578, whose parts look like those of an e-mail."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + content)
    found = []
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found.append((name, value.decode("utf-8", "replace")))
    return found[:FIELDS]


def _collected(pairs: list[tuple[str, str]]) -> Form:
    form: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        form[name] = (*form.get(name, ()), value)
    return form
