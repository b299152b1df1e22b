"""What left by other ways than our mail is told as what it is."""

from typing import Any

import pytest

from ledger.why import explain
from tests.ledger.why.given import SENT, a_row, known, minutes

ON = "2026-10-05 10:02:11 EDT"


@pytest.mark.parametrize(
    ("more", "case", "headline"),
    [
        ({"channel": "letter", "by": "desk"}, "by_post", f"It went by post: desk printed it on {ON}."),
        ({"channel": "letter", "source": "staff", "by": "desk"}, "by_post", f"It went by post on {ON}, as desk noted."),
        (
            {"channel": "call", "source": "staff", "by": "desk"},
            "noted",
            f"It was said in a call on {ON}, as desk noted.",
        ),
        (
            {"source": "outside", "by": "billing"},
            "noted",
            f"Another system sent it on {ON}, as billing noted; what came of it is not known here.",
        ),
        (
            {"channel": "letter", "by": "desk", "delivery": "delivered", "delivered_at": SENT + minutes(60)},
            "by_post",
            f"It went by post: desk printed it on {ON}. Staff know that it arrived on 2026-10-05 11:02:11 EDT.",
        ),
    ],
)
def test_other_ways_are_told_by_their_name(more: dict[str, Any], case: str, headline: str) -> None:
    answer = explain(known(a_row("accepted", sent_at=SENT, **more)))
    assert (answer.case, answer.certainty, answer.standing) == (case, "certain", "sent")
    assert answer.headline == headline


def test_a_letter_that_its_reader_never_got_calls_for_somebody() -> None:
    row = a_row("accepted", sent_at=SENT, channel="letter", by="desk", delivery="undelivered")
    answer = explain(known(row))
    assert (answer.case, answer.standing) == ("undelivered", "act")


def test_a_note_is_on_record_as_one() -> None:
    answer = explain(known(a_row("accepted", sent_at=SENT, channel="call", source="staff", by="desk")))
    assert any(told.sentence == "Queued as message m1, noted by desk." for told in answer.evidence)
