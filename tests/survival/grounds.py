"""What every crash test begins with: the process from which all that die are forked, and one message to follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.activities.given import JOURNEY, START, event
from tests.survival.attempts import Engine, Moment
from tests.survival.nursery import nursery
from workflows.wire import DecideRequest, Decision, Due, SendRequest

# By the plan's defaults a confirmation is sent again when its fate stays unknown, an announcement is not.
KEYS: Final = {"resend": "submission_confirmation#_1>applicant", "review": "welcome#created>applicant"}


@dataclass(frozen=True)
class Ground:
    """A folder of the test's own, a migrated ledger to copy, and the socket of the nursery."""

    folder: Path
    template: Path
    born: Path


@pytest.fixture(scope="session")
def born(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with nursery(tmp_path_factory.mktemp("nursery")) as socket:
        yield socket


@pytest.fixture
def ground(tmp_path: Path, sqlite_template: Path, born: Path) -> Ground:
    return Ground(tmp_path, sqlite_template, born)


def decided(engine: Engine, moment: Moment = "none") -> Decision:
    """The first decision, about an enrolment and a submission; both kinds of message are due."""
    events = (event(1, "submitted"),)
    return engine.decide(DecideRequest(journey=JOURNEY, wake=1, history_length=5, now=START, events=events), moment)


def asked(due: Due) -> SendRequest:
    return SendRequest(journey=JOURNEY, key=due.key, message_id=due.message_id, fence=due.fence)


def due(decision: Decision, policy: str) -> Due:
    """The message with that policy."""
    return next(one for one in decision.due if one.key == KEYS[policy])
