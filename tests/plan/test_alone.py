"""What a message without a journey may say of its reader."""

from plan.alone import catalogue_alone, fields_alone
from plan.facts import Person
from plan.merge import catalogue
from tests.plan.written import changed, loaded

PLAN = loaded(changed("/{cycle}", "/{program}/{cycle}"))
PORTAL = loaded(changed("/{cycle}", "/{program}/{person}"))
ANN = Person(id="a/n", attributes={"member": True})


def test_every_field_of_the_catalogue_has_its_text_and_no_other() -> None:
    found = fields_alone(PORTAL, "a/n", ANN, "Ann Mary Lee")
    assert found.keys() == catalogue_alone(PORTAL)
    assert {name: value for name, value in found.items() if value} == {
        "applicant.first_name": "Ann",
        "applicant.name": "Ann Mary Lee",
        "program.title": PORTAL.title,
        "program.help": "help@example.org",
        "person.member": "yes",
        "links.application": "https://portal.example.org/cwe/a%2Fn",
    }


def test_links_that_need_a_journey_or_an_item_are_left_out() -> None:
    assert not {name for name in catalogue_alone(PLAN) if name.startswith("links.")}


def test_every_field_is_one_that_templates_of_the_plan_know_too() -> None:
    known = frozenset[str]().union(*(catalogue(PORTAL, rule) for rule in PORTAL.rules.values()))
    assert catalogue_alone(PORTAL) <= known


def test_nobody_known_is_nobody_named() -> None:
    assert {value for name, value in fields_alone(PLAN, "x", None, None).items() if not name.startswith("program")} == {
        ""
    }
