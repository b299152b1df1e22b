"""Whose turn it is: messages by a channel that is not up go one at a time, and none keeps the others waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from temporalio.exceptions import ApplicationError

from ledger import Ledger, channels, sending, tables
from mail.transport import ChannelRefused, HandOver, NotTaken
from tests.activities.given import (
    PLAN,
    START,
    Desk,
    Recorder,
    after,
    end_wait_of_channels,
    event,
)
from workflows.wire import Due

WELCOME = "welcome#created>applicant"


@pytest.fixture
def welcome(desk: Desk) -> Due:
    return desk.decide().due[0]


def shut_channel(ledger: Ledger) -> None:
    """It is down, and its wait is over."""
    with ledger.write() as conn:
        channels.shut_for(conn, "recorder", "down", "the key was refused", timedelta(0), START)


def take_probe(ledger: Ledger) -> None:
    """As if another message had gone ahead."""
    shut_channel(ledger)
    with ledger.write() as conn:
        row = channels.shut(conn, "recorder")
        assert row is not None
        assert channels.probe(conn, row) is not None


@contextmanager
def plan_unreadable(ledger: Ledger) -> Iterator[None]:
    """No worker that starts can load the plan."""
    version = tables.plan_version
    with ledger.write() as conn:
        conn.execute(sa.update(version).values(source="?"))
    yield
    with ledger.write() as conn:
        conn.execute(sa.update(version).values(source=PLAN))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (NotTaken(sentence="busy", retry_after=timedelta(minutes=3)), "channel_busy"),
        (ChannelRefused(sentence="the key was refused"), "channel_down"),
    ],
)
def test_a_channel_that_is_shut_is_not_asked_by_every_message(
    desk: Desk, welcome: Due, ledger: Ledger, answer: HandOver, kind: str
) -> None:
    recorder = Recorder([answer])
    others = [due for due in desk.decide(START, event(1, "submitted")).due if due.key != WELCOME]
    for due in (welcome, *others, welcome):
        with pytest.raises(ApplicationError) as raised:
            desk.notify(due, recorder)
        assert raised.value.type == kind
        assert raised.value.next_retry_delay is not None
        assert raised.value.next_retry_delay > timedelta(minutes=2)
    assert len(recorder.given) == 1
    end_wait_of_channels(ledger)
    assert [desk.notify(due, recorder).result for due in others] == ["sent"]
    with ledger.read() as conn:
        assert [row.state for row in channels.channels(conn)] == ["up"]


def test_when_a_shut_channel_may_be_tried_again_one_message_goes_ahead(
    desk: Desk, welcome: Due, ledger: Ledger
) -> None:
    take_probe(ledger)
    recorder = Recorder()
    with pytest.raises(ApplicationError) as raised:
        desk.notify(welcome, recorder)
    assert raised.value.type == "channel_down"
    assert recorder.given == []
    assert (desk.row(WELCOME).state, desk.row(WELCOME).attempt) == ("queued", 0)


@pytest.mark.parametrize("kept_by", ["its address", "its time", "its hours", "its attempt", "its plan"])
def test_a_message_that_stays_leaves_the_trial_of_its_channel_to_the_next_one(
    desk: Desk, ledger: Ledger, kept_by: str
) -> None:
    now = after(53, hours=9)
    welcome, reminder = sorted(desk.decide(now).due, key=lambda due: due.key, reverse=True)
    shut_channel(ledger)
    recorder = Recorder()
    match kept_by:
        case "its address":
            assert desk.notify(reminder, recorder, now, only_to=["staff@example.org"]).result == "given_back"
        case "its time":
            assert desk.notify(reminder, recorder, after(57)).result == "missed"
        case "its hours":
            assert desk.notify(reminder, recorder, after(53, hours=12)).result == "given_back"
        case "its attempt":
            with ledger.write() as conn:
                sending.claim(conn, reminder.message_id, reminder.fence, timedelta(minutes=1), now, now)
            with pytest.raises(ApplicationError, match="holds the row"):
                desk.notify(reminder, recorder, now)
        case _:
            with plan_unreadable(ledger), pytest.raises(ApplicationError, match="does not load"):
                desk.notify(reminder, recorder, now)
    assert recorder.given == []
    assert desk.notify(welcome, recorder, now).result == "sent"
    with ledger.read() as conn:
        assert [row.state for row in channels.channels(conn)] == ["up"]


def test_a_message_that_was_handed_over_keeps_the_trial_of_its_channel(
    desk: Desk, welcome: Due, ledger: Ledger
) -> None:
    shut_channel(ledger)
    recorder = Recorder([NotTaken(sentence="there is no connection")])
    for _ in range(2):
        with pytest.raises(ApplicationError):
            desk.notify(welcome, recorder)
    assert len(recorder.given) == 1
