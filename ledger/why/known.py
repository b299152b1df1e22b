"""Everything that the answer about one notification and one reader may rest on, as values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.channels import ChannelRow
from ledger.journeys import JourneyRow
from ledger.message_rows import AttemptRow, MessageRow
from ledger.opt_outs import OptOutRow
from ledger.people import PersonRow
from ledger.reports import Report
from ledger.suppressions import SuppressionRow
from plan.agenda import Occurrence
from plan.calendar import zone_info
from plan.model import Rule

AHEAD = timedelta(hours=1)  # a journey whose clock is that far ahead of the wall's was fast-forwarded


@dataclass(frozen=True, slots=True)
class Passage:
    """A journey as it stands at `clock`, its own instant."""

    row: JourneyRow
    clock: datetime
    stage: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """`now` is wall clock. `heard_of`: when the last message left of which this one's channel reported anything.

    Suppressions are those of the reader's address and of the one that the message went to, lifted ones too.
    """

    now: datetime
    zone: str
    program: str
    notification: str
    sender_domain: str = ""
    person_id: str | None = None
    person: PersonRow | None = None
    rule: Rule | None = None
    passage: Passage | None = None
    occurrence: Occurrence | None = None
    row: MessageRow | None = None
    attempts: tuple[AttemptRow, ...] = ()
    reports: tuple[Report, ...] = ()
    perhaps: tuple[Report, ...] = ()  # reports about the address that name no message
    suppressions: tuple[SuppressionRow, ...] = ()
    opt_outs: tuple[OptOutRow, ...] = ()
    channel: ChannelRow | None = None
    heard_of: datetime | None = None
    copy: MessageRow | None = None  # the last one that staff sent of this message
    roles: tuple[str, ...] = field(default=("applicant",))  # that the reader has in this journey

    def wall(self, instant: datetime | None) -> str:
        """An instant of delivery, to the second, for whoever reads a mail server's log."""
        return "" if instant is None else f"{instant.astimezone(zone_info(self.zone)):%Y-%m-%d %H:%M:%S %Z}"

    def planned(self, instant: datetime | None) -> str:
        """An instant of the journey, to the minute; said to be so where its clock is not ours."""
        if instant is None:
            return "an instant that is not known"
        words = f"{instant.astimezone(zone_info(self.zone)):%Y-%m-%d %H:%M %Z}"
        return f"{words} on the journey's clock" if self.ahead else words

    @property
    def ahead(self) -> bool:
        """Whether the journey was fast-forwarded."""
        return self.passage is not None and self.passage.clock - self.now > AHEAD

    @property
    def reader(self) -> str:
        """The id by which commands change what the reader gets: of somebody merged, that of whom they really are."""
        return self.person.id if self.person else self.person_id or "PERSON"

    @property
    def to(self) -> str:
        """The role written to, as keys spell it."""
        return self.row.to if self.row else self.occurrence.to if self.occurrence else "applicant"

    @property
    def role(self) -> str:
        return self.to.partition(".")[0]
