"""What the merge fields of a journey's message say, with the texts that people wrote."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from ledger import texts
from ledger.case import Case
from plan.agenda import Agenda, Occurrence
from plan.merge import fields
from plan.model import Plan


def values(
    conn: Connection, plan: Plan, case: Case, agenda: Agenda, occurrence: Occurrence, clock: datetime
) -> Mapping[str, str]:
    """Every field that the template of this occurrence may use, true at `clock`."""
    said = next((fact for fact in case.facts if fact.id == occurrence.fact_id), None)
    ids = [value["text_id"] for value in (said.data.values() if said else ()) if isinstance(value, dict)]
    applicant = case.persons.get(case.journey.person_id)
    return fields(
        plan,
        case.journey,
        case.facts,
        agenda,
        occurrence,
        person=case.people.people.get(case.journey.person_id),
        now=clock,
        texts=texts.texts(conn, [str(id_) for id_ in ids]),
        name=applicant.name if applicant else None,
    )
