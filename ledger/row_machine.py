"""What may happen to a message row: every legal move in one table, and the rows that it is said of.

    queued ─claim→ claimed ─to_wire→ on_wire ─→ accepted | failed | unknown
      ↑               ├─ give_back → queued · retry → retry ─claim→ claimed        (from on_wire too: not taken)
      └─ requeue ── cancelled ←─ cancel ── queued | claimed | retry                (never from the wire)
An unknown one is settled by the late answer of its own attempt, and by nothing else here.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

State = Literal["queued", "claimed", "on_wire", "accepted", "retry", "unknown", "failed", "cancelled"]
Move = Literal[
    "claim", "to_wire", "accepted", "failed", "unknown", "retry", "give_back", "cancel", "requeue", "refresh"
]


class Arrow(NamedTuple):
    """From which states a move is legal, and where it leads; None: the state stays."""

    sources: tuple[State, ...]
    target: State | None


MOVES: Final[Mapping[Move, Arrow]] = {
    "claim": Arrow(("queued", "retry", "claimed"), "claimed"),  # claimed: only when its lease is over
    "to_wire": Arrow(("claimed",), "on_wire"),  # only under a live lease
    "accepted": Arrow(("on_wire", "unknown"), "accepted"),
    "failed": Arrow(("on_wire", "unknown"), "failed"),
    "unknown": Arrow(("on_wire",), "unknown"),
    "retry": Arrow(("claimed", "on_wire"), "retry"),
    "give_back": Arrow(("claimed", "on_wire"), "queued"),
    "cancel": Arrow(("queued", "claimed", "retry"), "cancelled"),
    "requeue": Arrow(("cancelled",), "queued"),
    "refresh": Arrow(("queued", "claimed", "retry"), None),
}

NOT_HELD: Final[Mapping[str, None]] = {"held_reason": None, "held_detail": None, "held_basis": None, "held_at": None}
