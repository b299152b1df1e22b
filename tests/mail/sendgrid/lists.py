"""SendGrid's suppression lists: GET with paging, one address, and DELETE.

The global unsubscribes are read at /v3/suppression/unsubscribes and ended at /v3/asm/suppressions/global/ADDRESS.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests.mail.sendgrid_stand_in import Reply

NAMES: Final = ("bounces", "blocks", "spam_reports", "invalid_emails", "unsubscribes")
MOST: Final = 500  # entries of one answer
GLOBAL: Final = "/v3/asm/suppressions/global/"
ROOT: Final = "/v3/suppression/"
EXTRA: Final[Mapping[str, Mapping[str, str]]] = {
    "bounces": {"reason": "550 5.1.1 no such user", "status": "5.1.1"},
    "blocks": {"reason": "550 5.7.1 refused by policy", "status": "5.7.1"},
    "spam_reports": {"ip": "192.0.2.9"},
    "invalid_emails": {"reason": "Mail domain mentioned in email address is unknown"},
    "unsubscribes": {},
}


class Lists:
    """Newest entries first, as SendGrid answers them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in NAMES}

    def add(self, name: str, email: str, created: int, **fields: Any) -> None:
        """Another entry for an address that is listed already is none."""
        with self._lock:
            entry = {"created": created, "email": email, **EXTRA[name], **fields}
            self._entries[name].setdefault(email.lower(), entry)

    def holding(self, email: str) -> Iterator[str]:
        """The lists that keep mail from this address; blocks is a log."""
        with self._lock:
            found = [name for name in NAMES if name != "blocks" and email.lower() in self._entries[name]]
        yield from found

    def asked(self, method: str, path: str, content: bytes) -> Reply:
        parts = urlsplit(path)
        if parts.path.startswith(GLOBAL):
            address = unquote(parts.path.removeprefix(GLOBAL))
            if method == "GET":
                listed = address.lower() in self._entries["unsubscribes"]
                return Reply(200, {}, json.dumps({"recipient_email": address} if listed else {}).encode())
            return self._delete("unsubscribes", [address]) if method == "DELETE" else Reply(405)
        name, _, address = parts.path.removeprefix(ROOT).partition("/")
        if not parts.path.startswith(ROOT) or name not in NAMES:
            return Reply(404)
        if method == "GET":
            return self._page(name, unquote(address), parse_qs(parts.query))
        if name == "unsubscribes":
            return Reply(404)
        if address:
            return self._delete(name, [unquote(address)])
        wanted = json.loads(content or b"{}")
        return self._delete(name, list(self._entries[name]) if wanted.get("delete_all") else wanted.get("emails", []))

    def _page(self, name: str, address: str, query: Mapping[str, list[str]]) -> Reply:
        def number(key: str, default: int) -> int:
            return int(query.get(key, [str(default)])[0])

        limit, offset = min(number("limit", MOST), MOST), number("offset", 0)
        begin, end = number("start_time", 0), number("end_time", 2**40)
        with self._lock:
            entries = sorted(self._entries[name].values(), key=lambda each: (-each["created"], each["email"]))
        found = [entry for entry in entries if begin <= entry["created"] <= end]
        if address:
            found = [entry for entry in found if entry["email"].lower() == address.lower()]
        content = json.dumps(found[offset : offset + limit]).encode()
        return Reply(200, {"Content-Type": "application/json"}, content)

    def _delete(self, name: str, addresses: list[str]) -> Reply:
        with self._lock:
            gone = [self._entries[name].pop(address.lower(), None) for address in addresses]
        return Reply(204 if any(gone) else 404)
