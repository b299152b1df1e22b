"""What staff are told when somebody asks "why didn't I get it?": a headline, what it rests on, and what to do next."""

from datetime import datetime
from typing import Final, Literal, get_args

from pydantic import AwareDatetime

from plan.model import Frozen

# How well the evidence carries the headline. unsettled: not known yet, and being found out; unknowable: nobody here
# can ever say.
Certainty = Literal["certain", "likely", "unsettled", "unknowable"]
# act: staff can or must do something · wait: it is under way · not_sent: it will not come, rightly so · sent · to_come
Standing = Literal["act", "wait", "not_sent", "sent", "to_come"]
Clock = Literal["wall", "journey"]
Case = Literal[
    "viewed",
    "clicked",
    "opened",
    "delivered",
    "complained",
    "deferred",
    "no_report",
    "no_reports_here",
    "old_address",
    "bounced",
    "blocked",
    "dropped",
    "undelivered",
    "by_post",
    "noted",
    "failed",
    "on_wire",
    "unknown",
    "review",
    "waiting",
    "held",
    "cancelled",
    "due",
    "scheduled",
    "skipped",
    "not_triggered",
    "rule_off",
    "not_live",
    "in_test",
    "not_in_process",
    "not_addressed",
    "not_enrolled",
    "not_known",
    "no_such_notification",
]

CERTAINTIES: Final[tuple[str, ...]] = get_args(Certainty)
STANDINGS: Final[tuple[str, ...]] = get_args(Standing)
CASES: Final[tuple[str, ...]] = get_args(Case)


class Evidence(Frozen):
    """One thing that is on record. `at` is on the clock named: the two are never compared. None: it has no date."""

    at: AwareDatetime | None = None
    clock: Clock = "wall"
    sentence: str


class Answer(Frozen):
    """Why one notification reached its reader or not. Sentences hold addresses and ids, never names."""

    notification: str
    program: str
    zone: str  # the program's, in which sentences give instants
    journey: str | None = None
    message: str | None = None  # its id; None: none was made
    key: str | None = None
    to: str | None = None
    person: str | None = None
    case: Case
    reason: str | None = None  # of plan.outcomes for what was not sent, the class of what failed
    because: str | None = None
    standing: Standing
    headline: str
    certainty: Certainty
    evidence: tuple[Evidence, ...] = ()
    next_step: str | None = None  # None: nothing is to be done

    @property
    def last_at(self) -> datetime | None:
        """The last instant on record, on whichever clock."""
        return max((told.at for told in self.evidence if told.at is not None), default=None)
