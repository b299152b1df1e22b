"""Whatever stands in the ledger as a name or an address, a message leaves with headers of its own or says why not."""

import pytest

from ledger import Ledger, messages, people, texts
from tests.activities.given import PLAN, START, Desk, Recorder, ada, by_hand, event, publish
from workflows.wire import Due

WELCOME = "welcome#created>applicant"
REMARKED = "---\nsubject: A remark[[if event.note]]: [[event.note]][[end]]\n---\n<p>Hello.</p>"


def called(ledger: Ledger, **changes: str) -> None:
    with ledger.write() as conn:
        people.set_person(conn, ada().model_copy(update=changes), "test", START)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada\r\nBcc: eve@example.org", "Ada Bcc: eve@example.org"),
        ("Ada\tExample\x1f", "Ada Example"),
        ("Ada\u2028Example", "Ada Example"),
        ("A" * 700, "A" * 200),
    ],
)
@pytest.mark.parametrize("kind", ["plan", "by hand"])
def test_a_name_that_no_header_holds_is_written_on_one_line(
    desk: Desk, ledger: Ledger, kind: str, name: str, shown: str
) -> None:
    called(ledger, name=name)
    recorder = Recorder()
    due = desk.decide().due[0] if kind == "plan" else by_hand(ledger)
    assert desk.notify(due, recorder).result == "sent"
    assert [to.name for email in recorder.given for to in email.to] == [shown]


@pytest.mark.parametrize("kind", ["plan", "by hand"])
def test_an_address_that_is_none_holds_the_message_and_is_not_repeated(desk: Desk, ledger: Ledger, kind: str) -> None:
    called(ledger, email="josé@example.org")
    recorder = Recorder()
    due = desk.decide().due[0] if kind == "plan" else by_hand(ledger)
    assert given_back(desk, due, recorder) == (
        "no_address",
        "an address of applicant is none that e-mail can be sent to",
    )
    assert not recorder.given


def test_an_address_that_a_desk_has_twice_is_written_to_once(desk: Desk, ledger: Ledger) -> None:
    twice = "desk: [desk@example.org, two@example.org, Desk@Example.org]"
    told = "notifications:\n  heads_up: {purpose: announcement, to: desk, on: created, template: welcome}"
    publish(ledger, PLAN.replace("desk: [desk@example.org]", twice).replace("notifications:", told))
    recorder = Recorder()
    [due] = [due for due in desk.decide().due if due.key != WELCOME]
    assert desk.notify(due, recorder).result == "sent"
    assert [to.email for to in recorder.given[0].to] == ["desk@example.org", "two@example.org"]


def test_a_subject_that_its_values_make_too_long_holds_the_message(desk: Desk, ledger: Ledger) -> None:
    publish(ledger, remarked=REMARKED)
    with ledger.write() as conn:
        note = texts.put(conn, "long " * 150, START)
    decision = desk.decide(START, event(1, "remark", id_="r-1", note={"text_id": note}))
    due = next(due for due in decision.due if due.key != WELCOME)
    said = "with its values in it the subject is longer than 600 characters"
    assert given_back(desk, due, Recorder()) == ("template_error", said)


def given_back(desk: Desk, due: Due, recorder: Recorder) -> tuple[str | None, str | None]:
    """Reason and detail, as the ledger has them."""
    assert desk.notify(due, recorder).result == "given_back"
    with desk.ledger.read() as conn:
        row = messages.row(conn, due.message_id)
    assert row is not None
    return row.held_reason, row.held_detail
