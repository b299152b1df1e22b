"""One notification to one reader as values: a message in any state, or none at all. Fixed instants."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from ledger.channels import ChannelRow
from ledger.journeys import JourneyRow
from ledger.message_rows import AttemptRow, MessageRow
from ledger.people import PersonRow
from ledger.reports import Report
from ledger.suppressions import SuppressionRow
from ledger.why import Known, Passage
from plan.agenda import Occurrence
from plan.model import Rule

NOW: Final = datetime(2026, 10, 7, 18, 0, 0, tzinfo=UTC)
SENT: Final = datetime(2026, 10, 5, 14, 2, 11, tzinfo=UTC)
JOURNEY: Final = "journey:cwe:p-1:application:1"
KEY: Final = "due_reminder:P7D@2026-10-12>applicant"
ADA: Final = PersonRow(id="p-1", email="ada@example.org")
ROW: Final = JourneyRow(
    id=JOURNEY,
    program="cwe",
    process="application",
    cycle="1",
    person_id="p-1",
    created_at=datetime(2026, 9, 1, tzinfo=UTC),
    arrived_at=datetime(2026, 9, 1, tzinfo=UTC),
    decided_at=SENT,
    stage="in_progress",
)
PASSAGE: Final = Passage(ROW, NOW, "in_progress", datetime(2026, 9, 1, tzinfo=UTC))
RULE: Final = Rule(name="due_reminder", purpose="reminder", to=("applicant",), before="due")


HOUR: Final = timedelta(hours=1)


class Told(NamedTuple):
    """What is expected of an answer."""

    case: str
    certainty: str
    headline: str
    next_step: str | None


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_row(state: str, **more: Any) -> MessageRow:
    """A message in this state, queued a second before `SENT` and as bare as it can be."""
    fields: dict[str, Any] = dict.fromkeys(MessageRow.model_fields)
    fields |= {
        "id": "m1",
        "program": "cwe",
        "journey_id": JOURNEY,
        "key": KEY,
        "source": "plan",
        "channel": "email",
        "rule": "due_reminder",
        "purpose": "reminder",
        "to": "applicant",
        "person_id": "p-1",
        "plan_version": "v1",
        "fields": {},
        "queued_at": SENT - timedelta(seconds=1),
        "changed_at": SENT,
        "planned_at": SENT,
        "fence": 1,
        "attempt": 1,
        "doubled": False,
        "state": state,
    }
    return MessageRow(**{**fields, **more})


def accepted(**more: Any) -> MessageRow:
    return a_row("accepted", **{"sent_at": SENT, "address": "ada@example.org", **more})


def an_attempt(**more: Any) -> AttemptRow:
    fields: dict[str, Any] = {
        "message_id": "m1",
        "attempt": 1,
        "fence": 1,
        "transport": "sendgrid",
        "address": "ada@example.org",
        "plan_version": "v1",
        "template_version": "t1",
        "evidence": "events",
        "clock": SENT,
        "on_wire_at": SENT,
        "outcome": "accepted",
        "detail": None,
        "provider_id": "x-77",
        "bypassed": None,
        "ended_at": SENT,
        "evidence_at": None,
    }
    return AttemptRow(**{**fields, **more})


def a_report(kind: str, after: timedelta = timedelta(seconds=5), **more: Any) -> Report:
    at = SENT + after
    fields: dict[str, Any] = {"id": f"e-{kind}-{after}", "provider": "sendgrid", "kind": kind, "provider_kind": kind}
    return Report(**{**fields, "message_id": "m1", "attempt": 1, "at": at, "received_at": at, **more})


def an_occurrence(outcome: str, reason: str | None = None, **more: Any) -> Occurrence:
    fields: dict[str, Any] = {
        "key": None if outcome == "not_triggered" else KEY,
        "notification": "due_reminder",
        "purpose": "reminder",
        "to": "applicant",
        "person_id": "p-1",
        "outcome": outcome,
        "reason": reason,
        "at": SENT,
        "leave_at": SENT,
    }
    return Occurrence(**{**fields, **more})


def suppressed(cause: Any, **more: Any) -> SuppressionRow:
    fields: dict[str, Any] = {
        "id": "s1",
        "address": "ada@example.org",
        "source": "event",
        "since": SENT,
        "by": "webhook",
    }
    return SuppressionRow(**{**fields, "cause": cause, **more})


def a_channel(state: Any, sentence: str | None = None, retry_at: datetime | None = None) -> ChannelRow:
    return ChannelRow(
        transport="sendgrid", state=state, sentence=sentence, since=SENT, retry_at=retry_at, accepted_at=None
    )


def known(row: MessageRow | None = None, occurrence: Occurrence | None = None, **more: Any) -> Known:
    """What is known of the due reminder to Ada; a sent one has one attempt by SendGrid."""
    left = row is not None and row.state not in {"queued", "claimed", "retry", "cancelled", "expired"}
    fields: dict[str, Any] = {
        "now": NOW,
        "zone": "America/New_York",
        "program": "cwe",
        "notification": "due_reminder",
        "sender_domain": "mail.example.org",
        "person_id": "p-1",
        "person": ADA,
        "rule": RULE,
        "passage": PASSAGE,
        "occurrence": occurrence,
        "row": row,
        "attempts": (an_attempt(),) if left else (),
    }
    return Known(**{**fields, **more})
