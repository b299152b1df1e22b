"""One message as commands print it: a line of `messages`, and the head of `message show`."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import plans
from ledger.message_rows import MessageRow
from plan.load import read_back
from plan.model import Plan
from plan.outcomes import Outcome

OUTCOMES: Final[dict[str, Outcome]] = {
    "queued": "ready",
    "claimed": "ready",
    "on_wire": "ready",
    "retry": "ready",
    "accepted": "sent",
    "unknown": "unknown",
    "review": "unknown",
    "failed": "failed",
    "cancelled": "skipped",
    "expired": "skipped",
}


class Message(BaseModel):
    """One message as JSON. `at` is when it was planned, `local` the same in the program's zone.

    These two and `journey_sent_at` are on the journey's clock, the others on the wall's. From `delivery` on it is what
    providers reported; docs/delivery.md says what each means.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    journey: str | None
    person: str | None
    notification: str
    key: str
    to: str
    purpose: str
    at: AwareDatetime | None
    local: str | None
    outcome: Outcome
    reason: str | None
    detail: str | None
    state: str
    queued_at: AwareDatetime
    sent_at: AwareDatetime | None
    journey_sent_at: AwareDatetime | None
    address: str | None
    subject: str | None
    provider_id: str | None
    plan_version: str
    template_version: str | None
    program: str
    item: str | None
    source: str
    channel: str
    by: str | None
    delivery: str | None
    failure: str | None
    delivered_at: AwareDatetime | None
    failed_at: AwareDatetime | None
    opened_at: AwareDatetime | None
    machine_opened_at: AwareDatetime | None
    clicked_at: AwareDatetime | None
    viewed_at: AwareDatetime | None
    complained_at: AwareDatetime | None
    unsubscribed_at: AwareDatetime | None
    doubled: bool


def described(row: MessageRow, zone: str | None) -> Message:
    """The row as people and programs read it; what was given back is held, whatever its state."""
    held = row.held_reason is not None and OUTCOMES[row.state] == "ready"
    return Message(
        id=row.id,
        journey=row.journey_id,
        person=row.person_id,
        notification=row.rule,
        key=row.key,
        to=row.to,
        purpose=row.purpose,
        at=row.planned_at,
        local=_local(row.planned_at, zone),
        outcome="held" if held else OUTCOMES[row.state],
        reason=row.held_reason if held else row.reason,
        detail=row.held_detail if held else row.detail,
        state=row.state,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        journey_sent_at=row.journey_sent_at,
        address=row.address,
        subject=row.subject,
        provider_id=row.provider_id,
        plan_version=row.plan_version,
        template_version=row.template_version,
        program=row.program,
        item=row.item,
        source=row.source,
        channel=row.channel,
        by=row.by,
        delivery=row.delivery,
        failure=row.failure,
        delivered_at=row.delivered_at,
        failed_at=row.failed_at,
        opened_at=row.opened_at,
        machine_opened_at=row.machine_opened_at,
        clicked_at=row.clicked_at,
        viewed_at=row.viewed_at,
        complained_at=row.complained_at,
        unsubscribed_at=row.unsubscribed_at,
        doubled=row.doubled,
    )


class Zones:
    """The time zones of plan versions, which never change: each is read and parsed once."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def of(self, connection: Connection, version: str) -> str | None:
        """None when this build cannot read that version any more."""
        if version not in self._known:
            self._known[version] = zone_of(connection, version)
        return self._known[version]


def zone_of(connection: Connection, version: str) -> str | None:
    """The time zone of a plan version; None when this build cannot read it any more."""
    plan = read_back(plans.source(connection, version), version)
    return plan.timezone if isinstance(plan, Plan) else None


def _local(instant: datetime | None, zone: str | None) -> str | None:
    """ISO 8601 with the program's offset, to the second."""
    if instant is None or zone is None:
        return None
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
