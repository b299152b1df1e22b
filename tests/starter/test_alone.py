"""Driving messages of no journey's plan: one workflow each, found in the Web UI by program and person."""

from temporalio.client import WorkflowExecutionStatus

from ledger import messages
from ledger.message_rows import MessageRow
from starter.alone import drive, drive_all_to
from starter.by_hand import ByHand, write
from starter.client import Waypost
from tests.starter.people import new_person
from workflows.wire import message_workflow_id


def written(waypost: Waypost, person: str) -> MessageRow:
    given = ByHand(person=person, program="trial", subject="Your seat", text="Room 4.", by="desk")
    return write(waypost.ledger, given).row


async def test_a_driven_message_is_sent_and_its_workflow_says_how_it_ended(waypost: Waypost) -> None:
    row = written(waypost, new_person(waypost))
    await drive(waypost.temporal, row)
    result = await waypost.temporal.get_workflow_handle(message_workflow_id(row.id)).result()
    assert (result["key"], result["result"]) == (row.key, "sent")
    with waypost.ledger.read() as connection:
        after = messages.row(connection, row.id)
    assert after is not None
    assert after.state == "accepted"


async def test_lists_of_the_web_ui_find_it_by_program_and_person_and_it_names_nobody(idle: Waypost) -> None:
    person = new_person(idle)
    row = written(idle, person)
    await drive(idle.temporal, row)
    described = await idle.temporal.get_workflow_handle(message_workflow_id(row.id)).describe()
    attributes = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert (attributes["Program"], attributes["PersonId"]) == ("trial", person)
    history = await idle.temporal.get_workflow_handle(row_workflow(row)).fetch_history()
    text = history.to_json()
    assert "Ada" not in text
    assert "@example.org" not in text


async def test_driving_it_again_wakes_the_workflow_that_is_there(idle: Waypost) -> None:
    row = written(idle, new_person(idle))
    for _ in range(3):
        await drive(idle.temporal, row)
    handle = idle.temporal.get_workflow_handle(row_workflow(row))
    events = (await handle.fetch_history()).events
    signals = [event for event in events if event.HasField("workflow_execution_signaled_event_attributes")]
    assert len(signals) == 3
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_everything_that_waits_for_a_person_is_driven_and_nothing_else(idle: Waypost) -> None:
    person, other = new_person(idle), new_person(idle)
    mine, also_mine, others = written(idle, person), written(idle, person), written(idle, other)
    await drive_all_to(idle.temporal, idle.ledger, person)
    query = " OR ".join(f'WorkflowId = "{row_workflow(row)}"' for row in (mine, also_mine, others))
    for row in (mine, also_mine):
        await idle.temporal.get_workflow_handle(row_workflow(row)).describe()
    found = {found.id async for found in idle.temporal.list_workflows(query)}
    assert row_workflow(others) not in found


def row_workflow(row: MessageRow) -> str:
    return message_workflow_id(row.id)
