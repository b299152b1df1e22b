"""What may happen to a message row: every legal move in one table, and the rows that it is said of.

    queued ─claim→ claimed ─to_wire→ on_wire ─→ accepted | failed | unknown
      ↑               ├─ give_back → queued · retry → retry ─claim→ claimed        (from on_wire too: not taken)
      └─ requeue ── cancelled ←─ cancel ── queued | claimed | retry                (never from the wire)
                    expired   ←─ expire ── queued | claimed | retry
    unknown ─resend→ retry · ─ask→ review ─resend→ retry · ─mark_sent→ accepted · ─drop→ cancelled
    queued | retry | cancelled | expired ─letter→ accepted
Whatever a row says, a provider that speaks of one of its attempts has taken it: `prove`.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

State = Literal[
    "queued", "claimed", "on_wire", "accepted", "retry", "unknown", "review", "failed", "cancelled", "expired"
]
Move = Literal[
    "claim",
    "to_wire",
    "accepted",
    "failed",
    "unknown",
    "retry",
    "give_back",
    "cancel",
    "expire",
    "requeue",
    "refresh",
    "resend",
    "ask",
    "mark_sent",
    "drop",
    "letter",
    "prove",
]


class Arrow(NamedTuple):
    """From which states a move is legal, and where it leads; None: the state stays."""

    sources: tuple[State, ...]
    target: State | None


MOVES: Final[Mapping[Move, Arrow]] = {
    "claim": Arrow(("queued", "retry", "claimed"), "claimed"),  # claimed: only when its lease is over
    "to_wire": Arrow(("claimed",), "on_wire"),  # only under a lease that outlasts the request
    "accepted": Arrow(("on_wire", "unknown"), "accepted"),
    "failed": Arrow(("on_wire", "unknown"), "failed"),
    "unknown": Arrow(("on_wire",), "unknown"),
    "retry": Arrow(("claimed", "on_wire"), "retry"),
    "give_back": Arrow(("claimed", "on_wire"), "queued"),
    "cancel": Arrow(("queued", "claimed", "retry"), "cancelled"),
    "expire": Arrow(("queued", "claimed", "retry"), "expired"),
    "requeue": Arrow(("cancelled", "expired"), "queued"),
    "refresh": Arrow(("queued", "claimed", "retry"), None),
    "resend": Arrow(("unknown", "review"), "retry"),
    "ask": Arrow(("unknown",), "review"),  # staff must say what became of it
    "mark_sent": Arrow(("unknown", "review"), "accepted"),
    "drop": Arrow(("unknown", "review"), "cancelled"),
    "letter": Arrow(("queued", "retry", "cancelled", "expired"), "accepted"),  # printed; by post no answer comes
    "prove": Arrow(
        ("queued", "claimed", "on_wire", "retry", "unknown", "review", "failed", "cancelled", "expired"), "accepted"
    ),
}

NOT_HELD: Final[Mapping[str, None]] = {"held_reason": None, "held_detail": None, "held_basis": None, "held_at": None}
