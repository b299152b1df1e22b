"""Stand-ins for `decide` and `notify` that answer at once, as much as the real ones would about a quiet journey."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue
from temporalio import activity

from workflows import wire
from workflows.wire import DecideRequest, SendRequest

APART: Final = timedelta(days=30)


class StubActivities:
    """Knows of each journey when it began and what was sent. Answers plain JSON: its own work shall not be measured."""

    def __init__(self, reminders: int) -> None:
        self._reminders = reminders
        self._began: dict[str, datetime] = {}
        self._sent: dict[str, int] = {}

    @activity.defn(name=wire.DECIDE)
    def decide(self, request: DecideRequest) -> dict[str, JsonValue]:
        now = request.now or activity.info().started_time
        began = self._began.setdefault(request.journey, now)
        sent = self._sent.get(request.journey, 0)
        passed = min((now - began) // APART, self._reminders)
        upcoming = [_line(began + n * APART) for n in range(passed + 1, self._reminders + 1)]
        answer: dict[str, JsonValue] = {
            "stage": "past_due",
            "due_at": (began + (self._reminders + 1) * APART).isoformat(),
            "plan_version": "5f0c2f1f7e1b4a52",
        }
        if (status := f"Past due; {sent} of {self._reminders} reminders sent") != request.status:
            answer["status"] = status
        if tuple(upcoming) != request.upcoming:
            answer["upcoming"] = list[JsonValue](upcoming)
        if upcoming:
            answer["next_at"] = (began + (passed + 1) * APART).isoformat()
            answer["next_summary"] = upcoming[0]
        if passed > sent and not request.in_flight:
            answer["due"] = [_due(passed, now)]
        if sent == self._reminders:
            answer["end"] = True
        return answer

    @activity.defn(name=wire.NOTIFY, no_thread_cancel_exception=True)
    def notify(self, request: SendRequest) -> dict[str, JsonValue]:
        self._sent[request.journey] = self._sent.get(request.journey, 0) + 1
        return {"key": request.key, "result": "sent"}


def _line(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} past_due → applicant"


def _due(n: int, now: datetime) -> dict[str, JsonValue]:
    return {
        "key": f"past_due:P{n * APART.days}D@{now:%Y-%m-%d}>applicant",
        "message_id": f"0198c5f2-6a1e-7000-8000-{n:012}",
        "fence": 1,
        "not_after": (now + timedelta(days=1)).isoformat(),
        "summary": "past_due → applicant",
    }
