"""Writes the next journey into the ledger, in the transaction of the decision that starts it."""

from datetime import datetime

from sqlalchemy import Connection

from ledger import audit, facts, journeys
from ledger.facts import FactRow
from ledger.journeys import JourneyRow
from plan.agenda import NextJourney
from plan.succession import STARTED
from workflows.wire import journey_id


def begin_next(conn: Connection, row: JourneyRow, following: NextJourney, now: datetime) -> str:
    """The id of the journey that follows `row`: a new one, or the one of this process that the person is in already.

    Both name each other. Decided again, whatever becomes of the run that decided it, nothing is started twice: the
    fact about it is of wake 0, which no decision voids.
    """
    before = facts.by_id(conn, row.id, STARTED)
    if before is not None:  # earlier builds numbered it last, and took it for a late event when the end was long ago
        return str(before.data["journey"])
    mine = journeys.of_person(conn, row.program, row.person_id, following.process)
    under_way = next((one for one in mine if one.ended_at is None and one.id != row.id), None)
    cycle = under_way.cycle if under_way else _cycle(row, following, mine)
    next_id = journey_id(row.program, row.person_id, following.process, cycle)
    if under_way is None:
        new = JourneyRow(
            id=next_id,
            program=row.program,
            process=following.process,
            cycle=cycle,
            person_id=row.person_id,
            created_at=following.at,
            arrived_at=now,
            told=following.told,
            roles=row.roles,
        )
        journeys.enroll(conn, new)
        facts.begin(conn, new, {"follows": row.id})
    started = FactRow(
        journey_id=row.id,
        id=STARTED,
        n=facts.number_of_ours(facts.facts(conn, row.id)),
        wake=0,
        type=STARTED,
        at=following.at,
        heard_at=now,
        data={"journey": next_id},
        content_hash=STARTED,
    )
    facts.add(conn, started)
    audit.record(conn, "decide", STARTED, row.id, {"journey": next_id}, now)
    return next_id


def _cycle(row: JourneyRow, following: NextJourney, mine: list[JourneyRow]) -> str:
    """The number after the last one; of the same process after this journey's own, such as 2027 after 2026."""
    numbers = [int(one.cycle) for one in mine if one.cycle.isdecimal()]
    if following.process == row.process and row.cycle.isdecimal():
        numbers.append(int(row.cycle))
    return str(max(numbers, default=0) + 1)
