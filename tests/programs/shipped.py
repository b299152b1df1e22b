"""The shipped program, walked through with invented applicants: what leaves when, and every e-mail as it leaves.

All begin on 1 September 2027, and everything happens at noon in New York.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from mail.render import Rendered, render
from mail.template import Template, parse
from plan.agenda import Occurrence
from plan.decide import decide
from plan.load import load
from plan.merge import fields
from plan.model import Plan
from tests.mail.sample import LETTERHEAD
from tests.plan.walk import Walk, at, begin, local
from tests.programs.published import Told

CWE: Final = Path(__file__).parents[2] / "programs/cwe"
EXPIRES: Final = Told("told", "2027-09-01", None, {"expires_on": "2027-12-31"})
ENOUGH: Final[dict[str, JsonValue]] = {"credits": {"earned": 40, "required": 40}}


def shipped() -> Plan:
    plan = load((CWE / "plan.yaml").read_text(encoding="utf-8"), "plan.yaml")
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


PLAN: Final = shipped()


def walked(process: str, *told: Told, until: str = "2029-06-01") -> Walk:
    """A journey that began on 1 September 2027, lived to its end."""
    walk = begin(PLAN, "2027-09-01 12:00", process=process)
    for one in told:
        walk.tell(one.type, at(f"{one.on} 12:00"), item=one.item, said=one.data)
    walk.run(at(until))
    return walk


def said(walk: Walk, now: datetime, occurrence: Occurrence) -> Rendered:
    """The message as it left."""
    facts = [fact for fact in walk.known if fact.heard_at <= now]
    agenda = decide(PLAN, walk.journey, facts, walk.people, [], now)
    person = walk.people.people["p1"]
    values = fields(PLAN, walk.journey, facts, agenda, occurrence, person, now, {}, "Rosa Aldana")
    file = f"{PLAN.template_of(occurrence.notification)}.en.html"
    template = parse((CWE / "templates" / file).read_text(encoding="utf-8"), file)
    assert isinstance(template, Template), str(template)
    found = render(template, values, LETTERHEAD)
    assert isinstance(found, Rendered), (file, found)
    return found


def text_of(walk: Walk, notification: str, on: str) -> str:
    """Subject and words of the one message of a notification that left on a day."""
    [found] = [
        said(walk, now, occurrence)
        for now, occurrence in walk.log
        if occurrence.notification == notification and local(now).startswith(on)
    ]
    return f"{found.subject}\n{' '.join(found.text.split())}"


def gone(walk: Walk, since: str) -> list[str]:
    """`day notification`, and to whom if not the applicant, of all that left from a day on; every one can be read."""
    for now, occurrence in walk.log:
        said(walk, now, occurrence)
    lines = [f"{local(now)[:10]} {o.notification}{'' if o.to == 'applicant' else f' to {o.to}'}" for now, o in walk.log]
    return [line for line in lines if line >= since]


SUBMITTED: Final = Told("submitted", "2027-10-15")
UNANSWERED: Final = (
    SUBMITTED,
    Told("document_insufficient", "2027-10-20", "diploma"),
    Told("document_insufficient", "2027-10-27", "passport"),
    Told("returned", "2027-11-30"),
)
AUDITED: Final = (
    SUBMITTED,
    Told("audit_selected", "2027-10-16", "audit-1", {"auditor": "rev2"}),
    Told("audit_finding", "2027-10-20", "audit-1"),
)
ASKED_AGAIN: Final = (
    SUBMITTED,
    Told("returned", "2027-11-30"),
    Told("information_requested", "2027-12-20", "question-1"),
)
FINDING_ANSWERED: Final = (
    *AUDITED,
    Told("approved", "2027-11-02"),
    Told("applicant_answered", "2027-11-15", "audit-1"),
)
