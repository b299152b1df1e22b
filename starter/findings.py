"""What a round of reconcile looks for, and what it says that it found."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from workflows.wire import UpkeepReport

EXAMPLES: Final = 5
RULES: Final = {
    "untold": "changes that journeys were not told of; told now",
    "uncounted": "posts of a provider's reports that were kept and did not count; they count now",
    "unmatched": "reports of a provider whose message was not known when they came; found now",
    "unstarted": "journeys enrolled and never confirmed by the engine; started now",
    "missing": "journeys open in the ledger that do not run in the engine: terminated, failed or deleted",
    "stranger": "journeys that run in the engine and are unknown to the ledger",
    "lingering": "journeys ended in the ledger that still run; they look again",
    "undecided": "messages that may have left, whose sender is gone; waited for, or settled as the plan wants",
    "ownerless": "messages under way that nobody is sending; given to somebody who does",
}
ON_REQUEST: Final = ("missing", "stranger", "ownerless")  # of the last what an ended journey left


class Finding(BaseModel):
    """One rule's count; `examples` are ids of journeys or messages."""

    model_config = ConfigDict(frozen=True)

    rule: str
    says: str
    found: int
    mended: int
    examples: tuple[str, ...] = ()


class Reconciled(BaseModel):
    """One round. In health every `found` is 0."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]

    @property
    def report(self) -> UpkeepReport:
        """The counts alone, as histories keep them."""
        return UpkeepReport(
            found={finding.rule: finding.found for finding in self.findings},
            done={finding.rule: finding.mended for finding in self.findings},
        )


def reconciled(found: Mapping[str, Sequence[str]], mended: Mapping[str, int]) -> Reconciled:
    """By rule the ids of what was found, and how many of them were mended."""
    return Reconciled(
        findings=tuple(
            Finding(
                rule=rule,
                says=says,
                found=len(found[rule]),
                mended=mended[rule],
                examples=tuple(sorted(found[rule])[:EXAMPLES]),
            )
            for rule, says in RULES.items()
        )
    )
