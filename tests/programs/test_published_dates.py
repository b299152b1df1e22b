"""Nine real programs: each due date, grace period, audit clock, fee and reminder comes out as the body published it.

The dates on the right were worked out by hand from the rules that each plan's head names.
"""

from tests.programs.published import Told, agenda, clocks, planned, program


def test_cfp_certifications_expire_on_the_last_day_of_a_month() -> None:
    plan = program("cfp")
    found = agenda(plan, "renewal", "2026-04-17")
    assert clocks(plan, found) == {"due": "2027-04-30", "education": "2028-04-30"}
    notice, *later = planned(plan, found)
    assert notice[1] == "notice"
    assert "2027-03-05" <= notice[0] <= "2027-03-19"
    assert later == [("2027-05-01", "late"), ("2028-03-01", "education_notice")]
    assert clocks(plan, agenda(plan, "renewal", "2027-02-10"))["due"] == "2028-02-29"
    assert [step.amount for step in plan.fees["renewal"]] == ["0.00 USD", "75.00 USD"]


def test_isaca_years_end_with_december_and_their_grace_on_28_february_of_any_year() -> None:
    plan = program("isaca")
    found = agenda(plan, "year", "2026-03-02", Told("audit_selected", "2026-07-15", "a-1"))
    assert clocks(plan, found) == {
        "due": "2026-12-31",
        "grace": "2027-02-28",
        "evidence": "2027-12-31",
        "answer/a-1": "2026-08-20",
    }
    assert planned(plan, found) == [
        ("2026-07-15", "audited"),
        ("2026-11-01", "invoice"),
        ("2027-01-29", "grace_notice"),
        ("2027-02-21", "grace_notice"),
    ]
    assert clocks(plan, agenda(plan, "year", "2027-03-01"))["grace"] == "2028-02-28"
    assert plan.processes["year"].deadlines["grace"].allows == ("pay", "report")


def test_arrt_registrations_end_with_the_birth_month() -> None:
    plan = program("arrt")
    found = agenda(
        plan,
        "renewal",
        "2026-04-01",
        Told("told", "2026-04-02", data={"biennium_ends": "2027-03-31"}),
        Told("audit_selected", "2026-05-04", "a-1"),
        birth_date="1990-03-10",
    )
    assert clocks(plan, found) == {
        "opens": "2027-01-01",
        "due": "2027-03-31",
        "biennium": "2027-03-31",
        "probation": "2027-09-30",
        "answer/a-1": "2026-06-03",
    }
    assert planned(plan, found) == [
        ("2026-05-04", "audited"),
        ("2027-01-01", "window_open"),
        ("2027-03-01", "reminder"),
        ("2027-03-24", "reminder"),
    ]


def test_nremt_levels_end_with_their_season() -> None:
    plan = program("nremt")
    emr = agenda(plan, "emr", "2025-05-20")
    assert clocks(plan, emr) == {"opens": "2027-04-01", "due": "2027-09-30", "reinstatement": "2027-10-31"}
    emt = agenda(plan, "emt", "2025-02-10")
    assert clocks(plan, emt) == {"opens": "2026-10-01", "due": "2027-03-31", "reinstatement": "2027-04-30"}
    assert planned(plan, emt) == [
        ("2026-10-01", "window_open"),
        ("2027-01-30", "reminder"),
        ("2027-03-01", "reminder"),
        ("2027-03-24", "reminder"),
        ("2027-04-23", "last_chance"),
    ]
    assert [step.amount for step in plan.fees["reinstatement"]] == ["50.00 USD"]


def test_ahima_cycles_have_no_grace_and_ninety_days_to_appeal() -> None:
    plan = program("ahima")
    found = agenda(plan, "cycle", "2026-06-15")
    assert clocks(plan, found) == {"due": "2028-06-15", "revoked": "2028-12-12", "appeal": "2029-03-12"}
    assert planned(plan, found) == [
        ("2028-03-17", "reminder"),
        ("2028-05-16", "reminder"),
        ("2028-06-16", "inactive"),
        ("2028-12-13", "revoked"),
    ]


