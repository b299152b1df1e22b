"""What the dates of a journey are counted with: the program's zone and office calendar, the applicant's own dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from plan.business_days import add_business_days, nearest_open
from plan.model import BusinessCalendar, Deadline
from plan.rolls import roll

STEPS: Final = {"next": timedelta(days=1), "previous": timedelta(days=-1)}


@dataclass(frozen=True, slots=True)
class Almanac:
    """`known` holds dates by name, such as the person's birth_date; `until` ends what would come again for ever."""

    zone: str
    calendar: BusinessCalendar = field(default_factory=BusinessCalendar)
    known: Mapping[str, JsonValue] = field(default_factory=dict)
    until: datetime | None = None

    def effective(self, deadline: Deadline, day: date) -> date:
        """From the date that `plus` leads to: business days, then `then:`, then `if_closed:` (plan.md 11).

        Raises ValueError with one sentence when there is no such date.
        """
        if deadline.business_days:
            day = add_business_days(day, deadline.business_days, self.calendar)
        if deadline.then is not None:
            day = roll(day, deadline.then, self.known)
        return self.off_closed(deadline, day)

    def off_closed(self, deadline: Deadline, day: date) -> date:
        """`if_closed:` alone, for dates that are given and not computed."""
        step = STEPS.get(deadline.if_closed)
        return day if step is None else nearest_open(day, self.calendar, step)
