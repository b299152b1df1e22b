"""A preview drawn as one picture: stages as bands, deadlines as lines, messages as marks on a calendar (SVG text).

Nothing is said by colour alone: what goes is a filled mark, what does not a hollow one with its reason. Labels stand in
lanes, so that they never cover one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from typing import Final

from plan.agenda import Occurrence
from plan.calendar import local_date
from plan.life import Life
from plan.model import Plan
from plan.words import MONTHS, date_words, name_words

WIDTH: Final = 1400
LEFT: Final = 40
RIGHT: Final = 40
TOP: Final = 150  # title, subtitle, legend
BAND: Final = 34
LANE: Final = 24
CHARACTER: Final = 7.2  # pixels of 12 px text, rather too many than too few
LONGEST: Final = 3660  # days that one picture shows
SHADES: Final = ("#dbe7f5", "#e8e3f2", "#e2f0e4", "#f6ead9", "#f3e0e0")
INK: Final = 'fill="#1b2733"'
HALO: Final = 'stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'  # over lines
GOES: Final = frozenset({"scheduled", "ready", "sent"})


@dataclass(frozen=True, slots=True)
class Scale:
    """Days to pixels."""

    first: date
    last: date

    def x(self, day: date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


@dataclass(slots=True)
class Mark:
    """One message on its day."""

    x: float
    label: str
    goes: bool
    hint: str
    lane: int = 0
    flipped: bool = False  # its label stands to the left, for there is no room to the right

    @property
    def span(self) -> tuple[float, float]:
        """From where to where mark and label reach."""
        length = 14 + CHARACTER * len(self.label)
        return (self.x - length, self.x + 8) if self.flipped else (self.x - 8, self.x + length)


def timeline(plan: Plan, life: Life, occurrences: Sequence[Occurrence], start: datetime) -> str:
    """The picture of one invented applicant; `occurrences` as `preview` gives them."""
    dated = [o for o in occurrences if o.at is not None]
    days = [local_date(o.at, plan.timezone) for o in dated if o.at is not None]
    first = local_date(start, plan.timezone)
    clocks = [(run.name, run.item, local_date(run.date.at, plan.timezone)) for run in life.runs if run.date.at]
    ahead = [*days, *(day for *_, day in clocks)]
    last = min(max([first + timedelta(days=14), *ahead]), first + timedelta(days=LONGEST)) + timedelta(days=3)
    scale = Scale(min([first, *days]) - timedelta(days=2), last)
    marks = [_mark(plan, scale, o) for o in dated]
    lanes = _lanes(marks)
    body = TOP + BAND + 40
    height = body + lanes * LANE + 60
    going = sum(mark.goes for mark in marks)
    parts = [
        _head(plan, life, height, going, len(marks)),
        *_legend(),
        _path(plan, life, last),
        *_months(scale, height),
        *_stages(plan, scale, life, last),
        *_deadlines(scale, clocks, height),
        *(_drawn(mark, body) for mark in marks),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _head(plan: Plan, life: Life, height: int, going: int, count: int) -> str:
    title = f"{plan.title}: {name_words(life.process.name)}"
    said = f"What one applicant would receive: {going} messages go, {count - going} do not."
    days = f"Days are those of {plan.timezone}."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-labelledby="title desc" font-family="system-ui, Helvetica, Arial, sans-serif" '
        'font-size="12">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(said)}</desc>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="{LEFT}" y="42" font-size="24" font-weight="600" fill="#1b2733">{escape(title)}</text>\n'
        f'<text x="{LEFT}" y="66" font-size="14" fill="#47566a">{escape(said)} {escape(days)}</text>'
    )


def _legend() -> Iterable[str]:
    for x, goes, words in ((LEFT + 6, True, "goes out"), (LEFT + 106, False, "does not, with the reason")):
        yield _dot(x, 92, goes=goes)
        yield f'<text x="{x + 12}" y="96" fill="#1b2733">{words}</text>'
    yield f'<path d="M{LEFT + 300} 82v20" stroke="#a3322a" stroke-width="2" stroke-dasharray="5 3"/>'
    yield f'<text x="{LEFT + 310}" y="96" fill="#1b2733">deadline</text>'


def _path(plan: Plan, life: Life, last: date) -> str:
    """The stages in words, for those whose band is too narrow for a name."""
    days = [(local_date(visit.at, plan.timezone), visit) for visit in life.track.visits]
    steps = [f"{name_words(v.stage)} {day.day} {MONTHS[day.month - 1][:3]}" for day, v in days if day <= last]
    shown = " → ".join(steps if len(steps) <= 7 else [*steps[:3], "…", *steps[-3:]])
    return f'<text x="{LEFT + 400}" y="96" {INK}>stages: {escape(shown)}</text>'


def _months(scale: Scale, height: int) -> Iterable[str]:
    """Lines at the first of months, fewer of them the longer the time."""
    total = (scale.last - scale.first).days
    every = next(n for n in (1, 2, 3, 6, 12, 24) if total / 30 / n <= 26 or n == 24)
    for number in range(12 * scale.first.year, 12 * scale.last.year + 12):
        year, month = divmod(number, 12)
        day = date(year, month + 1, 1)
        if not scale.first <= day <= scale.last or (month % every and every < 12) or (every >= 12 and month):
            continue
        x = scale.x(day)
        words = MONTHS[month][:3] if every < 12 else ""
        words += f" {year}" if month == 0 or total < 200 else ""
        yield f'<path d="M{x} {TOP - 12}V{height - 20}" stroke="#e3e8ee"/>'
        yield f'<text x="{x + 3}" y="{TOP - 16}" fill="#5b6b7f">{words}</text>'


def _stages(plan: Plan, scale: Scale, life: Life, last: date) -> Iterable[str]:
    """A band for each stage, with its name where it fits and always as its title."""
    visits = life.track.visits
    shown = list(dict.fromkeys(visit.stage for visit in visits))
    for visit, following in zip(visits, [*visits[1:], None], strict=True):
        day = local_date(visit.at, plan.timezone)
        if day > last or (following is not None and following.at == visit.at):
            continue
        x = scale.x(day)
        end = scale.x(min(last, local_date(following.at, plan.timezone))) if following is not None else scale.x(last)
        name = name_words(visit.stage)
        shade = SHADES[shown.index(visit.stage) % len(SHADES)]
        yield f"<g><title>{escape(name)} from {date_words(day)}</title>"
        width = max(2.0, round(end - x, 1))
        yield f'<rect x="{x}" y="{TOP}" width="{width}" height="{BAND}" fill="{shade}" stroke="#b9c4d2"/>'
        if width > CHARACTER * len(name) + 12:
            yield f'<text x="{x + 8}" y="{TOP + 21}" font-size="13" font-weight="600" {INK}>{escape(name)}</text>'
        yield "</g>"


def _deadlines(scale: Scale, clocks: Iterable[tuple[str, str | None, date]], height: int) -> Iterable[str]:
    """A line for each deadline, named below, lane by lane."""
    free = [float("-inf")] * 3
    for name, item, day in sorted(clocks, key=lambda clock: clock[2]):
        if not scale.first <= day <= scale.last:
            continue
        x = scale.x(day)
        words = f"{name_words(name)}{f' of {item}' if item else ''} {day:%d %b %Y}"
        length = CHARACTER * len(words)
        at = min(x, WIDTH - length - 4)
        lane = next((n for n, end in enumerate(free) if end < at), 0)
        free[lane] = at + length
        foot = height - 52 + 14 * lane
        yield f'<path d="M{x} {TOP}V{foot}" stroke="#a3322a" stroke-width="1.5" stroke-dasharray="5 3"/>'
        yield f'<text x="{at}" y="{height - 40 + 14 * lane}" fill="#a3322a">{escape(words)}</text>'


def _mark(plan: Plan, scale: Scale, occurrence: Occurrence) -> Mark:
    day = local_date(occurrence.at, plan.timezone) if occurrence.at is not None else scale.first
    goes = occurrence.outcome in GOES
    reason = name_words(occurrence.reason or occurrence.outcome)
    to = "" if occurrence.to == "applicant" else f" → {occurrence.to.partition('.')[0]}"
    label = f"{day.day} {MONTHS[day.month - 1][:3]} · {name_words(occurrence.notification)}{to}"
    label += "" if goes else f" ({reason})"
    hint = f"{occurrence.notification} to {occurrence.to}, {date_words(day)}: {'goes out' if goes else reason}"
    mark = Mark(scale.x(min(day, scale.last)), label, goes, hint)
    mark.flipped = mark.span[1] > WIDTH - 4
    return mark


def _lanes(marks: Sequence[Mark]) -> int:
    """Give each mark the first lane in which its label covers nothing; how many lanes there are."""
    lanes: list[list[tuple[float, float]]] = []
    for mark in sorted(marks, key=lambda one: one.x):
        begins, ends = mark.span
        mark.lane = next(
            (n for n, taken in enumerate(lanes) if all(ends < b or begins > e for b, e in taken)), len(lanes)
        )
        if mark.lane == len(lanes):
            lanes.append([])
        lanes[mark.lane].append((begins, ends))
    return len(lanes)


def _drawn(mark: Mark, body: int) -> str:
    y = body + mark.lane * LANE
    x, anchor = (mark.x - 11, "end") if mark.flipped else (mark.x + 11, "start")
    fill = "#1b2733" if mark.goes else "#5b6b7f"
    return (
        f"<g><title>{escape(mark.hint)}</title>{_dot(mark.x, y, goes=mark.goes)}"
        f'<text x="{x}" y="{y + 4}" text-anchor="{anchor}" fill="{fill}" {HALO}>{escape(mark.label)}</text></g>'
    )


def _dot(x: float, y: float, *, goes: bool) -> str:
    fill, stroke = ("#1f5fa8", "#1f5fa8") if goes else ("#ffffff", "#8492a4")
    return f'<circle cx="{x}" cy="{y}" r="5" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'
