"""`waypost person merge`, on the running house."""

from contextlib import closing

import pytest
import sqlalchemy as sa

from ledger import open_ledger, tables
from tests.starter.cli.test_people import person
from tests.starter.conftest import Run
from tests.starter.house import House
from tests.until import until_now

__all__ = ["person"]


def enrolled(run: Run, *people: str) -> None:
    for one in people:
        run("person", "set", one, "--email", f"{one}@example.org", "--name", "Ada")
        run("enroll", one, "--program", "trial", "--process", "application")


def ended(run: Run, person: str) -> bool:
    return run("show", person, "--json").json["ended_at"] is not None


def test_10_the_copy_of_a_merged_person_ends_and_the_other_goes_on(run: Run, person: str) -> None:
    enrolled(run, person, f"{person}-b")
    until_now(lambda: len(run("messages", "--person", f"{person}-b", "--json").json) == 1)
    done = run("person", "merge", person, "--into", f"{person}-b", "--json").json
    assert done == {"person": person, "into": f"{person}-b", "changed": True, "woken": 1}
    until_now(lambda: ended(run, person))
    assert not ended(run, f"{person}-b")
    assert {one["person"] for one in run("messages", "--person", f"{person}-b", "--json").json} == {
        person,
        f"{person}-b",
    }
    assert run("person", "merge", person, "--into", f"{person}-b").out == f"unchanged {person}\n"
    refused = run("enroll", person, "--program", "trial", "--process", "renewal")
    assert (refused.status, refused.err) == (1, f"{person} was merged into {person}-b: enroll {person}-b\n")
    assert run("person", "merge", person, "--undo").out == f"{person} stands alone again\n"
    assert run("enroll", person, "--program", "trial", "--process", "renewal").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say whom it is, --into ID, or take a merge back, --undo"),
        (("--into", "{person}-b", "--undo"), "say whom it is, --into ID, or take a merge back, --undo"),
        (("--into", "{person}"), "{person} cannot be merged into itself"),
        (("--into", "{person}-c"), "{person}-c was merged into {person}"),
        (
            ("--into", "{person}-d"),
            "nobody is known as {person}-d; run first: waypost person set {person}-d --email ADDRESS",
        ),
    ],
)
def test_a_merge_that_cannot_be_is_one_sentence(run: Run, person: str, arguments: tuple[str, ...], said: str) -> None:
    for one in (person, f"{person}-b", f"{person}-c"):
        run("person", "set", one, "--email", f"{one}@example.org")
    run("person", "merge", f"{person}-c", "--into", person)
    ran = run("person", "merge", person, *(part.format(person=person) for part in arguments))
    assert (ran.status, ran.err) == (1, f"{said.format(person=person)}\n")


@pytest.mark.parametrize(
    ("of_the_first", "said"),
    [
        ("deceased", "{person} died, and {person}-b does not say so; run first: waypost person deceased {person}-b"),
        ("hold", "mail to {person} is on hold, to {person}-b not; run first: waypost person hold {person}-b"),
    ],
)
def test_what_keeps_all_mail_from_the_first_is_not_lost_by_a_merge(
    run: Run, person: str, of_the_first: str, said: str
) -> None:
    for one in (person, f"{person}-b"):
        run("person", "set", one, "--email", f"{one}@example.org")
    assert run("person", of_the_first, person).status == 0
    ran = run("person", "merge", person, "--into", f"{person}-b")
    assert (ran.status, ran.err) == (1, f"{said.format(person=person)}\n")
    assert run("person", of_the_first, f"{person}-b").status == 0
    assert run("person", "merge", person, "--into", f"{person}-b").status == 0


def test_what_the_first_does_not_want_the_second_does_not_get(run: Run, person: str) -> None:
    for one in (person, f"{person}-b"):
        run("person", "set", one, "--email", f"{one}@example.org")
    assert run("person", "opt-out", person, "trial").status == 0
    run("person", "merge", person, "--into", f"{person}-b")
    assert run("person", "show", f"{person}-b", "--json").json["opted_out"] == {"trial": ["*"]}


@pytest.mark.parametrize(
    "command", [("set", "--email", "new@example.org"), ("hold",), ("release",), ("deceased",), ("opt-out", "trial")]
)
def test_a_change_of_the_first_would_change_nothing_and_names_the_second(
    run: Run, person: str, command: tuple[str, ...]
) -> None:
    for one in (person, f"{person}-b"):
        run("person", "set", one, "--email", f"{one}@example.org")
    run("person", "merge", person, "--into", f"{person}-b")
    ran = run("person", command[0], person, *command[1:])
    assert (ran.status, ran.err) == (1, f"{person} was merged into {person}-b: name {person}-b\n")


def test_what_happens_to_the_second_is_news_of_the_journeys_of_the_first(run: Run, house: House, person: str) -> None:
    enrolled(run, person)
    run("person", "set", f"{person}-b", "--email", f"{person}-b@example.org")
    run("person", "merge", person, "--into", f"{person}-b")
    assert run("person", "deceased", f"{person}-b", "--json").json["woken"] == 1
    with closing(open_ledger(house.settings.ledger_url)) as ledger, ledger.read() as connection:
        table = tables.wake_up.c
        mine = sa.select(table.cause).where(table.journey_id == f"journey:trial:{person}:application:1")
        assert connection.execute(mine.order_by(table.id)).scalars().all() == ["merged", "deceased"]


def test_nobody_unknown_is_merged(run: Run, person: str) -> None:
    ran = run("person", "merge", person, "--undo")
    assert (ran.status, ran.err) == (1, f"nobody is known as {person}\n")
