"""A span of calendar time as a plan writes it: "90 days", "1 year 6 months", "P3M", "PT4H"."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

LONGEST_YEARS: Final = 100  # keeps every date that a plan can name far inside datetime's range

_WORDS: Final = re.compile(r"([0-9]{1,9}) ?(year|month|week|day|hour|minute|second)s?(?= |$)")
_ISO: Final = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
_UNITS: Final = ("year", "month", "week", "day", "hour", "minute", "second")


class Period(BaseModel):
    """Months, then days, then seconds, added in this order. Never negative; a day is a date, not 24 hours."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    months: int = Field(default=0, ge=0, le=12 * LONGEST_YEARS)
    days: int = Field(default=0, ge=0, le=366 * LONGEST_YEARS)
    seconds: int = Field(default=0, ge=0, le=366 * LONGEST_YEARS * 86_400)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The span that `text` spells, in words or ISO 8601. Raises ValueError with one sentence."""
        count = _in_words(text) or _in_iso(text)
        if count is None:
            raise ValueError(f"{text[:40]!r} is not a length of time: write one such as `90 days`, `1 year` or `PT4H`")
        months = 12 * count.get("year", 0) + count.get("month", 0)
        days = 7 * count.get("week", 0) + count.get("day", 0)
        seconds = 3600 * count.get("hour", 0) + 60 * count.get("minute", 0) + count.get("second", 0)
        if max(months / 12, days / 366, seconds / (366 * 86_400)) > LONGEST_YEARS:
            raise ValueError(f"{text[:40]!r} is too long: the longest length of time is {LONGEST_YEARS} years")
        return cls(months=months, days=days, seconds=seconds)

    def __str__(self) -> str:
        """The one canonical spelling, as in message keys: P3M, P7D, PT4H; years are months, weeks are days."""
        return _spelt(self.months, self.days, self.seconds)

    def times(self, count: int) -> Self:
        """The span `count` times: months with months, days with days."""
        return self.model_copy(
            update={"months": self.months * count, "days": self.days * count, "seconds": self.seconds * count}
        )

    def and_then(self, other: Self) -> Self:
        """Both spans as one: months with months, days with days."""
        both = {name: getattr(self, name) + getattr(other, name) for name in ("months", "days", "seconds")}
        return self.model_copy(update=both)

    @property
    def dated(self) -> bool:
        """Whether it names a local date (days, weeks, months, years) and no time of day (plan.md 23)."""
        return self.seconds == 0

    def elapsed(self) -> timedelta:
        """The exact length with days of 24 hours: only for spans that no date depends on. ValueError with months."""
        if self.months:
            raise ValueError(f"{self} has no exact length: write it in days, hours or minutes")
        return timedelta(days=self.days, seconds=self.seconds)


@lru_cache(1024)
def multiples(period: Period, most: int) -> tuple[Period, ...]:
    """The span once, twice and so on up to `most` times."""
    return tuple(period.times(count) for count in range(1, most + 1))


@lru_cache(1024)
def _spelt(months: int, days: int, seconds: int) -> str:
    dated = (f"{months}M" if months else "") + (f"{days}D" if days else "")
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    timed = "".join(f"{n}{unit}" for n, unit in parts if n)
    return f"P{dated}{'T' if timed else ''}{timed}" if dated or timed else "P0D"


def _in_words(text: str) -> dict[str, int] | None:
    matches = list(_WORDS.finditer(text))
    if not matches or " ".join(m.group(0) for m in matches) != text.strip():
        return None
    count = {m.group(2): int(m.group(1)) for m in matches}
    return count if len(count) == len(matches) else None


def _in_iso(text: str) -> dict[str, int] | None:
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return None
    return {unit: int(n) for unit, n in zip(_UNITS, match.groups(), strict=True) if n is not None}
