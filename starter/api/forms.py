"""What a browser or a mail program posts: a small form in either of its two encodings, both bounded."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from starter.api.reading import body

MOST: Final = 64 * 1024  # bytes; the largest form of ours, of a hundred notifications, has ten thousand
FIELDS: Final = 1000
BOUNDARY: Final = re.compile(r';[ \t]*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
NAME: Final = re.compile(
    rb'^content-disposition:[ \t]*form-data[^\r\n]{0,200};[ \t]{0,8}name=(?:"([^"\r\n]*)"|([^\s;"]+))',
    re.IGNORECASE | re.MULTILINE,
)

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
    """By RFC 7578. The standard library's parser of e-mail takes half a minute for some bodies of this size."""
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        return []
    parts = (b"\r\n" + content).split(f"\r\n--{boundary[1] or boundary[2]}".encode("utf-8", "replace"), FIELDS + 1)
    found = []
    for part in parts[1 : FIELDS + 1]:
        if part.startswith(b"--"):
            break
        head, _, value = part.partition(b"\r\n\r\n")
        name = NAME.search(head)
        if name is not None:
            found.append(((name[1] or name[2]).decode("utf-8", "replace"), value.decode("utf-8", "replace")))
    return found


def _collected(pairs: list[tuple[str, str]]) -> Form:
    form: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        form[name] = (*form.get(name, ()), value)
    return form
