"""A renamed rule keeps its history (plan.md 34)."""

from plan.facts import Sent
from plan.model import Rule
from plan.renaming import under_new_names
from tests.plan.programs import DUE_REMINDER, minimal
from tests.plan.walk import at, begin

RENAMED = DUE_REMINDER.model_copy(update={"name": "reminder", "was": ("due_reminder",), "while_": None})
OLD = Sent(key="due_reminder:P30D@2026-12-31>applicant", state="sent", at=at("2026-12-01 08:00"))


def test_34_what_was_sent_under_the_old_name_is_not_sent_again() -> None:
    way = begin(minimal(RENAMED), "2026-10-05 10:00")
    way.rows[OLD.key] = OLD
    way.run(at("2026-12-31 12:00"))
    assert [key[:13] for key in way.gone()] == ["reminder:P60D", "reminder:P7D@", "reminder:P1D@"]


def test_34_a_rule_that_was_renamed_twice_keeps_all_of_its_history() -> None:
    older = Sent(key="nudge:P7D@2026-12-31>applicant", state="sent", at=at("2026-12-24 08:00"))
    plan = minimal(RENAMED.model_copy(update={"was": ("due_reminder", "nudge")}))
    assert [row.key[:14] for row in under_new_names(plan, [OLD, older])] == ["reminder:P30D@", "reminder:P7D@2"]


def test_34_a_name_that_only_begins_alike_is_another() -> None:
    other = Sent(key="due_reminder_two#f1>applicant", state="sent", at=OLD.at)
    renamed = under_new_names(minimal(RENAMED), [OLD, other])
    assert [row.key for row in renamed] == ["reminder:P30D@2026-12-31>applicant", other.key]


def test_34_of_both_names_what_left_counts() -> None:
    new = Sent(key="reminder:P30D@2026-12-31>applicant", state="open")
    assert [row.state for row in under_new_names(minimal(RENAMED), [new, OLD])] == ["sent"]


def test_34_a_name_in_use_again_keeps_its_own_history() -> None:
    plan = minimal(RENAMED, Rule(name="due_reminder", purpose="announcement", to=("applicant",), on="created"))
    assert under_new_names(plan, [OLD]) == (OLD,)
