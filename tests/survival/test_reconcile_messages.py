"""Messages whose sender is gone, in every state: a round of reconcile finds them, and each is sent once in the end."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from temporalio.client import WorkflowExecutionStatus

from ledger import Ledger, mail_tables, messages, provider_events, sending, wake_ups, webhook_posts
from ledger.engine import database_now
from ledger.identifiers import uuid7
from ledger.matching import NewEvent
from ledger.message_rows import Claimed, NewMessage
from ledger.row_machine import State
from starter.reconcile import Reconciler
from tests.activities.given import JOURNEY
from tests.ledger.reported import post
from tests.survival.disagreement import confirm, found, listed
from tests.survival.scene import ALL_DAY, Scene, until

STATES: Final[dict[State, tuple[dict[str, tuple[int, int]], str]]] = {
    "queued": ({"ownerless": (1, 1)}, "accepted"),
    "claimed": ({"ownerless": (1, 1)}, "accepted"),
    "retry": ({"ownerless": (1, 1)}, "accepted"),
    "on_wire": ({"undecided": (1, 1)}, "accepted"),
    "unknown": ({"undecided": (1, 1), "ownerless": (1, 1)}, "accepted"),
    "accepted": ({}, "accepted"),
    "review": ({}, "review"),
    "failed": ({}, "failed"),
}


@pytest.mark.parametrize("state", STATES)
async def test_a_message_whose_sender_is_gone_is_sent_in_the_end(
    welcomed: Scene, reconciler: Reconciler, state: State
) -> None:
    """Its journey runs and knows nothing of it, as after an activity that was lost."""
    put(welcomed.ledger, state)
    await listed(welcomed, 1)
    expected, end = STATES[state]
    assert found(await reconciler.round()) == expected
    for _ in range(3):  # one that may have left is first waited for
        await reconciler.round()
    await until(welcomed.states, {"welcome": end})
    assert welcomed.letters() == ["welcome"]


def put(ledger: Ledger, state: State) -> None:
    """Ada's welcome, as an attempt in that state left it; its lease and its wait are over."""
    table = mail_tables.message
    with ledger.write() as conn:
        past = database_now(conn, timedelta(seconds=-1))
        lease = past if state in {"claimed", "on_wire"} else None
        update = sa.update(table).where(table.c.journey_id == JOURNEY)
        conn.execute(update.values(state=state, lease_until=lease, next_at=past if state == "unknown" else None))


@pytest.mark.parametrize("state", ["retry", "on_wire", "unknown"])
async def test_after_a_termination_a_message_is_made_good_with_its_journey(
    welcomed: Scene, reconciler: Reconciler, state: State
) -> None:
    await welcomed.handle().terminate()
    await listed(welcomed, 0)
    put(welcomed.ledger, state)
    assert found(await reconciler.round(repair=True))["missing"] == (1, 1)
    for _ in range(3):
        await reconciler.round()
    await until(welcomed.states, {"welcome": "accepted"})
    assert welcomed.letters() == ["welcome"]


@pytest.mark.parametrize(
    ("state", "expected", "end"),
    [
        ("unknown", {"undecided": (1, 1)}, "review"),
        ("retry", {"ownerless": (1, 0)}, "retry"),
        ("queued", {"ownerless": (1, 0)}, "queued"),
        ("review", {}, "review"),
    ],
)
async def test_what_an_ended_journey_left_goes_to_staff_and_is_never_dropped(
    scene: Scene, reconciler: Reconciler, state: State, expected: dict[str, tuple[int, int]], end: str
) -> None:
    """Its plan wants what may have left to be sent again, but nobody is there to do it."""
    await ended(scene)
    put(scene.ledger, state)
    assert found(await reconciler.round()) == expected
    assert scene.states() == {"welcome": end}


