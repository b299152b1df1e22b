"""Messages of the ledger that the plan and the facts no longer call for: they stay listed, with what became of them."""

from plan.agenda import Occurrence
from plan.calendar import local_date
from plan.facts import Sent
from plan.judgement import CANCELLED, SETTLED
from plan.keys import Key, parse
from plan.life import Life
from plan.model import Plan
from plan.outcomes import Skipped


def leftover(row: Sent, plan: Plan, life: Life) -> Occurrence:
    """One row as an occurrence: sent stays sent; what had not left is skipped, and why."""
    key = parse(row.key)
    rule = plan.rules.get(key.rule) if key else None
    outcome = SETTLED.get(row.state, "skipped")
    by_staff = row.state == "cancelled"
    reason = row.reason if outcome in {"unknown", "failed"} else None
    return Occurrence(
        key=row.key,
        notification=key.rule if key else row.key.partition("#")[0],
        purpose=rule.purpose if rule else "announcement",
        to=_to(key),
        person_id=key.person if key else None,
        outcome=outcome,
        reason=CANCELLED if by_staff else _why(row, key, plan, life) if outcome == "skipped" else reason,
        detail="the plan and the facts no longer call for it" if outcome == "skipped" and not by_staff else None,
        at=row.at,
        leave_at=row.at,
        item=key.item if key else None,
    )


def _to(key: Key | None) -> str:
    if key is None:
        return "applicant"
    return key.role if key.person is None else f"{key.role}.{key.person}"


def _why(row: Sent, key: Key | None, plan: Plan, life: Life) -> Skipped:
    rule = plan.rules.get(key.rule) if key else None
    if key is None or rule is None or (row.plan_version is not None and row.plan_version != plan.version):
        return "replaced_by_plan_version"
    if key.moment.startswith("~"):
        return "answered"
    runs = [run for run in life.runs if run.name in {rule.before, rule.after} and run.item == key.item]
    dates = {local_date(run.date.at, plan.timezone).isoformat() for run in runs if run.date.at is not None}
    if dates and key.moment.removeprefix("@") not in dates:
        return "superseded_by_new_deadline"
    return "retracted"
