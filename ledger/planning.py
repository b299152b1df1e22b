"""What a message row says of the occurrence that it stands for."""

from pydantic import JsonValue

from ledger.messages import Planned
from plan.agenda import Occurrence
from plan.model import Plan, Process


def as_planned(plan: Plan, process: Process, occurrence: Occurrence) -> Planned:
    """Everything that deciding may say anew until the message has left."""
    fields: dict[str, JsonValue] = {
        "fact": occurrence.fact_id,
        "clock": occurrence.clock,
        "clock_at": occurrence.clock_at.isoformat() if occurrence.clock_at else None,
        "items": list[JsonValue](occurrence.items),
        "urgent": plan.rules[occurrence.notification].urgent,
        "awaited": any(deadline.waits_for == occurrence.notification for deadline in process.deadlines.values()),
    }
    return Planned(
        purpose=occurrence.purpose,
        to=occurrence.to,
        person_id=occurrence.person_id,
        item=occurrence.item,
        plan_version=plan.version,
        planned_at=occurrence.leave_at,
        not_after=occurrence.not_after,
        closes_at=occurrence.closes_at,
        fields={name: value for name, value in fields.items() if value},
        when_unknown=plan.rules[occurrence.notification].when_unknown,
    )
