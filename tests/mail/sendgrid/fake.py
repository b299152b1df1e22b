"""SendGrid on loopback: takes mail as the real one does, and posts signed events about it to a webhook.

What it took and what it reported stands in two append-only files, which tell the truth about a process that was killed.
"""

import json
import os
import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from tests.mail.sendgrid.lists import Lists
from tests.mail.sendgrid.reports import DROPS, Report, body, copy, posts, report
from tests.mail.sendgrid.signing import Signer
from tests.mail.sendgrid_stand_in import Heard, Reply, SendGridStandIn, limited, refusal

API_KEY: Final = "SG.fake-key.for-tests"
WINDOW: Final = 60  # seconds of its rate limit
EVERY: Final = 0.02  # seconds between two posts; the real one posts every 30
AGAIN: Final = (
    0.1,
    0.2,
    0.4,
    0.8,
    1.6,
)  # seconds before a post that was not answered by 2xx comes again; then the last
PATIENCE: Final = 30.0  # seconds for the webhook's answer


@dataclass(frozen=True)
class Habits:
    """How it reports what it took. `held`: not before `release`; `before_answer`: before mail/send is answered."""

    kinds: tuple[str, ...] = ("processed", "delivered")
    before_answer: bool = False
    held: bool = False
    lost: bool = False
    copies: int = 1
    new_ids: bool = False  # of the copies
    shuffled: bool = False
    without_ids: frozenset[str] = frozenset()  # kinds that name neither our ids nor the message
    well_signed: bool = True


