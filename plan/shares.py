"""Shares of a clock's length: a reviewer is asked at 50 % of the time, a desk told at 95 % (plan.md 23)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from plan.calendar import local_date
from plan.clocks import Dated, Run


@dataclass(frozen=True, slots=True)
class Share:
    """As keys spell it: 95%. More than nothing and less than all of the time."""

    percent: int

    def __str__(self) -> str:
        return f"{self.percent}%"


def gone_by(share: Share, run: Run, dated: Dated, zone: str) -> tuple[date | None, datetime | None]:
    """The local date by which that much of the time has gone, in whole days; the instant of a clock in hours or less.

    Both are None for a clock without a date.
    """
    if dated.at is None:
        return None, None
    if not run.deadline.plus.dated:
        length = int((dated.at - run.started_at).total_seconds())
        return None, run.started_at + timedelta(seconds=length * share.percent // 100)
    begun_on = local_date(run.started_at, zone)
    days = (local_date(dated.at, zone) - begun_on).days
    return begun_on + timedelta(days=-(-days * share.percent // 100)), None
