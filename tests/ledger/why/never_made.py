"""What no message was made of: a line a case."""

from datetime import timedelta
from typing import Final

from ledger.why import Known, Passage
from tests.ledger.why.given import HOUR, NOW, ROW, RULE, SENT, Told, an_occurrence, known, suppressed

WORKER = "If this lasts longer than a minute: is a worker running, and does it reach ledger and engine?"

NEVER_MADE: Final[dict[str, tuple[Known, Told]]] = {
    "scheduled": (
        known(occurrence=an_occurrence("scheduled", leave_at=NOW + timedelta(days=3))),
        Told("scheduled", "certain", "It is still to come: it is planned for 2026-10-10 14:00 EDT.", None),
    ),
    "scheduled in a journey that was taken ahead": (
        known(
            occurrence=an_occurrence("scheduled", leave_at=NOW + timedelta(days=90)),
            passage=Passage(ROW, NOW + timedelta(days=80), "in_progress", SENT),
        ),
        Told(
            "scheduled",
            "certain",
            "It is still to come: it is planned for 2027-01-05 13:00 EST on the journey's clock.",
            None,
        ),
    ),
    "waiting for the sending hours": (
        known(occurrence=an_occurrence("held", "quiet_hours", leave_at=NOW + 18 * HOUR)),
        Told(
            "held",
            "certain",
            "It waits for the program's sending hours and leaves by itself on 2026-10-08 08:00 EDT.",
            None,
        ),
    ),
    "nobody holds the role": (
        known(
            occurrence=an_occurrence(
                "held", "no_recipient", to="reviewer", person_id=None, detail="nobody holds reviewer"
            )
        ),
        Told(
            "held",
            "certain",
            "It is held because nobody holds the role reviewer.",
            "Name somebody (waypost role add cwe reviewer PERSON); it then goes out by itself.",
        ),
    ),
    "the address bounced": (
        known(occurrence=an_occurrence("held", "address_suppressed"), suppressions=(suppressed("bounced"),)),
        Told(
            "held",
            "certain",
            "It is held because nothing is sent to this address.",
            "Correct the address (waypost person set p-1 --email ADDRESS); what waits then goes out by itself. If the "
            "address is right after all: waypost suppression lift --person p-1 --why CODE.",
        ),
    ),
    "the reader complained": (
        known(occurrence=an_occurrence("held", "address_suppressed"), suppressions=(suppressed("complained"),)),
        Told(
            "held",
            "certain",
            "It is held because nothing is sent to this address.",
            "Ask the reader by other means whether mail is wanted; only their own word on the preference page ends it.",
        ),
    ),
    "the condition did not hold": (
        known(occurrence=an_occurrence("skipped", "condition_false", detail="person.member: person.member is false")),
        Told(
            "skipped",
            "certain",
            "It was not sent because its condition did not hold.",
            "If a value below is wrong, report the right one; what is not past yet is decided anew.",
        ),
    ),
    "due, and the engine has not begun": (
        known(
            occurrence=an_occurrence("ready"),
            passage=Passage(ROW.model_copy(update={"decided_at": None}), NOW, "in_progress", SENT),
        ),
        Told(
            "due",
            "certain",
            "It has been due since 2026-10-05 10:02 EDT, but the engine has not begun this journey yet.",
            WORKER,
        ),
    ),
    "due, and the journey has not looked": (
        known(occurrence=an_occurrence("ready")),
        Told(
            "due",
            "unsettled",
            "It has been due since 2026-10-05 10:02 EDT; the journey has not looked since 2026-10-05 10:02 EDT.",
            WORKER,
        ),
    ),
    "an event that was never told": (
        known(occurrence=an_occurrence("not_triggered", "submitted"), rule=RULE.model_copy(update={"on": "submitted"})),
        Told(
            "not_triggered",
            "certain",
            "Nothing has called for it so far: it waits for the event submitted.",
            "If that has happened, nobody has told Waypost: waypost tell journey:cwe:p-1:application:1 submitted",
        ),
    ),
    "a deadline that has not begun": (
        known(occurrence=an_occurrence("not_triggered", "due")),
        Told("not_triggered", "certain", "Nothing has called for it so far: it waits for the deadline due.", None),
    ),
    "switched off": (
        known(rule=RULE.model_copy(update={"state": "off", "why": "our portal shows this"})),
        Told(
            "rule_off",
            "certain",
            "It is not sent because the program has switched this notification off.",
            "If it should speak: give due_reminder `state: live` in the plan, and publish.",
        ),
    ),
    "a draft that nothing has triggered": (
        known(occurrence=an_occurrence("not_triggered", "due"), rule=RULE.model_copy(update={"state": "draft"})),
        Told(
            "not_live",
            "certain",
            "It is not sent because this notification is still a draft.",
            "If it should speak: give due_reminder `state: live` in the plan, and publish.",
        ),
    ),
    "being tried out": (
        known(rule=RULE.model_copy(update={"state": "test"})),
        Told(
            "in_test",
            "certain",
            "It is being tried out: it goes to the program's test addresses and to no reader.",
            "If it should speak: give due_reminder `state: live` in the plan, and publish.",
        ),
    ),
    "a process that does not have it": (
        known(),
        Told(
            "not_in_process",
            "certain",
            "Nothing in the process application calls for it.",
            "If it should: name the process in `in:` of the notification, or give the process what it counts from.",
        ),
    ),
    "not for this reader": (
        known(rule=RULE.model_copy(update={"to": ("reviewer",)})),
        Told("not_addressed", "certain", "It goes to reviewer, which p-1 is not here.", None),
    ),
    "not enrolled": (
        known(passage=None),
        Told(
            "not_enrolled",
            "certain",
            "p-1 has no journey in cwe, so nothing was ever planned.",
            "If there should be one: waypost enroll p-1 --program cwe --process PROCESS",
        ),
    ),
    "not known at all": (
        known(passage=None, person=None),
        Told(
            "not_known",
            "certain",
            "Nobody is known as p-1.",
            "Check the id; a new person is added by waypost person set, and then enrolled.",
        ),
    ),
    "no such notification": (
        known(rule=None),
        Told(
            "no_such_notification",
            "certain",
            "The plan of cwe has no notification due_reminder.",
            "Look for its name in the plan.",
        ),
    ),
}
