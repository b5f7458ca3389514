"""Chemistry, immunology, cytokines and kinetics: computed values, limits, grades and their checks."""

from datetime import date
from decimal import Decimal

import pytest

from assessments.formulas import corrected_calcium, creatinine_clearance, qtcf
from assessments.laboratories import LabRange
from assessments.laboratory_defaults import write_defaults
from tests.books import book, fill, rules, said
from trial_edc.accounts import demo
from trial_edc.accounts.models import Site
from trial_edc.audit.context import audited

SAMPLE = {"lbdtc": "3mar26 07:30", "lblab": "L101"}
CHEMISTRY = SAMPLE | {
    "alt": "160", "ast": "30", "alp": "80", "bili": "12", "creat": "88.4", "alb": "28", "na": "128", "k": "3.1",
    "ca": "1.85", "gluc": "5.1", "ldh": "260", "fib": "1.4", "inr": "1.1", "aptt": "30",
}  # fmt: skip


@pytest.fixture
def casebook(database):
    """A man of 56 at site 101, 70 kg, whose laboratories are known; infused on 24 February."""
    people = demo.create_demo_users(since=date(2025, 1, 1))
    sites = demo.create_demo_sites()
    with audited(by=people["dm1"], source="form", reason="Ranges of the demonstration laboratories"):
        write_defaults(sites)
    found = book(
        fill("icf", icftype="MAIN", icfdtc="5jan26 09:30"),
        fill("scr/dm", sex="M", brthdtc="1970", age="56"),
        fill("d4/vs", vsdtc="28feb26 08:00", weight="70"),
        fill("d0/inf", infdtc="24feb26 10:42"),
        fill("d7/sv", svstdtc="3mar26"),
    )
    found.subject.site = Site.objects.get(code="101")
    return found


# Formulas: numbers worked by hand from the published formulas.


@pytest.mark.parametrize(
    ("qt", "rate", "corrected"),
    [("400", "60", "400"), ("400", "75", "431"), ("360", "100", "427"), ("440", "48", "408")],
)
def test_qtcf_by_fridericia(qt, rate, corrected):
    assert qtcf(Decimal(qt), Decimal(rate)) == Decimal(corrected)


@pytest.mark.parametrize(
    ("age", "weight", "creatinine", "sex", "clearance"),
    [(60, "70", "100", "M", "68.9"), (60, "70", "100", "F", "58.2"), (40, "80", "80", "M", "123.0")],
)
def test_clearance_by_cockcroft_and_gault(age, weight, creatinine, sex, clearance):
    found = creatinine_clearance(
        age_years=age, weight_kg=Decimal(weight), creatinine_umol_l=Decimal(creatinine), sex=sex
    )

    assert found == Decimal(clearance)


def test_clearance_needs_a_sex_that_the_formula_knows():
    facts = {"age_years": 60, "weight_kg": Decimal(70), "creatinine_umol_l": Decimal(100)}

    assert creatinine_clearance(**facts, sex="U") is None
    with pytest.raises(ValueError, match="above 0"):
        creatinine_clearance(**{**facts, "creatinine_umol_l": Decimal(0)}, sex="M")


@pytest.mark.parametrize(("calcium", "albumin", "corrected"), [("2.00", "30", "2.20"), ("2.40", "45", "2.30")])
def test_calcium_is_corrected_for_albumin(calcium, albumin, corrected):
    assert corrected_calcium(Decimal(calcium), Decimal(albumin)) == Decimal(corrected)


def test_no_interval_without_a_heart_rate():
    with pytest.raises(ValueError, match="heart rate above 0"):
        qtcf(Decimal(400), Decimal(0))


# Chemistry


def test_clearance_and_corrected_calcium_stand_beside_the_sample(casebook):
    record = fill("d7/lbc", casebook=casebook, **CHEMISTRY).record

    assert record.crcl == Decimal("81.8")  # (140 - 56) x 70 x 1.23 / 88.4
    assert record.cacorr == Decimal("2.09")  # 1.85 + 0.02 x (40 - 28)


def test_chemistry_is_graded_by_ctcae(casebook):
    entry = fill("d7/lbc", casebook=casebook, **CHEMISTRY)

    graded = {key: entry.record[f"lbtoxgr.{key}"] for key in ("alt", "ast", "alb", "na", "k", "cacorr", "fib", "ldh")}
    # ALT 3.2 x ULN 2; albumin 20-30 g/L 2; sodium 125-129 2 or, with symptoms, 3; potassium with symptoms 2;
    # corrected calcium 2.0-LLN 1; fibrinogen 0.5-0.75 x LLN 2; LDH over ULN 1.
    assert graded == {"alt": 2, "ast": 0, "alb": 2, "na": 3, "k": 2, "cacorr": 1, "fib": 2, "ldh": 1}
    assert entry.record["lbtoxgr.ca"] is None
    assert entry.unanswered == []


