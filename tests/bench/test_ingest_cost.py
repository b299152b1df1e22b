"""The bench of events, small: that all handlers keep what is posted, never how fast."""

import json
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from bench.bare_ingest import TEXTS
from bench.ingest_cost import POSTS, Bench, measure
from bench.posts import EVENTS, MESSAGES, post, sent
from ledger import open_ledger
from ledger.mail_tables import attempt, message, provider_event
from ledger.schema import migrate


def test_all_handlers_keep_every_event_and_ours_makes_them_count(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    with closing(open_ledger(url)) as ledger:
        spent = Bench(ledger).round(0)
        with ledger.read() as connection:
            kept, texts = (
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in (provider_event, TEXTS)
            )
            unmatched = connection.execute(sa.select(provider_event.c.id).where(provider_event.c.matched != "id")).all()
            proved = connection.execute(sa.select(attempt.c.message_id).where(attempt.c.evidence_at.is_not(None))).all()
            reported = connection.execute(sa.select(message.c.id).where(message.c.delivery.is_not(None))).all()

    assert kept == 2 * texts == 2 * EVENTS * POSTS  # ours and the bare one's
    assert not unmatched
    assert len(proved) == len(reported) > MESSAGES  # of two posts
    assert all(0 < one.answered <= one.done for one in spent.values())


def test_a_post_has_five_hundred_events_of_mixed_kinds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    with closing(open_ledger(url)) as ledger:
        events = json.loads(post(sent(ledger)))

    assert len(events) == EVENTS
    assert {event["event"] for event in events} == {"processed", "deferred", "delivered", "bounce", "open", "click"}


def test_one_round_is_enough_for_figures(tmp_path: Path) -> None:
    found = measure("SQLite", f"sqlite:///{tmp_path / 'ledger.db'}", rounds=1)

    assert found.events == EVENTS * POSTS
    assert 0 < found.counted.median < found.ours.median < found.texts.median