async def ended(scene: Scene) -> None:
    """Ada's journey, over in ledger and engine; a second copy of its welcome would do no harm."""
    plan = ALL_DAY.replace("linger: 1 day", "linger: 1 second").replace(
        "on: created}", "on: created, when_unknown: resend}"
    )
    await scene.enroll(plan=plan)
    confirm(scene.ledger)
    with scene.worker():
        await until(scene.states, {"welcome": "accepted"})
        await scene.handle().signal("withdrawn", {})
        await scene.handle().result()
    await listed(scene, 0)


async def test_a_message_without_a_journey_is_driven_again(scene: Scene, reconciler: Reconciler) -> None:
    await scene.enroll()
    await scene.handle().terminate()
    new = by_hand(scene.ledger, "adhoc#m-1")
    assert found(await reconciler.round())["ownerless"] == (1, 1)
    described = await scene.client.get_workflow_handle(f"message:{new.id}").describe()
    assert described.status is WorkflowExecutionStatus.RUNNING


async def test_a_held_message_whose_workflow_is_gone_gets_it_back_and_then_waits_unnoticed(
    scene: Scene, reconciler: Reconciler
) -> None:
    new = by_hand(scene.ledger, "adhoc#m-3")
    now = datetime.now(UTC)
    with scene.ledger.write() as conn:
        claimed = sending.claim(conn, new.id, 1, timedelta(minutes=1), now, now)
        assert isinstance(claimed, Claimed)
        assert sending.give_back(conn, new.id, 1, "address_suppressed", None, "-", now, now)
    assert found(await reconciler.round()) == {"ownerless": (1, 1)}
    assert found(await reconciler.round()) == {}


def by_hand(ledger: Ledger, key: str) -> NewMessage:
    now = datetime.now(UTC)
    new = NewMessage(
        id=uuid7(),
        program="guild",
        journey_id=None,
        key=key,
        source="staff",
        rule="adhoc",
        purpose="announcement",
        to="applicant",
        person_id="ada",
        plan_version="v1",
        queued_at=now,
    )
    with ledger.write() as conn:
        messages.queue(conn, new)
    return new


async def test_a_report_that_came_before_its_message_was_known_counts_in_the_end(
    scene: Scene, reconciler: Reconciler
) -> None:
    now = datetime.now(UTC)
    new = NewMessage(
        id=uuid7(),
        program="guild",
        journey_id=None,
        key="adhoc#m-2",
        source="staff",
        rule="adhoc",
        purpose="announcement",
        to="applicant",
        plan_version="v1",
        queued_at=now,
    )
    early = NewEvent(
        provider="sendgrid", content="c-1", kind="bounced", provider_kind="bounce", message_id=new.id, at=now,
        raw={"mid": new.id},
    )  # fmt: skip
    with scene.ledger.write() as conn:
        assert post(conn, [early], now).named == 0
    assert found(await reconciler.round()) == {}
    with scene.ledger.write() as conn:
        messages.queue(conn, new)
        messages.cancel(conn, new.id, "cancelled_by_staff", now)
    assert found(await reconciler.round()) == {"unmatched": (1, 1)}
    with scene.ledger.read() as conn:
        row = messages.row(conn, new.id)
    assert row is not None
    assert row.delivery == "bounced"


async def test_reports_that_were_kept_by_a_process_which_died_count_in_the_next_round(
    welcomed: Scene, reconciler: Reconciler
) -> None:
    now = datetime.now(UTC)
    with welcomed.ledger.write() as conn:
        [row] = messages.rows(conn, JOURNEY)
        bounce = NewEvent(
            provider="sendgrid", content="c-2", kind="bounced", provider_kind="bounce", message_id=row.id, attempt=1,
            at=now, address="ada@example.org", failure="invalid_address",
        )  # fmt: skip
        kept = webhook_posts.keep(conn, "sendgrid", b"[]", now, now, events=1, unreadable=0)
        assert kept
        provider_events.keep(conn, kept, [bounce], now)
    assert found(await reconciler.round())["uncounted"] == (1, 1)
    with welcomed.ledger.read() as conn:
        after = messages.row(conn, row.id)
        untold = wake_ups.pending(conn)
    assert after is not None
    assert (after.delivery, untold) == ("bounced", [])
    assert "uncounted" not in found(await reconciler.round())