class FakeSendGrid(SendGridStandIn):
    """One account. `folder` holds mail.jsonl and events.jsonl; reports go to `webhook` as soon as one is given."""

    def __init__(
        self, folder: Path, webhook: str | None = None, habits: Habits | None = None, *, api_key: str = API_KEY
    ) -> None:
        super().__init__(folder / "mail.jsonl")
        self.webhook = webhook
        self.habits = habits or Habits()
        self.signer = Signer()
        self.lists = Lists()
        self._api_key = api_key
        self._events = folder / "events.jsonl"
        self._random = random.Random(7)
        self._rate: tuple[int, int] | None = None  # requests, seconds of a window
        self._left, self._window_ends = 0, 0
        self._waiting: list[Report] = []
        self._held: list[Report] = []
        self._guard = threading.Condition()
        self._quit = False
        self._poster = threading.Thread(target=self._post_on)

    def __enter__(self) -> Self:
        self._poster.start()
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        with self._guard:
            self._quit = True
            self._guard.notify_all()
        self._poster.join()

    # Mail

    def allow(self, requests: int, window: int = WINDOW) -> None:
        """From now on so many in each window; the rest is 429 until it is over."""
        self._rate, self._window_ends = (requests, window), 0

    def usual(self, authorization: str, body: Any) -> Reply:
        """As the API reference says: the key, then the rate, then the message."""
        if authorization != f"Bearer {self._api_key}":
            return refusal(401, "The provided authorization grant is invalid, expired, or revoked")
        most, window = self._rate or (600, WINDOW)
        if time.time() >= self._window_ends:
            self._left, self._window_ends = most, int(time.time()) + window
        if self._rate and self._left == 0:
            return limited(self._window_ends)
        self._left -= 1
        if wrong := _wrong(body):
            return refusal(400, *wrong)
        limits = {"Limit": most, "Remaining": max(self._left, 0), "Reset": self._window_ends}
        return Reply(taken=True, headers={f"X-RateLimit-{name}": str(value) for name, value in limits.items()})

    def took(self, heard: Heard, name: str) -> None:
        mid, att = heard.attempt
        [reader] = heard.body["personalizations"][0]["to"]
        now = int(time.time())
        email = str(reader["email"])
        held_by = next(self.lists.holding(email), None)
        kinds: Sequence[str] = self.habits.kinds if held_by is None else ("processed", "dropped")
        events = []
        for kind in kinds:
            fields: dict[str, Any] = {"reason": DROPS[held_by]} if held_by and kind == "dropped" else {}
            if kind in self.habits.without_ids:
                events.append(report(kind, now, email=email, **fields))
            else:
                events.append(report(kind, now, mid, int(att), email, name, **fields))
        self.report(*events, at_once=self.habits.before_answer)

    def asked(self, method: str, path: str, content: bytes) -> Reply:
        return self.lists.asked(method, path, content)

    # Events

    @property
    def made(self) -> tuple[Report, ...]:
        """Every event that ever happened, each once."""
        return tuple(line["made"] for line in self._log_lines() if "made" in line)

    @property
    def acknowledged(self) -> frozenset[str]:
        """The sg_event_id of everything that the webhook has answered for by 2xx."""
        answered = [line["ids"] for line in self._log_lines() if line.get("status", 0) // 100 == 2]
        return frozenset(each for ids in answered for each in ids)

    @property
    def statuses(self) -> tuple[int, ...]:
        """How each post was answered, 0: not at all."""
        return tuple(line["status"] for line in self._log_lines() if "status" in line)

    def report(self, *events: Report, at_once: bool = False) -> None:
        """Makes the events happen, and posts them by its habits."""
        for event in events:
            self._write({"made": event})
        if self.habits.lost:
            return
        again = range(1, self.habits.copies)
        copies = [*events, *(copy(event, new_id=self.habits.new_ids) for _ in again for event in events)]
        if self.habits.shuffled:
            self._random.shuffle(copies)
        if at_once:
            for each in posts(copies):
                self.post(each)
            return
        with self._guard:
            (self._held if self.habits.held else self._waiting).extend(copies)
            self._guard.notify_all()

    def release(self) -> None:
        """Posts what was held, and holds nothing more."""
        with self._guard:
            self._waiting.extend(self._held)
            self._held.clear()
            self._guard.notify_all()

    def post(self, events: Sequence[Report], *, content: bytes | None = None, at: int | str | None = None) -> int:
        """One post, now; its status, 0 without an answer. `content`: other bytes than the events'."""
        content = body(events) if content is None else content
        signer = self.signer if self.habits.well_signed else Signer()
        signed = signer.headers(content, int(time.time()) if at is None else at)
        headers = {"Content-Type": "application/json", **signed}
        try:
            answer = httpx.post(self.webhook or "", content=content, headers=headers, timeout=PATIENCE, trust_env=False)
            status = answer.status_code
        except httpx.HTTPError:
            status = 0
        self._write({"status": status, "ids": [event.get("sg_event_id") for event in events]})
        return status

    def _post_on(self) -> None:
        """Everything that waits, in posts of 768 kB at most; again until it is answered by 2xx."""
        tries = 0
        while True:
            with self._guard:
                while not self._quit and not (self._waiting and self.webhook):
                    self._guard.wait(EVERY)  # a webhook may be given at any time
                if self._quit:
                    return
                batch = list(posts(self._waiting)[0])
                del self._waiting[: len(batch)]
            if self.post(batch) // 100 == 2:
                tries = 0
                pause = EVERY
            else:
                pause = AGAIN[min(tries, len(AGAIN) - 1)]
                tries += 1
                with self._guard:
                    self._waiting[:0] = batch
            with self._guard:
                self._guard.wait_for(lambda: self._quit, pause)

    def _write(self, line: Mapping[str, Any]) -> None:
        with self._guard, self._events.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _log_lines(self) -> list[dict[str, Any]]:
        if not self._events.exists():
            return []
        return [json.loads(line) for line in self._events.read_text().splitlines()]


def _wrong(body: Any) -> tuple[str, str] | None:
    """What mail/send says to a message that it does not take, and the field."""
    readers = body.get("personalizations") or []
    if not readers or not all(each.get("to") for each in readers):
        return "The personalizations field is required and must have at least one personalization.", "personalizations"
    if not (body.get("from") or {}).get("email"):
        return "The from object must be provided for every email send.", "from"
    if not body.get("subject"):
        return "The subject is required.", "subject"
    if not body.get("content"):
        return "Unless a valid template_id is provided, the content parameter is required.", "content"
    return None
