"""`waypost suppression`, in a house whose mail goes to a folder; with SendGrid in tests/starter/api."""

from itertools import count

import pytest

from ledger import audit, open_ledger, suppressions
from tests.starter.conftest import Run, running_in
from tests.starter.house import House
from tests.until import until_now

NUMBERS = count(1)


@pytest.fixture
def run(club: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return running_in(club, capsys, monkeypatch)


@pytest.fixture
def member(run: Run) -> str:
    """Somebody in the club whose welcome has been sent."""
    person = f"s-{next(NUMBERS)}"
    assert run("person", "set", person, "--email", f"{person}@example.org", "--name", "Ada").status == 0
    assert run("enroll", person, "--program", "club", "--process", "membership").status == 0
    until_now(lambda: [m["state"] for m in run("messages", "--person", person, "--json").json] == ["accepted"])
    return person


def test_staff_stop_an_address_and_let_it_go_and_what_waited_leaves(run: Run, member: str, club: House) -> None:
    address = f"{member}@example.org"
    ran = run("suppression", "add", f"{member}@Example.org", "--why", "asked_by_phone", "--json")
    assert ran.json == {
        "address": f"{member}@Example.org",
        "causes": ["staff"],
        "changed": True,
        "woken": 1,
        "provider": False,
    }
    assert run("suppression", "add", address, "--why", "again").out == f"unchanged {address}\n"
    run("tell", member, "letter_written", "--program", "club")

    def held() -> list[str]:
        decisions = run("show", member, "--json").json["decisions"]
        return [each["reason"] for each in decisions if each["notification"] == "monthly_letter"]

    until_now(lambda: held() == ["address_suppressed"])
    [shown] = run("suppression", "list", "--person", member, "--json").json
    assert (shown["address"], shown["people"], shown["cause"], shown["stops"], shown["source"], shown["detail"]) == (
        address,
        [member],
        "staff",
        "all",
        "staff",
        "asked_by_phone",
    )
    assert "no mail: staff, since " in run("person", "show", member).out
    assert run("suppression", "lift", "--person", member, "--why", "called").out == f"lifted staff from {address}\n"
    until_now(lambda: len(run("messages", "--person", member, "--json").json) == 2)
    assert run("suppression", "list", "--address", address).out == "nothing is suppressed\n"
    [lifted] = run("suppression", "list", "--address", address, "--all", "--json").json
    assert (lifted["lifted_by"], lifted["lifted_why"]) == ("cli", "called")
    ledger = open_ledger(club.settings.ledger_url)
    with ledger.read() as connection:
        [row] = suppressions.ever(connection, [address])
        assert [entry.action for entry in audit.entries(connection, row.id)] == [
            "suppression_added",
            "suppression_lifted",
        ]
    ledger.close()


def test_one_cause_is_lifted_and_the_others_stand(run: Run, member: str) -> None:
    address = f"{member}@example.org"
    run("suppression", "add", address, "--why", "asked_by_phone")
    assert run("suppression", "lift", address, "--cause", "bounced", "--why", "x").out == f"unchanged {address}\n"
    assert run("person", "show", member, "--json").json["suppressions"][0]["cause"] == "staff"
    assert address in run("suppression", "list").out
    assert run("suppression", "lift", address, "--cause", "staff", "--why", "x", "--json").json == {
        "address": address,
        "causes": ["staff"],
        "changed": True,
        "woken": 1,
        "provider": False,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nobody", "--why", "x"), "'nobody' is not an e-mail address"),
        (("lift", "nobody", "--why", "x"), "'nobody' is not an e-mail address"),
        (("lift", "--why", "x"), "say which address: ADDRESS, or --person ID"),
        (("lift", "a@example.org", "--person", "b", "--why", "x"), "say which address: ADDRESS, or --person ID"),
        (("list", "--person", "nobody"), "nobody is known as nobody"),
        (("lift", "a@example.org", "--cause", "complained", "--why", "x"), "its reader reported us as spam"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("suppression", *arguments)
    assert ran.status == 1
    assert ran.err.startswith(said)
    assert ran.err.count("\n") == 1
