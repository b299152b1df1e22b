"""The closed list of what can be said about one occurrence, and why (plan.md, Outcomes and reasons)."""

from typing import Final, Literal, get_args

Outcome = Literal["ready", "scheduled", "sent", "failed", "unknown", "not_triggered", "skipped", "held"]

Skipped = Literal[
    "already_past",
    "already_true",
    "too_late",
    "stage_left",
    "answered",
    "condition_false",
    "sent_recently",
    "merged_same_day",
    "folded_into_digest",
    "superseded_by_new_deadline",
    "replaced_by_plan_version",
    "rule_off",
    "not_live",
    "no_consent",
    "opted_out",
    "no_recipient",
    "duplicate_address",
    "duplicate_journey",
    "journey_ended",
    "deceased",
    "retracted",
    "cancelled_by_staff",
    "program_closed",
    "no_opening_left",
]
Held = Literal[
    "quiet_hours",
    "settling",
    "clock_paused",
    "on_hold",
    "no_recipient",
    "no_address",
    "address_suppressed",
    "address_not_allowed",
    "deadline_unknown",
    "condition_error",
    "template_error",
    "channel_down",
    "channel_busy",
]
Because = Literal["start", "deadline_moved", "plan_changed", "hold_released"]

OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
SKIPPED: Final[tuple[str, ...]] = get_args(Skipped)
HELD: Final[tuple[str, ...]] = get_args(Held)
BECAUSE: Final[tuple[str, ...]] = get_args(Because)