def test_liver_grades_follow_an_abnormal_baseline(casebook):
    base = fill("base/lbc", casebook=casebook, **{**CHEMISTRY, "lbdtc": "16feb26 07:30", "alt": "100"})
    with_base = book(*(type("F", (), {"record": one}) for one in casebook.all()), base)
    with_base.subject.site = casebook.subject.site

    record = fill("d7/lbc", casebook=with_base, **CHEMISTRY).record

    assert record["lbtoxgr.alt"] == 1  # 1.6 x an abnormal baseline, not 3.2 x ULN


def test_us_units_have_their_own_limits(casebook):
    us = {**CHEMISTRY, "bili": "2.4", "bili__unit": "mg/dL"}

    record = fill("d7/lbc", casebook=casebook, **us).record

    assert record.bili == Decimal("41.04")
    assert record["lbornrhi.bili"] == Decimal("1.5205")  # 26 umol/L / 17.1
    assert record["lbtoxgr.bili"] == 2


def test_a_unit_of_another_assay_is_kept_and_not_converted(casebook):
    record = fill("d7/lbc", casebook=casebook, **CHEMISTRY, ddim="310", ddim__unit="ng/mL DDU").record

    assert record.ddim is None
    assert (record.meta["ddim"]["typed"], record["lbornrhi.ddim"]) == ("310", None)


def test_without_a_weight_the_clearance_is_open_and_says_so(casebook):
    records = [one for one in casebook.all() if one.form_code != "vs"]
    bare = book(*(type("F", (), {"record": one}) for one in records))
    bare.subject.site = casebook.subject.site

    entry = fill("d7/lbc", casebook=bare, **CHEMISTRY)

    assert entry.record.crcl is None
    assert ("creat", "clearance_has_a_weight") in rules(entry)


# Immunology


def test_the_panel_of_immunology_follows_the_visit():
    def expected(visit):
        entry = fill(f"{visit}/lbi")
        return {one for one in entry.unanswered if "." not in one} - {"lbdtc", "lblab"}

    assert expected("scr") == {"hbsag", "hbcab", "hcvab", "hivab", "syph"}
    assert expected("base") == {"rcl"}
    assert expected("d28") == {"igg", "cd3", "cd4", "cd19"}
    assert expected("m3") == {"igg", "rcl"}
    assert expected("m24") == {"igg"}


def test_a_result_is_a_code_or_words(casebook):
    entry = fill("scr/lbi", casebook=casebook, hbsag="negative", urine="Leukocytes +, no protein", igg="9.1")

    assert (entry.record.hbsag, entry.record.urine) == ("NEG", "Leukocytes +, no protein")
    assert entry.record["lbtoxgr.hbsag"] is None
    again = fill("scr/lbi", casebook=casebook, record=entry.record, hbsag="NEG", urine="Leukocytes +, no protein")
    assert again.changed == {}


def test_a_positive_hepatitis_b_marker_asks_for_the_virus(casebook):
    entry = fill("scr/lbi", casebook=casebook, **SAMPLE, hbcab="POS")

    assert ("hbvdna", "antibody_asks_for_virus") in rules(entry)
    assert ("hbvdna", "antibody_asks_for_virus") not in rules(
        fill("scr/lbi", casebook=casebook, **SAMPLE, hbcab="POS", hbvdna="<20")
    )


@pytest.mark.parametrize(("sex", "childpot", "test", "is_asked"), [
    ("F", "Y", None, True),
    ("F", "Y", "NEG", False),
    ("F", "POSTMEN", None, False),
    ("M", None, None, False),
    ("M", None, "NEG", True),
])  # fmt: skip
def test_pregnancy_is_excluded_where_it_can_be(casebook, sex, childpot, test, is_asked):
    person = fill("scr/dm", sex=sex, age="40", **({"childpot": childpot} if childpot else {}))
    found = book(person)
    found.subject.site = casebook.subject.site

    entry = fill("scr/lbi", casebook=found, **SAMPLE, **({"preg": test} if test else {}))

    assert (("preg", "pregnancy_is_excluded") in rules(entry)) is is_asked


def test_replicating_virus_is_asked_about_once_more(casebook):
    assert ("rcl", "positive_rcl_stops_enrolment") in rules(fill("m3/lbi", casebook=casebook, rcl="POS"))


# Cytokines and kinetics

CYTOKINES = {
    "cytdtc": "3mar26 07:35", "cytlab": "L101", "cyttoci": "N",
    "il6": "410", "ifng": "<2.5", "ferr": "980", "crp": "96",
}  # fmt: skip


def test_cytokines_carry_the_limits_of_their_assay(casebook):
    entry = fill("d7/cyt", casebook=casebook, **CYTOKINES)

    assert (entry.errors, entry.unanswered, entry.findings) == ({}, [], [])
    assert (entry.record["cytlloq.ifng"], entry.record["cytuloq.ifng"]) == (Decimal("2.5"), 5000)
    assert entry.record["cytornrhi.ferr"] == 400
    assert entry.record.cyttpt == "D7"
    assert fill("d7/cyt", casebook=casebook).record.cyttpt is None


def test_a_value_below_another_limit_than_the_assay_has_is_asked_about(casebook):
    assert said(fill("d7/cyt", casebook=casebook, **{**CYTOKINES, "ifng": "<4.2"}), "ifng") == [
        "IFN-gamma is <4.2 pg/mL; the limit of quantification is 2.5. Which is correct?"
    ]


