"""A plan as people write it, with one of everything that this version runs; tests change it line by line."""

from typing import Final

from plan.load import load
from plan.model import Plan

TEXT: Final = """\
program: cwe
title: Certified Widget Engineer
timezone: America/New_York
sender: {name: CWE, email: certification@example.org, reply_to: help@example.org}
send_window: {days: all, from: "08:00", until: "20:00", spread: 30 minutes}
links: {application: "https://portal.example.org/{cycle}", upload: "https://portal.example.org/upload/{item}"}
staff: {desk: [desk@example.org]}
schedules: {usual: [90 days, 7 days, 1 day]}
person: {birth_date: date, member: boolean}
told: {expires_on: date, credits: {earned: number, required: number}}
events:
  payment_received: {data: {amount: money, receipt_no: id, payer: person}}
  document_insufficient:
    {item: document, by: reviewer, data: {reason: [illegible, expired], note: {type: text, shown: applicant}}}
  applicant_answered: {item: document, by: applicant, data: {note: {type: text, shown: reviewer}}}
processes:
  application:
    start: in_progress
    deadlines:
      due: {after: created, plus: 1 year, at: "23:59:59"}
      grace: {after: due, plus: 60 days}
      response: {after: document_insufficient, plus: 30 days, per: item, until: applicant_answered}
    stages:
      in_progress: {submitted: in_review, due: past_due}
      past_due: {submitted: in_review, grace: lapsed}
      in_review: {returned: with_applicant, approved: approved}
      with_applicant: {all_answered: {of: document, to: in_review}, response: closed}
    anywhere: {withdrawn: withdrawn}
    items:
      document:
        start: received
        stages:
          received: {document_insufficient: insufficient}
          insufficient: {applicant_answered: received}
    linger: 30 days
  renewal:
    start: open
    deadlines: {expiry: {told: expires_on}}
    stages: {open: {submitted: done, expiry: late}, late: {submitted: done}}
notifications:
  welcome: {covers: N1, purpose: announcement, to: applicant, on: created}
  due_reminder: {covers: N2, purpose: reminder, to: applicant, before: due, offsets: usual, while: in_progress}
  past_due: {purpose: reminder, to: applicant, after: due, offsets: [1 day, 2 weeks], while: [past_due], at: "09:00"}
  receipt: {purpose: confirmation, to: payer or applicant, on: payment_received, urgent: true}
  clarification: {purpose: request, to: applicant, on: document_insufficient, while: insufficient}
  answer_due: {purpose: reminder, to: applicant, before: response, offsets: [7 days], stages: [in_review]}
  answer_arrived: {purpose: announcement, to: reviewer, on: applicant_answered}
  desk_notice: {purpose: announcement, to: desk, on: due, lateness: 2 days}
  due_moved: {purpose: announcement, to: applicant, moved: due}
  expiry_reminder: {purpose: reminder, to: holder, before: expiry, offsets: [4 hours], in: renewal}
coverage: {N12: our portal shows this itself}
"""


def changed(old: str, new: str) -> str:
    """The text with one place changed."""
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


def loaded(text: str = TEXT) -> Plan:
    """The plan of a text without problems."""
    plan = load(text, "plan.yaml")
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


def problems(text: str) -> list[str]:
    """Every problem of a text as `line: sentence`."""
    found = load(text, "plan.yaml")
    assert isinstance(found, tuple)
    assert {problem.file for problem in found} == {"plan.yaml"}
    return [f"{problem.line}: {problem.sentence}" for problem in found]
