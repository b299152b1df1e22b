"""Answers from a real ledger, on both databases: nothing but its rows and the plan is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from ledger import Ledger, channels, decisions, journeys, mail_tables, messages, opt_outs, people, suppressions
from ledger.decisions import DecisionRow
from ledger.message_rows import MessageRow, NewMessage
from ledger.people import PersonRow
from ledger.why import Asked, why, why_message
from tests.ledger.why.story import CREATED, JOURNEY, NOW, about, asked, begun, reported, sent, the_plan


@pytest.fixture
def story(ledger: Ledger) -> Ledger:
    begun(ledger)
    return ledger


def test_without_a_worker_everything_is_answered_all_the_same(story: Ledger) -> None:
    with story.read() as connection:
        found = {answer.notification: (answer.case, answer.reason) for answer in asked(connection)}
    assert found == {
        "welcome": ("due", None),
        "members": ("skipped", "condition_false"),
        "due_reminder": ("scheduled", None),
        "received": ("not_triggered", "submitted"),
        "tips": ("due", None),
        "silent": ("skipped", "rule_off"),
    }


def test_what_was_never_made_is_answered_when_it_is_named(story: Ledger) -> None:
    with story.read() as connection:
        assert about(connection, "closing") == ("not_in_process", None)
        assert about(connection, "tried") == ("in_test", None)
        assert about(connection, "nonsense") == ("no_such_notification", None)
        assert about(connection, "review_me") == ("held", "no_recipient")
        assert about(connection, "welcome", person="rex") == ("not_enrolled", None)
        assert about(connection, "welcome", person="nobody") == ("not_known", None)


def test_conditions_and_plans_explain_themselves_with_their_values(story: Ledger) -> None:
    with story.read() as connection:
        (members,) = asked(connection, "members")
        (silent,) = asked(connection, "silent")
    assert any("person.member" in told.sentence for told in members.evidence)
    assert any(told.sentence == "Our portal shows this." for told in silent.evidence)


def test_a_message_is_told_with_its_attempts_its_reports_and_what_they_led_to(story: Ledger) -> None:
    with story.write() as connection:
        id_ = sent(connection, "welcome")
        reported(connection, id_, "bounced", failure="invalid_address", status="5.1.1", reason="550 5.1.1 no such user")
        failed = {"delivery": "bounced", "failure": "invalid_address", "failed_at": CREATED + timedelta(minutes=1)}
        connection.execute(sa.update(mail_tables.message).values(failed))
        suppressions.suppress(connection, "ada@example.org", "bounced", "event", "webhook", NOW, id_)
    with story.read() as connection:
        (answer,) = asked(connection, "welcome")
        assert (answer.case, answer.reason, answer.message) == ("bounced", "invalid_address", id_)
        told = " ".join(evidence.sentence for evidence in answer.evidence)
        assert "handed to sendgrid for ada@example.org: taken, and called x-77 by it" in told
        assert "‹550 5.1.1 no such user›" in told
        assert "Mail to ada@example.org came back (list event, by webhook, after message m-welcome-p-1)" in told
        assert asked(connection)[0].notification in {"welcome", "tips"}
        (tips,) = asked(connection, "tips")
    assert (tips.case, tips.reason) == ("held", "address_suppressed")


def test_opting_out_is_told_with_its_date_and_only_of_what_is_optional(story: Ledger) -> None:
    with story.write() as connection:
        opt_outs.opt_out(connection, "p-1", "trial", "*", "reader", CREATED)
    with story.read() as connection:
        (tips,) = asked(connection, "tips")
        (welcome,) = asked(connection, "welcome")
    assert (tips.case, tips.reason) == ("skipped", "opted_out")
    assert "p-1 opted out of all optional notifications, by reader." in [told.sentence for told in tips.evidence]
    assert not any("opted out" in told.sentence for told in welcome.evidence)


def test_a_message_to_an_address_that_was_corrected_is_told_as_such(story: Ledger) -> None:
    with story.write() as connection:
        sent(connection, "welcome", "adda@example.org")
    with story.read() as connection:
        assert about(connection, "welcome") == ("old_address", None)


def test_silence_is_read_beside_what_was_reported_of_others(story: Ledger) -> None:
    with story.write() as connection:
        mine = sent(connection, "welcome")
        other = sent(connection, "review_me", "rex@example.org", "rex")
    with story.read() as connection:
        assert "since then no report has come" in asked(connection, "welcome")[0].headline
    with story.write() as connection:
        spoken = sa.update(mail_tables.attempt).where(mail_tables.attempt.c.message_id == other)
        connection.execute(spoken.values(evidence_at=NOW, on_wire_at=NOW + timedelta(days=9999)))
    with story.read() as connection:
        (answer,) = asked(connection, "welcome")
    assert answer.message == mine
    assert "has reported on later messages, but never on this one" in answer.headline


def test_a_bounce_without_our_ids_is_told_of_messages_to_its_address_of_that_time(story: Ledger) -> None:
    with story.write() as connection:
        sent(connection, "welcome")
        reported(connection, "none", "bounced", message_id=None, attempt=None)
        reported(connection, "other", "bounced", "someone@example.org", message_id=None, attempt=None)
        sent(connection, "tips", "old@example.org")
        reported(connection, "old", "bounced", "old@example.org", message_id=None, attempt=None)
        reported(connection, "late", "bounced", at=CREATED + timedelta(days=6), message_id=None, attempt=None)
    with story.read() as connection:
        for name in ("welcome", "tips"):
            (answer,) = asked(connection, name)
            assert sum("names no message" in told.sentence for told in answer.evidence) == 1


def test_somebody_who_holds_a_role_is_answered_about_the_journeys_of_others(story: Ledger) -> None:
    with story.write() as connection:
        people.add_holder(connection, "trial", "reviewer", "rex", "cli", CREATED)
    with story.read() as connection:
        row = journeys.journey(connection, JOURNEY)
        assert about(connection, "review_me", person="rex", journey=row) == ("due", None)
        assert "review_me" not in [answer.notification for answer in asked(connection)]
    with story.write() as connection:
        sent(connection, "review_me", "rex@example.org", "rex")
    with story.read() as connection:
        assert [answer.case for answer in asked(connection, person="rex")] == ["no_report"]


def test_what_is_held_for_somebody_in_the_journey_of_another_is_found(story: Ledger) -> None:
    held = DecisionRow(
        key="review_me#created>reviewer.ruth",
        notification="review_me",
        to="reviewer.ruth",
        person_id="ruth",
        outcome="held",
        reason="no_address",
    )
    with story.write() as connection:
        people.set_person(connection, PersonRow(id="ruth"), "cli", CREATED)
        people.add_holder(connection, "trial", "reviewer", "ruth", "cli", CREATED)
        decisions.replace(connection, JOURNEY, [held])
    with story.read() as connection:
        found = [(answer.notification, answer.reason) for answer in asked(connection, person="ruth")]
    assert found == [("review_me", "no_address")]


def bounced_and_copied(connection: sa.Connection) -> tuple[MessageRow, str]:
    """A message that came back, and the id of the copy that staff sent of it."""
    first = sent(connection, "welcome")
    failed = {"delivery": "bounced", "failure": "invalid_address", "failed_at": CREATED}
    connection.execute(sa.update(mail_tables.message).values(failed))
    row = messages.row(connection, first)
    assert row is not None
    new = {name: getattr(row, name) for name in NewMessage.model_fields}
    copy = NewMessage(**{**new, "id": f"{first}+1", "key": f"{row.key}+1", "source": "staff", "by": "dee"})
    messages.queue(connection, copy)
    return row, copy.id


def test_what_was_sent_again_is_told_with_its_copy_and_needs_nobody(story: Ledger) -> None:
    with story.write() as connection:
        row, copy = bounced_and_copied(connection)
    with story.read() as connection:
        found = {answer.message: answer for answer in asked(connection, "welcome")}
        alone = why_message(connection, lambda *_: the_plan(), row, NOW)
    assert found[row.id].standing == alone.standing == "not_sent"
    for answer in (found[row.id], alone):
        assert "A copy was sent again by dee: message m-welcome-p-1+1." in [e.sentence for e in answer.evidence]
    assert found[copy].case == "waiting"


@pytest.mark.parametrize("take_back", [messages.cancel, messages.expire])
def test_a_copy_that_was_taken_back_was_not_sent_again(
    story: Ledger, take_back: Callable[[sa.Connection, str, str, datetime], bool]
) -> None:
    with story.write() as connection:
        row, copy = bounced_and_copied(connection)
        assert take_back(connection, copy, "missed", NOW)
    with story.read() as connection:
        found = {answer.message: answer for answer in asked(connection, "welcome")}
        alone = why_message(connection, lambda *_: the_plan(), row, NOW)
    for answer in (found[row.id], alone):
        assert answer.standing == "act"
        assert "copy" not in " ".join(e.sentence for e in answer.evidence)


def test_a_channel_that_is_down_is_why_everything_waits(story: Ledger) -> None:
    with story.write() as connection:
        new = NewMessage(
            id="m-1",
            program="trial",
            journey_id=JOURNEY,
            key="welcome#created>applicant",
            rule="welcome",
            purpose="confirmation",
            to="applicant",
            person_id="p-1",
            plan_version=the_plan().version,
            queued_at=CREATED,
        )
        messages.queue(connection, new)
        channels.shut_for(connection, "sendgrid", "down", "SendGrid refuses the key", timedelta(minutes=10), NOW)
    with story.read() as connection:
        (answer,) = asked(connection, "welcome")
    assert (answer.case, answer.reason) == ("waiting", "channel_down")
    assert "The channel sendgrid is down: ‹SendGrid refuses the key›." in [told.sentence for told in answer.evidence]


def test_a_journey_that_was_taken_ahead_is_asked_at_its_own_clock(story: Ledger) -> None:
    ahead = CREATED + timedelta(days=85)
    with story.write() as connection:
        journeys.project(
            connection,
            JOURNEY,
            stage="in_progress",
            entered_at=CREATED,
            next_at=None,
            status="",
            flags=(),
            plan_version=the_plan().version,
            decided_at=ahead,
        )
    with story.read() as connection:
        (answer,) = asked(connection, "due_reminder")
    assert answer.case == "skipped"
    assert answer.reason == "too_late"
    assert "on the journey's clock" in " ".join(told.sentence for told in answer.evidence)


def test_a_program_whose_plan_cannot_be_read_is_answered_from_its_messages(story: Ledger) -> None:
    with story.write() as connection:
        sent(connection, "welcome")
    with story.read() as connection:
        (answer,) = why(connection, lambda *_: None, Asked("p-1", NOW))
    assert (answer.case, answer.zone) == ("no_report", "UTC")


def test_somebody_who_was_merged_is_answered_under_either_id(story: Ledger) -> None:
    with story.write() as connection:
        sent(connection, "welcome")
        ada = people.person(connection, "p-1")
        assert ada is not None
        people.set_person(connection, PersonRow(id="p-9", email="ada@example.com"), "cli", NOW)
        people.set_person(connection, ada.model_copy(update={"merged_into": "p-9"}), "cli", NOW)
    with story.read() as connection:
        for id_ in ("p-1", "p-9"):
            assert about(connection, "welcome", person=id_) == ("old_address", None)
            assert {answer.notification for answer in asked(connection, person=id_)} >= {"welcome", "tips", "received"}
        (tips,) = asked(connection, "tips", person="p-1")
    assert "p-1 was merged into p-9, who gets everything that was theirs." in [told.sentence for told in tips.evidence]


def test_what_the_reader_of_now_does_not_want_is_told_of_somebody_merged_too(story: Ledger) -> None:
    with story.write() as connection:
        ada = people.person(connection, "p-1")
        assert ada is not None
        people.set_person(connection, PersonRow(id="p-9", email="ada@example.com"), "cli", NOW)
        people.set_person(connection, ada.model_copy(update={"merged_into": "p-9"}), "cli", NOW)
        opt_outs.opt_out(connection, "p-9", "trial", "tips", "reader", NOW)
    with story.read() as connection:
        for id_ in ("p-1", "p-9"):
            (tips,) = asked(connection, "tips", person=id_)
            assert f"{id_} opted out of tips, by reader." in [told.sentence for told in tips.evidence]


def test_what_to_do_names_the_reader_of_now_of_somebody_merged(story: Ledger) -> None:
    with story.write() as connection:
        ada = people.person(connection, "p-1")
        assert ada is not None
        people.set_person(connection, PersonRow(id="p-9", email="ada@example.com", on_hold=True), "cli", NOW)
        people.set_person(connection, ada.model_copy(update={"merged_into": "p-9"}), "cli", NOW)
    with story.read() as connection:
        (tips,) = asked(connection, "tips", person="p-1")
    assert (tips.case, tips.reason) == ("held", "on_hold")
    assert (tips.next_step or "").endswith("waypost person release p-9")
