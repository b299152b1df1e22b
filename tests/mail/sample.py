"""Invented values for every merge field that the shipped templates use, and a letterhead. Nobody here exists."""

from typing import Final

from mail.render import Letterhead

LETTERHEAD: Final = Letterhead(
    program_title="Certified Widget Engineer",
    sender_name="CWE Certification",
    help_address="help@example.org",
    footer=("You receive this message because you have an application with the program.",),
)

# What every message of a program can count on; all else may be missing and is guarded by [[if …]].
ALWAYS: Final = {
    "program.title": "Certified Widget Engineer",
    "program.help": "help@example.org",
    "process.title": "application",
    "cycle": "1",
    "deadline.on": "Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time",
    "deadline.date": "31 December 2026",
    "days_left": "30 days",
    "days_late": "14 days",
    "event.on": "Tuesday, 1 December 2026 at 10:15 am Eastern Standard Time",
    "links.application": "https://portal.example.org/applications/1",
    "links.review": "https://portal.example.org/reviews/1",
}
FULL: Final = {
    **ALWAYS,
    "allows.report": "yes",
    "applicant.first_name": "Rosa",
    "applicant.name": "Rosa Aldana",
    "application.number": "CWE-2026-0417",
    "clock.answer.on": "Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time",
    "clock.due.on": "Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time",
    "fees.application.now": "225.00 USD",
    "clock.finding.on": "Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time",
    "clock.grace.on": "Monday, 1 March 2027 at 11:59 pm Eastern Standard Time",
    "clock.response.on": "Thursday, 31 December 2026 at 11:59 pm Eastern Standard Time",
    "event.amount": "210.00 USD",
    "event.credits": "6",
    "event.note": "The second page is cut off on the right.\n\nPlease scan both pages again, at 300 dpi if you can.",
    "event.reason": "illegible",
    "event.receipt_no": "R-20931",
    "item": "Degree certificate",
    "items": "Degree certificate, proof of experience",
    "links.upload": "https://portal.example.org/upload/degree-certificate",
    "stage": "in review",
    "told.credits.earned": "42",
    "told.credits.required": "60",
    "told.valid_until": "31 December 2029",
}