def test_a_value_below_an_unknown_limit_is_asked_about():
    assert said(fill("d7/cyt", ifng="<4.2"), "ifng") == [
        "IFN-gamma is <4.2 pg/mL and has no lower limit of quantification. What is the limit?"
    ]
    assert said(fill("d7/cyt", ifng="<4.2", cytlloq__ifng="4.2"), "ifng") == []


def test_crp_in_mg_per_dl_becomes_mg_per_litre_with_its_limits(casebook):
    record = fill("d7/cyt", casebook=casebook, **{**CYTOKINES, "crp": "9.6", "crp__unit": "mg/dL"}).record

    assert (record.crp, record["cytornrhi.crp"]) == (96, Decimal("0.8"))


def test_interferon_in_international_units_is_never_converted(casebook):
    record = fill("d7/cyt", casebook=casebook, **{**CYTOKINES, "ifng": "0.4", "ifng__unit": "IU/mL"}).record

    assert (record.ifng, record["cytlloq.ifng"]) == (None, None)


def test_a_dose_of_tocilizumab_before_the_sample_is_remembered(casebook):
    dosed = fill("d4/crs", crsdtc="28feb26 09:00", crstrt="Y", crstoci="28feb26 14:00; 480")
    found = book(*(type("F", (), {"record": one}) for one in casebook.all()), dosed)
    found.subject.site = casebook.subject.site

    assert ("cyttoci", "tocilizumab_agrees_with_crs") in rules(fill("d7/cyt", casebook=found, **CYTOKINES))


KINETICS = {
    "pkdtc": "3mar26 10:30", "pkmat": "BLOOD", "pklab": "CEN, run 12", "pkmeth__pkcopy": "qPCR", "pkcopy": "31200",
}  # fmt: skip


def test_kinetics_take_the_limits_of_the_central_laboratory(casebook):
    entry = fill("d7/pk", casebook=casebook, **KINETICS, pkflow="35.2")

    assert (entry.errors, entry.unanswered, entry.findings) == ({}, [], [])
    assert entry.record["pklloq.pkcopy"] == 50
    assert (entry.record["pkmeth.pkflow"], entry.record.pktpt) == ("FLOW", "D7")


def test_digital_pcr_has_the_limit_of_its_run(casebook):
    entry = fill("d7/pk", casebook=casebook, **{**KINETICS, "pkmeth__pkcopy": "ddPCR"})

    assert entry.unanswered == ["pklloq.pkcopy"]


def test_the_day_of_infusion_asks_which_sample_it_is(casebook):
    entry = fill("d0/pk", casebook=casebook, **{**KINETICS, "pkdtc": "24feb26 11:00", "pktpt": "PRE"})

    assert ("pktpt", "pre_dose_is_before_the_infusion") in rules(entry)
    assert "pktpt" in fill("d0/pk", casebook=casebook, **KINETICS).unanswered


def test_copies_before_the_infusion_are_asked_about(casebook):
    early = {**KINETICS, "pkdtc": "24feb26 08:00", "pktpt": "PRE", "pkcopy": "60"}

    assert ("pkcopy", "copies_are_not_there_before_the_infusion") in rules(fill("d0/pk", casebook=casebook, **early))
    assert not rules(fill("d0/pk", casebook=casebook, **{**early, "pkcopy": "<50"}))


@pytest.mark.parametrize(("taken", "is_late"), [("25feb26 14:42", False), ("25feb26 14:43", True)])
def test_early_samples_are_due_at_the_clock_time_of_the_infusion(casebook, taken, is_late):
    entry = fill("d1/pk", casebook=casebook, **{**KINETICS, "pkdtc": taken})

    assert (("pkdtc", "sample_is_near_its_hour") in rules(entry)) is is_late


def test_copies_are_not_counted_by_flow(casebook):
    entry = fill("d7/pk", casebook=casebook, **{**KINETICS, "pkmeth__pkcopy": "FLOW"})

    assert ("pkmeth.pkcopy", "method_fits_the_analyte") in rules(entry)


# Ranges


def test_ranges_depend_on_sex_age_and_day(casebook):
    ldh = LabRange.objects.filter(laboratory__code="L102", analyte="ldh")
    alp = LabRange.objects.filter(laboratory__code="L101", analyte="alp", sex="F")

    assert [(one.uln, str(one.effective_from)) for one in ldh.order_by("effective_from")] == [
        (245, "2024-01-01"),
        (250, "2026-01-15"),
    ]
    assert [(one.age_from, one.age_to, one.uln) for one in alp.order_by("age_from")] == [(18, 49, 100), (50, 120, 135)]


def test_a_page_of_many_laboratory_forms_reads_the_limits_once(casebook, django_assert_num_queries):
    with django_assert_num_queries(2):  # the laboratories offered, and their ranges
        fill("d7/lbc", casebook=casebook, **CHEMISTRY)
        fill("d7/cyt", casebook=casebook, **CYTOKINES)
        fill("d7/pk", casebook=casebook, **KINETICS)
        fill("d7/lbc", casebook=casebook, **CHEMISTRY)