def test_pmi_applications_have_ninety_days_and_an_audit_ninety_more() -> None:
    plan = program("pmi")
    opened = agenda(plan, "application", "2026-09-01")
    assert clocks(plan, opened) == {"due": "2026-11-30"}
    assert planned(plan, opened) == [
        ("2026-10-31", "application_reminder"),
        ("2026-11-23", "application_reminder"),
    ]
    audited = agenda(
        plan,
        "application",
        "2026-09-01",
        Told("submitted", "2026-10-05"),
        Told("audit_selected", "2026-10-06", "a-1"),
        Told("evidence_sent", "2026-12-01", "a-1"),
    )
    dates = clocks(plan, audited)
    assert (dates["review"], dates["answer/a-1"], dates["result/a-1"]) == ("2026-10-10", "2027-01-04", "2026-12-10")


def test_pmi_certifications_are_suspended_for_a_year_before_they_expire() -> None:
    plan = program("pmi")
    found = agenda(plan, "cycle", "2026-06-15")
    assert clocks(plan, found) == {"due": "2029-06-15", "suspension": "2030-06-15", "evidence": "2030-12-15"}
    assert planned(plan, found) == [
        ("2029-03-17", "renewal_reminder"),
        ("2029-05-16", "renewal_reminder"),
        ("2029-06-16", "suspended"),
        ("2030-03-17", "last_months"),
        ("2030-05-16", "last_months"),
    ]


def test_isc2_cycles_have_ninety_days_of_grace_and_two_years_of_suspension() -> None:
    plan = program("isc2")
    found = agenda(plan, "cycle", "2026-01-20")
    dates = clocks(plan, found)
    assert (dates["due"], dates["grace"], dates["suspension"]) == ("2029-01-20", "2029-04-20", "2031-04-20")
    assert dates["yearly_fee"] == "2027-01-20"
    assert planned(plan, found) == [
        ("2026-12-21", "fee_notice"),
        ("2028-10-22", "reminder"),
        ("2028-12-21", "reminder"),
        ("2029-03-21", "in_grace"),
        ("2029-04-21", "suspended"),
    ]
    paid = agenda(plan, "cycle", "2026-01-20", Told("fee_paid", "2027-01-05"), as_of="2027-02-01")
    assert clocks(plan, paid)["yearly_fee"] == "2028-01-20"
    assert ("2027-12-21", "fee_notice") in planned(plan, paid)
    appealed = agenda(plan, "cycle", "2026-01-20", Told("appealed", "2029-06-04"))
    assert clocks(plan, appealed)["appeal"] == "2029-06-18"
    assert appealed.stage == "in_appeal"


def test_nsca_tells_of_an_audit_at_once_and_gives_45_days() -> None:
    plan = program("nsca")
    found = agenda(
        plan, "cycle", "2026-02-01", Told("paid", "2028-10-02"), Told("audit_selected", "2028-10-02", "targeted")
    )
    dates = clocks(plan, found)
    assert (dates["due"], dates["answer/targeted"]) == ("2029-02-01", "2028-11-16")
    assert [one for one in planned(plan, found) if one[1] != "audited"] == [
        ("2028-11-02", "answer_reminder"),
        ("2028-11-09", "answer_reminder"),
    ]
    assert ("2028-10-02", "audited") in planned(plan, found)
    assert planned(plan, agenda(plan, "cycle", "2026-02-01")) == [
        ("2028-11-03", "reminder"),
        ("2029-01-02", "reminder"),
    ]


def test_nsca_draws_its_share_of_those_who_have_paid() -> None:
    plan = program("nsca")
    draw = plan.processes["cycle"].audit
    assert draw is not None
    everybody = plan.processes["cycle"].model_copy(update={"audit": draw.model_copy(update={"share": 1.0})})
    plan = plan.model_copy(update={"processes": {"cycle": everybody}})
    found = agenda(plan, "cycle", "2026-02-01", Told("paid", "2028-10-02"))
    assert clocks(plan, found)["answer/audit"] == "2028-11-16"
    assert planned(plan, found)[0] == ("2028-10-02", "audited")


def test_asis_gives_three_months_to_submit_what_was_earned_in_time() -> None:
    plan = program("asis")
    found = agenda(plan, "cycle", "2026-11-30")
    assert clocks(plan, found) == {"due": "2029-11-30", "grace": "2030-02-28"}
    assert plan.processes["cycle"].deadlines["grace"].allows == ("submit",)
    assert planned(plan, found) == [
        ("2029-09-01", "reminder"),
        ("2029-10-31", "reminder"),
        ("2030-01-29", "in_grace"),
        ("2030-02-21", "in_grace"),
        ("2030-03-01", "expired"),
    ]
