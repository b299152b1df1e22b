"""Plans for the tests of the core, written as plan objects: an application with everything, and pieces to vary it."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Final, TypeVar

from plan.model import (
    Arrow,
    Deadline,
    EventType,
    FieldSpec,
    ItemKind,
    Mailbox,
    Plan,
    Process,
    Rule,
    SendWindow,
    Stage,
)
from plan.period import Period
from tests.plan.walk import ZONE

Named = TypeVar("Named", Stage, Deadline, Rule, EventType, ItemKind, Process)

WINDOW: Final = SendWindow(opens=time(8), closes=time(20))
SPREAD: Final = SendWindow(opens=time(8), closes=time(20), spread=timedelta(minutes=30))
WEEKDAYS: Final = SendWindow(days=("mon", "tue", "wed", "thu", "fri"), opens=time(8), closes=time(20))
LAST_SECOND: Final = time(23, 59, 59)


def stage(name: str, /, **arrows: str | Arrow) -> Stage:
    return Stage(name=name, arrows={e: a if isinstance(a, Arrow) else Arrow(to=a) for e, a in arrows.items()})


def periods(*texts: str) -> tuple[Period, ...]:
    return tuple(Period.parse(text) for text in texts)


def by_name(things: Iterable[Named]) -> dict[str, Named]:
    return {thing.name: thing for thing in things}


DUE: Final = Deadline(name="due", fixed=date(2026, 12, 31), at=LAST_SECOND)
GRACE: Final = Deadline(name="grace", after=("due",), plus=Period(days=60))
RESPONSE: Final = Deadline(
    name="response",
    after=("document_insufficient", "audit_finding"),
    plus=Period(days=30),
    per_item=True,
    until=("applicant_answered",),
)
STAGES: Final = (
    stage("in_progress", submitted="in_review", due="past_due"),
    stage("past_due", submitted="in_review", grace="lapsed"),
    stage("in_review", returned="with_applicant", approved="approved", denied="denied"),
    stage("with_applicant", all_answered=Arrow(to="in_review", of="document"), response="closed"),
    *(stage(final) for final in ("approved", "denied", "lapsed", "closed", "withdrawn")),
)
DOCUMENT: Final = ItemKind(
    name="document",
    start="received",
    stages=by_name(
        [
            stage("received", document_accepted="accepted", document_insufficient="insufficient"),
            stage("insufficient", applicant_answered="received"),
            stage("accepted"),
        ]
    ),
)
AUDIT: Final = ItemKind(
    name="audit",
    start="selected",
    stages=by_name(
        [
            stage("selected", audit_cleared="cleared", audit_finding="answering"),
            stage("answering", applicant_answered="selected"),
            stage("cleared"),
        ]
    ),
)
EVENTS: Final = (
    EventType(name="document_insufficient", item="document", by="reviewer"),
    EventType(name="document_accepted", item="document", by="reviewer"),
    EventType(name="applicant_answered", item="document", by="applicant"),
    EventType(name="audit_finding", item="audit", by="auditor"),
    EventType(name="audit_cleared", item="audit", by="auditor"),
    EventType(name="audit_selected", item="audit"),
    EventType(name="payment_received", data={"payer": FieldSpec(type="person")}),
    EventType(name="reviewer_assigned", data={"reviewer": FieldSpec(type="person")}),
)
USUAL: Final = periods("90 days", "60 days", "30 days", "7 days", "1 day")
DUE_REMINDER: Final = Rule(
    name="due_reminder",
    purpose="reminder",
    to=("applicant",),
    before="due",
    offsets=USUAL,
    while_=("in_progress",),
)
PAST_DUE: Final = Rule(
    name="past_due",
    purpose="reminder",
    to=("applicant",),
    after="due",
    offsets=periods("1 day", "14 days", "30 days"),
    while_=("past_due",),
)
ANSWER_DUE: Final = Rule(
    name="answer_due", purpose="reminder", to=("applicant",), before="response", offsets=periods("14 days", "3 days")
)
RULES: Final = (
    Rule(name="welcome", purpose="announcement", to=("applicant",), on="created"),
    DUE_REMINDER,
    PAST_DUE,
    Rule(name="submission", purpose="confirmation", to=("applicant",), on="submitted"),
    Rule(name="receipt", purpose="confirmation", to=("payer", "applicant"), on="payment_received"),
    Rule(name="clarification", purpose="request", to=("applicant",), on="document_insufficient"),
    ANSWER_DUE,
    Rule(name="no_answer", purpose="announcement", to=("applicant",), on="response"),
    Rule(name="answer_arrived", purpose="announcement", to=("reviewer",), on="applicant_answered"),
    Rule(name="finding", purpose="request", to=("applicant",), on="audit_finding"),
    Rule(name="decision", purpose="announcement", to=("applicant",), on="approved"),
    Rule(name="withdrawal", purpose="confirmation", to=("applicant",), on="withdrawn"),
    Rule(name="new_application", purpose="announcement", to=("certification_desk",), on="created", urgent=True),
)


def process(
    *,
    name: str = "application",
    stages: Iterable[Stage] = STAGES,
    deadlines: Iterable[Deadline] = (DUE, GRACE, RESPONSE),
    items: Iterable[ItemKind] = (DOCUMENT, AUDIT),
    anywhere: dict[str, Arrow] | None = None,
    start: str = "in_progress",
    linger: timedelta = timedelta(days=90),
) -> Process:
    return Process(
        name=name,
        start=start,
        stages=by_name(stages),
        anywhere={"withdrawn": Arrow(to="withdrawn")} if anywhere is None else anywhere,
        deadlines=by_name(deadlines),
        items=by_name(items),
        linger=linger,
    )


def program(
    rules: Iterable[Rule] = RULES,
    *,
    of: Process | None = None,
    window: SendWindow = WINDOW,
    events: Iterable[EventType] = EVENTS,
    zone: str = ZONE,
    version: str = "v1",
) -> Plan:
    of = of or process()
    return Plan(
        program="cwe",
        title="Certified Widget Engineer",
        version=version,
        timezone=zone,
        sender=Mailbox(name="CWE Certification", email="certification@example.org"),
        window=window,
        staff={"certification_desk": ("desk@example.org",)},
        events=by_name(events),
        processes={of.name: of},
        rules=by_name(rules),
    )


def minimal(*rules: Rule, deadline: Deadline = DUE, window: SendWindow = WINDOW, zone: str = ZONE) -> Plan:
    """Two stages and one deadline: enough for a clock."""
    stages = (stage("open", submitted="done", due="late"), stage("late", submitted="done"), stage("done"))
    return program(
        rules, of=process(stages=stages, deadlines=(deadline,), items=(), start="open"), window=window, zone=zone
    )
