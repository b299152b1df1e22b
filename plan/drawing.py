"""Audits by lot: fair, reproducible, once a cycle (plan.md 36)."""

from hashlib import sha256
from typing import Final

from plan.facts import Fact
from plan.model import AuditDraw

SELECTED: Final = "audit_selected"


def drawn(draw: AuditDraw, journey_id: str) -> bool:
    """Whether the lot falls on this journey: for one seed always the same, and for `share` of all journeys."""
    place = int.from_bytes(sha256(f"{draw.seed}/{journey_id}".encode()).digest()[:8], "big")
    return place < draw.share * 2**64


def selection(draw: AuditDraw, cause: Fact) -> Fact:
    """The selection that follows from the event: it has the event's id, for nobody reported it."""
    return cause.model_copy(update={"type": SELECTED, "item": draw.item, "by": None, "data": {}})
