"""The plan of journeys drawn at random: the application with everything, in two versions."""

from datetime import date, timedelta
from typing import Final

from plan.model import Deadline, Plan, Rule, SendWindow
from plan.period import Period
from tests.plan.programs import EVENTS, GRACE, LAST_SECOND, RESPONSE, RULES, WINDOW, periods, process, program

LATE_DAYS: Final = periods("45 days", "44 days")
MORE_RULES: Final = (
    Rule(name="due_moved", purpose="announcement", to=("applicant",), moved="due"),
    Rule(name="news", purpose="announcement", to=("applicant",), before="due", offsets=LATE_DAYS, optional=True),
    Rule(name="overdue", purpose="announcement", to=("applicant",), on="due"),
    Rule(name="last_call", purpose="reminder", to=("applicant",), before="due", offsets=periods("6 hours", "2 hours")),
    Rule(name="switched_off", purpose="announcement", to=("applicant",), on="created", state="off", why="not wanted"),
    Rule(name="draft", purpose="announcement", to=("applicant",), on="created", state="draft"),
    Rule(name="only_past", purpose="announcement", to=("applicant",), on="created", if_="stage == 'past_due'"),
    Rule(name="broken", purpose="announcement", to=("applicant",), on="submitted", if_="timestamp(stage) < now"),
    Rule(name="true_already", purpose="announcement", to=("applicant",), becomes="true"),
    Rule(name="answers", purpose="announcement", to=("applicant",), on="applicant_answered", digest=timedelta(hours=9)),
    Rule(name="boss_told", purpose="announcement", to=("supervisor",), on="submitted"),
    Rule(name="hour_after", purpose="reminder", to=("applicant",), after="due", offsets=periods("1 hour"), urgent=True),
)
ALL_RULES: Final = (
    *(r for r in RULES if r.name not in {"new_application", "finding"}),
    *MORE_RULES,
)


def drawn_plan(window: SendWindow = WINDOW, *, told: bool = False, moved: bool = True, version: str = "v1") -> Plan:
    """The application with everything; `due` fixed or told, with a rule on its move or without."""
    due = Deadline(name="due", told="expires_on", at=LAST_SECOND) if told else fixed_due()
    rules = [r for r in ALL_RULES if (moved or r.name != "due_moved") and (version == "v1" or r.name != "past_due")]
    if version != "v1":
        rules = [r.model_copy(update={"state": "live"}) if r.state == "draft" else r for r in rules]
    return program(
        rules, of=process(deadlines=(due, GRACE, RESPONSE, STAND_STILL)), window=window, version=version, events=EVENTS
    )


def fixed_due() -> Deadline:
    return Deadline(name="due", fixed=date(2026, 12, 1), at=LAST_SECOND)


STAND_STILL: Final = Deadline(
    name="leave", after=("leave_begun",), plus=Period(days=20), until=("leave_over",), pauses=("due",)
)
