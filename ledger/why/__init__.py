"""Answers to "why didn't I get it?", for every message there is and for every one there is not."""

from ledger.why.answer import Answer, Evidence
from ledger.why.explain import explain, in_order
from ledger.why.known import Known, Passage
from ledger.why.reading import Asked, why, why_message

__all__ = ["Answer", "Asked", "Evidence", "Known", "Passage", "explain", "in_order", "why", "why_message"]
