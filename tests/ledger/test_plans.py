from contextlib import closing
from datetime import timedelta

import pytest

from ledger import Ledger, LedgerAway, LedgerFault, audit, plans
from ledger.plans import VersionTaken
from tests.ledger.given import LATER, NOW

SOURCE = "program: cwe\ntitle: Certified Widget Engineer\n"
TEMPLATES = {"welcome.en": "Welcome!", "welcome.fr": "Bienvenue !", "welcome.fr-CA": "Bienvenue au Québec !"}


def publish(ledger: Ledger, version: str = "v1", program: str = "cwe", templates: dict[str, str] = TEMPLATES) -> bool:
    with ledger.write() as connection:
        return plans.publish(connection, program, version, f"{SOURCE}# {version}", templates, "desk", NOW)


def welcome(ledger: Ledger, locale: str | None) -> str | None:
    with ledger.read() as connection:
        row = plans.template(connection, "cwe", "welcome", locale)
    return None if row is None else row.source


def test_a_published_plan_counts_and_its_source_is_kept_to_the_letter(ledger: Ledger) -> None:
    assert publish(ledger)
    with ledger.read() as connection:
        assert plans.current_version(connection, "cwe") == "v1"
        assert plans.source(connection, "v1") == f"{SOURCE}# v1"
        assert plans.current_version(connection, "nurse") is None
        assert plans.template(connection, "cwe", "goodbye", "en") is None


def test_publishing_the_same_again_writes_nothing(ledger: Ledger) -> None:
    publish(ledger)
    assert not publish(ledger)
    with ledger.read() as connection:
        [entry] = audit.entries(connection, "cwe")
    assert (entry.by, entry.action, entry.detail) == ("desk", "plan_published", {"version": "v1", "templates": 3})


def test_an_older_version_can_count_again_and_none_is_lost(ledger: Ledger) -> None:
    publish(ledger, "v1")
    publish(ledger, "v2")
    assert publish(ledger, "v1")
    publish(ledger, "w1", "nurse")
    with ledger.read() as connection:
        assert plans.programs(connection) == {"cwe": "v1", "nurse": "w1"}
        assert plans.source(connection, "v2").endswith("v2")


def test_a_version_keeps_the_source_it_was_first_published_with(ledger: Ledger) -> None:
    publish(ledger)
    with ledger.write() as connection:
        assert not plans.publish(connection, "cwe", "v1", f"{SOURCE}# v1 with a comment", TEMPLATES, "desk", LATER)
        assert plans.source(connection, "v1") == f"{SOURCE}# v1"


def test_a_version_belongs_to_one_program(ledger: Ledger) -> None:
    publish(ledger)
    with pytest.raises(VersionTaken, match="version v1"), ledger.write() as connection:
        plans.publish(connection, "nurse", "v1", SOURCE, TEMPLATES, "desk", LATER)


def test_a_version_that_was_never_published_is_a_fault(ledger: Ledger) -> None:
    with pytest.raises(LedgerFault), ledger.read() as connection:
        plans.source(connection, "v9")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("fr-CA", "Bienvenue au Québec !"),
        ("fr_ca", "Bienvenue au Québec !"),
        ("fr-CA-x-old", "Bienvenue au Québec !"),
        ("fr-FR", "Bienvenue !"),
        ("fr", "Bienvenue !"),
        ("en-GB", "Welcome!"),
        ("de", "Welcome!"),
        (None, "Welcome!"),
    ],
)
def test_a_template_is_found_in_the_nearest_language(ledger: Ledger, locale: str | None, text: str) -> None:
    publish(ledger)
    assert welcome(ledger, locale) == text


def test_a_changed_template_has_another_version_and_an_old_one_its_old(ledger: Ledger) -> None:
    def version() -> str:
        with ledger.read() as connection:
            row = plans.template(connection, "cwe", "welcome", "en")
        assert row is not None
        return row.version

    publish(ledger)
    first = version()
    assert publish(ledger, templates={**TEMPLATES, "welcome.en": "Hello!"})
    assert welcome(ledger, "en") == "Hello!"
    assert version() != first
    assert publish(ledger)
    assert version() == first


def test_a_template_that_is_no_longer_published_is_no_longer_used(ledger: Ledger) -> None:
    publish(ledger)
    assert publish(ledger, templates={"welcome.en": "Welcome!"})
    assert welcome(ledger, "fr") == "Welcome!"


def test_nobody_publishes_between_the_last_look_at_the_plan_and_the_commit_to_the_wire(ledger: Ledger) -> None:
    with closing(ledger.with_wait(timedelta(seconds=0.5))) as impatient:
        with ledger.write() as connection:
            plans.stay(connection, "cwe")
            with pytest.raises(LedgerAway), impatient.write() as other:
                plans.publish(other, "cwe", "v1", "program: cwe", {}, "desk", NOW)
        with impatient.write() as other:
            assert plans.publish(other, "cwe", "v1", "program: cwe", {}, "desk", NOW)
