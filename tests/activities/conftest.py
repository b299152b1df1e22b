"""Ada's journey in a ledger of its own, on both databases."""

import pytest

from ledger import Ledger
from tests.activities.given import Desk, enroll


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    """Ada is enrolled and nothing has been decided."""
    enroll(ledger)
    return Desk(ledger)
