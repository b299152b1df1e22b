"""How dates, instants, money and other values read in an English message, the same on every machine."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from pydantic import JsonValue

from plan.calendar import zone_info
from plan.model import FieldSpec
from plan.period import Period

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# The zone database abbreviates; with its offset (in minutes) an abbreviation stands for one name of Unicode's CLDR.
# CST at +8 hours is left out: China and Taiwan name it differently.
ZONE_NAMES: Final = {
    ("ACDT", 630): "Australian Central Daylight Time",
    ("ACST", 570): "Australian Central Standard Time",
    ("ADT", -180): "Atlantic Daylight Time",
    ("AEDT", 660): "Australian Eastern Daylight Time",
    ("AEST", 600): "Australian Eastern Standard Time",
    ("AKDT", -480): "Alaska Daylight Time",
    ("AKST", -540): "Alaska Standard Time",
    ("AST", -240): "Atlantic Standard Time",
    ("AWST", 480): "Australian Western Standard Time",
    ("BST", 60): "British Summer Time",
    ("CAT", 120): "Central Africa Time",
    ("CDT", -240): "Cuba Daylight Time",
    ("CDT", -300): "Central Daylight Time",
    ("CEST", 120): "Central European Summer Time",
    ("CET", 60): "Central European Standard Time",
    ("CST", -300): "Cuba Standard Time",
    ("CST", -360): "Central Standard Time",
    ("ChST", 600): "Chamorro Standard Time",
    ("EAT", 180): "East Africa Time",
    ("EDT", -240): "Eastern Daylight Time",
    ("EEST", 180): "Eastern European Summer Time",
    ("EET", 120): "Eastern European Standard Time",
    ("EST", -300): "Eastern Standard Time",
    ("GMT", 0): "Greenwich Mean Time",
    ("HDT", -540): "Hawaii-Aleutian Daylight Time",
    ("HKT", 480): "Hong Kong Standard Time",
    ("HST", -600): "Hawaii-Aleutian Standard Time",
    ("IDT", 180): "Israel Daylight Time",
    ("IST", 60): "Irish Standard Time",
    ("IST", 120): "Israel Standard Time",
    ("IST", 330): "India Standard Time",
    ("JST", 540): "Japan Standard Time",
    ("KST", 540): "Korean Standard Time",
    ("MDT", -360): "Mountain Daylight Time",
    ("MSK", 180): "Moscow Standard Time",
    ("MST", -420): "Mountain Standard Time",
    ("NDT", -150): "Newfoundland Daylight Time",
    ("NST", -210): "Newfoundland Standard Time",
    ("NZDT", 780): "New Zealand Daylight Time",
    ("NZST", 720): "New Zealand Standard Time",
    ("PDT", -420): "Pacific Daylight Time",
    ("PKT", 300): "Pakistan Standard Time",
    ("PST", -480): "Pacific Standard Time",
    ("PST", 480): "Philippine Standard Time",
    ("SAST", 120): "South Africa Standard Time",
    ("SST", -660): "Samoa Standard Time",
    ("UTC", 0): "Coordinated Universal Time",
    ("WAT", 60): "West Africa Standard Time",
    ("WEST", 60): "Western European Summer Time",
    ("WET", 0): "Western European Standard Time",
    ("WIB", 420): "Western Indonesia Time",
    ("WIT", 540): "Eastern Indonesia Time",
    ("WITA", 480): "Central Indonesia Time",
}


def date_words(day: date) -> str:
    """31 December 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def instant_words(instant: datetime, zone: str) -> str:
    """Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time. Seconds are left out, never rounded up."""
    wall = instant.astimezone(zone_info(zone))
    clock = f"{wall.hour % 12 or 12}:{wall.minute:02} {'am' if wall.hour < 12 else 'pm'}"
    return f"{DAYS[wall.weekday()]}, {date_words(wall)} at {clock} {zone_words(instant, zone)}"


def zone_words(instant: datetime, zone: str) -> str:
    """The name of the zone's time at `instant`; where English has none in our table, the place and its offset."""
    wall = instant.astimezone(zone_info(zone))
    offset = wall.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    name = ZONE_NAMES.get((wall.tzname() or "", minutes))
    if name is not None:
        return name
    hours, rest = divmod(abs(minutes), 60)
    ahead = f"UTC{'−' if minutes < 0 else '+'}{hours:02}:{rest:02}"
    return ahead if zone.startswith("Etc/") else f"{zone.rsplit('/', maxsplit=1)[-1].replace('_', ' ')} time ({ahead})"


def days_words(days: int) -> str:
    """30 days, 1 day; none left or gone yet is less than a day."""
    return "less than a day" if days == 0 else "1 day" if days == 1 else f"{days:,} days"


def length_words(length: Period) -> str:
    """A length of time in the words of a plan: 1 year 6 months."""
    years, months = divmod(length.months, 12)
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(years, "year"), (months, "month"), (length.days, "day")]
    parts += [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n) or "0 days"


def joined(words: Sequence[str]) -> str:
    """One, two and three."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def name_words(name: str) -> str:
    """A name of the plan as text: in_review reads in review."""
    return name.replace("_", " ").replace("-", " ")


def value_words(spec: FieldSpec, value: JsonValue) -> str:
    """A value of a declared field as a person would write it; empty for none, and for a text that is only an id."""
    match spec.type:
        case "choice" if isinstance(value, str):
            return name_words(value)
        case "number" if not isinstance(value, bool | None):
            return number_words(str(value))
        case "money" if isinstance(value, str):
            amount, _, currency = value.partition(" ")
            whole, dot, rest = amount.partition(".")
            return f"{number_words(whole)}{dot}{rest} {currency}".strip()
        case "date" if isinstance(value, str):
            try:
                return date_words(date.fromisoformat(value))
            except ValueError:
                return ""
        case "boolean" if value is not None:
            return "yes" if value in (True, "true") else "no"
        case "id" | "person" | "text" if isinstance(value, str):
            return value
    return ""


def number_words(digits: str) -> str:
    """1250.50 reads 1,250.5; empty for what is no number."""
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return ""
    if not number.is_finite():
        return ""
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number.normalize():,f}"
