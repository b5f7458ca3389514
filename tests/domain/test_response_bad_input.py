"""Bad input of the response calculators: the sentence names the field and the rule."""

from decimal import Decimal

import pytest

from trial_edc.calculators import CaseError

from .calculator_data import BEST, DELETE, GOOD, LESION, NAMES, TARGET, TIMES, VISIT, calculator, with_change

SECOND_VISIT = {"date": "2026-03-02"}
BAD = [
    # calculator, where to put it, what, words of the sentence
    ("recist", ("confg",), {}, "confg is not a known key"),
    ("recist", ("config", "sd_min"), 42, "config.sd_min is not a known key"),
    ("recist", ("config",), DELETE, "config is required"),
    ("recist", ("config",), [], "config must be an object"),
    ("recist", ("config", "reference_date"), None, "config.reference_date is required"),
    ("recist", ("config", "reference_date"), "20260202", "must be a date written YYYY-MM-DD"),
    ("recist", ("config", "reference_date"), "2026-02-30", "not a day of the calendar"),
    ("recist", ("config", "reference_date"), "２０２６-02-02", "must be a date written YYYY-MM-DD"),
    ("recist", ("config", "reference_date"), "2026-02-02 ", "must be a date written YYYY-MM-DD"),
    ("recist", ("config", "sd_min_days"), -1, "config.sd_min_days must be 0 or more"),
    ("recist", ("config", "sd_min_days"), Decimal("42.5"), "config.sd_min_days must be a whole number"),
    ("recist", ("config", "sd_min_days"), True, "config.sd_min_days must be a number, got true"),
    ("recist", ("config", "max_intervening_ne"), "1", "config.max_intervening_ne must be a number"),
    (
        "recist",
        ("config", "intervening_sd_allowed"),
        1,
        "config.intervening_sd_allowed must be true or false",
    ),
    ("recist", ("baseline",), None, "baseline is required"),
    ("recist", ("baseline", "date"), "2026", "baseline.date must be a date"),
    ("recist", ("baseline", "sum_mm"), "50", "baseline.sum_mm must be a number"),
    ("recist", ("baseline", "target_lesions"), DELETE, "baseline.target_lesions is required"),
    ("recist", ("baseline", "target_lesions"), {}, "baseline.target_lesions must be a list"),
    ("recist", ("baseline", "target_lesions", 1), 5, "baseline.target_lesions[1] must be an object, got 5"),
    ("recist", (*LESION, "id"), "T2", "baseline.target_lesions[1].id T2 is given to two lesions"),
    ("recist", (*LESION, "id"), 1, "baseline.target_lesions[0].id must be text"),
    ("recist", (*LESION, "id"), " ", "baseline.target_lesions[0].id must be text"),
    ("recist", (*LESION, "site"), DELETE, "baseline.target_lesions[0].site is required"),
    ("recist", (*LESION, "nodal"), DELETE, "baseline.target_lesions[0].nodal is required"),
    ("recist", (*LESION, "nodal"), "no", "baseline.target_lesions[0].nodal must be true or false"),
    ("recist", (*LESION, "diameter_mm"), -1, "baseline.target_lesions[0].diameter_mm must be 0 or more"),
    ("recist", (*LESION, "diameter_mm"), None, "baseline.target_lesions[0].diameter_mm is required"),
    ("recist", (*LESION, "diameter_mm"), float("nan"), "diameter_mm must be a finite number, got NaN"),
    ("recist", (*LESION, "diameter_mm"), float("inf"), "diameter_mm must be a finite number, got Infinity"),
    ("recist", (*LESION, "diameter_mm"), Decimal("1e999"), "diameter_mm must have at most 50 digits"),
    ("recist", (*LESION, "diameter_mm"), 10**60, "diameter_mm must have at most 50 digits"),
    ("recist", (*LESION, "axis"), "Short", "axis must be one of longest, short"),
    ("recist", (*LESION, "axis"), "short", "axis must be longest for a lesion that is not a node"),
    ("recist", (*LESION, "size"), 3, "baseline.target_lesions[0].size is not a known key"),
    (
        "recist",
        ("baseline", "non_target_lesions", 0, "nodal"),
        False,
        "non_target_lesions[0].nodal is not a known",
    ),
    (
        "recist",
        ("baseline", "non_target_lesions", 0, "id"),
        "T1",
        "non_target_lesions[0].id T1 is given to two",
    ),
    ("recist", ("visits",), DELETE, "visits is required"),
    ("recist", (*VISIT, "date"), "2026-02-01", "visits[0].date 2026-02-01 is before the reference date"),
    ("recist", (*VISIT, "date"), 20260302, "visits[0].date must be a date"),
    (
        "recist",
        (*VISIT, "day_from_infusion"),
        27,
        "visits[0].day_from_infusion is 27, but 2026-03-02 is day 28",
    ),
    ("recist", (*VISIT, "performed"), "yes", "visits[0].performed must be true or false"),
    (
        "recist",
        (*VISIT, "new_lesion"),
        "None",
        "visits[0].new_lesion must be one of none, equivocal, unequivocal",
    ),
    ("recist", (*VISIT, "non_target", "N1"), "gone", "visits[0].non_target.N1 must be one of present"),
    ("recist", (*VISIT, "non_target", "N2"), "absent", "visits[0].non_target.N2 is not a non-target lesion"),
    ("recist", (*VISIT, "non_target", "T1"), "absent", "visits[0].non_target.T1 is not a non-target lesion"),
    ("recist", (*TARGET, "T3"), 10, "visits[0].target.T3 is not a target lesion of the baseline"),
    ("recist", (*TARGET, "T3"), None, "visits[0].target.T3 is not a target lesion of the baseline"),
    (
        "recist",
        (*TARGET, "T1"),
        "absent",
        "visits[0].target.T1 must be mm, a list of mm or one of TSTM, ABSENT, NE",
    ),
    ("recist", (*TARGET, "T1"), "20", "visits[0].target.T1 must be mm, a list of mm or one of"),
    ("recist", (*TARGET, "T1"), True, "visits[0].target.T1 must be a number, got true"),
    ("recist", (*TARGET, "T1"), -3, "visits[0].target.T1 must be 0 or more, got -3"),
    ("recist", (*TARGET, "T1"), [], "visits[0].target.T1 must list at least one fragment"),
    ("recist", (*TARGET, "T1"), [4, -1], "visits[0].target.T1[1] must be 0 or more"),
    ("recist", (*TARGET, "T1"), [4, "TSTM"], "visits[0].target.T1[1] must be a number"),
    ("recist", (*TARGET, "T1"), [4, None], "visits[0].target.T1[1] must be a number, got null"),
    ("recist", (*TARGET, "T1"), {"merged_into": "T9"}, "merged into T9, which is not a target lesion"),
    ("recist", (*TARGET, "T1"), {"merged_into": "T1"}, "must be another target that is not itself merged"),
    ("recist", (*TARGET, "T1"), {"merged_into": "N1"}, "merged into N1, which is not a target lesion"),
    ("recist", (*TARGET, "T1"), {"merged": "T2"}, "visits[0].target.T1.merged_into is required"),
    ("recist", (*TARGET, "T1"), {"merged_into": "T2", "x": 1}, "visits[0].target.T1.x is not a known key"),
    ("recist", ("visits", 1), SECOND_VISIT, "visits[1].date 2026-03-02 is also the date of visits[0]"),
    ("recist", ("new_anticancer_therapy_day",), "90", "new_anticancer_therapy_day must be a number"),
    ("recist", ("new_anticancer_therapy_day",), 10**9, "new_anticancer_therapy_day 1000000000 leads outside"),
    ("recist-baseline", ("target_lesions",), None, "target_lesions is required"),
    (
        "recist-baseline",
        ("target_lesions", 0, "method"),
        "ct",
        "target_lesions[0].method must be one of CT, MRI",
    ),
    (
        "recist-baseline",
        ("target_lesions", 0, "lesion_type"),
        "bone",
        "target_lesions[0].lesion_type must be one",
    ),
    (
        "recist-baseline",
        ("target_lesions", 0, "slice_mm"),
        -1,
        "target_lesions[0].slice_mm must be 0 or more",
    ),
    (
        "recist-baseline",
        ("target_lesions", 0, "progressed_since"),
        "no",
        "progressed_since must be true or false",
    ),
    ("recist-baseline", ("target_lesions", 0, "organ"), "x", "target_lesions[0].organ is not a known key"),
    ("best-response", ("responses", 0, "overall"), "NA", "responses[0].overall must be one of CR, PR, SD"),
    ("best-response", ("responses", 0, "overall"), "pr", "responses[0].overall must be one of CR, PR, SD"),
    (
        "best-response",
        ("responses", 1),
        BEST["responses"][0],
        "responses[1].date 2026-03-02 is also the date of",
    ),
    ("best-response", ("responses", 0, "date"), "2026-02-01", "is before reference_date 2026-02-02"),
    ("best-response", ("reference_date",), DELETE, "reference_date is required"),
    ("best-response", ("confirmation_min_days",), -28, "confirmation_min_days must be 0 or more"),
    ("best-response", ("new_anticancer_therapy_day",), 3, "new_anticancer_therapy_day is not a known key"),
    ("time-to-event", ("infusion_date",), None, "infusion_date is required"),
    ("time-to-event", ("assessments",), None, "assessments is required"),
    ("time-to-event", ("assessments", 0, "overall"), "XX", "assessments[0].overall must be one of"),
    (
        "time-to-event",
        ("assessments", 1),
        TIMES["assessments"][0],
        "assessments[1].date 2026-03-02 is also the",
    ),
    ("time-to-event", ("death_date",), "2026-02-01", "death_date 2026-02-01 is before infusion_date"),
    ("time-to-event", ("death_date",), "2026-03", "death_date must be a date written YYYY-MM-DD"),
    (
        "time-to-event",
        ("data_cutoff_date",),
        "2026-01-01",
        "data_cutoff_date 2026-01-01 is before infusion_date",
    ),
    ("time-to-event", ("config", "rules"), "fda", "config.rules must be one of FDA, EMA"),
    ("time-to-event", ("config", "pfs_origin"), "randomisation", "config.pfs_origin must be one of infusion"),
    ("time-to-event", ("config", "pfs_origin"), "enrolment", "enrolment_date is required when pfs_origin is"),
    (
        "time-to-event",
        ("config", "pfs_origin"),
        "leukapheresis",
        "leukapheresis_date is required when pfs_origin",
    ),
    ("time-to-event", ("config", "scheduled_scan_days"), 28, "config.scheduled_scan_days must be a list"),
    ("time-to-event", ("config", "scheduled_scan_days"), [28, Decimal("1.5")], "[1] must be a whole number"),
    ("time-to-event", ("config", "scheduled_scan_days"), [28, 28], "[1] lists day 28 a second time"),
    ("time-to-event", ("config", "scan_window_days"), -1, "config.scan_window_days must be 0 or more"),
    ("time-to-event", ("config", "max_missed"), 0, "config.max_missed must be 1 or more"),
    ("time-to-event", ("config", "sd_min_days"), 42, "config.sd_min_days is not a known key"),
    ("partial-date", ("kind",), "ae", "kind must be one of ae_start, ae_end"),
    ("partial-date", ("partial",), None, "partial is required"),
    ("partial-date", ("partial",), 2026, "partial must be text"),
    ("partial-date", ("partial",), "26-03", "partial must be written YYYY, YYYY-MM or YYYY-MM-DD"),
    ("partial-date", ("partial",), "2026-3", "partial must be written YYYY, YYYY-MM or YYYY-MM-DD"),
    ("partial-date", ("partial",), "2026-13", "partial is 2026-13, which is not in the calendar"),
    ("partial-date", ("partial",), "2026-02-30", "partial is 2026-02-30, which is not in the calendar"),
    ("partial-date", ("partial",), "0000", "partial is 0000, which is not in the calendar"),
    ("partial-date", ("partial",), "2026-UN-01", "partial must be written YYYY, YYYY-MM or YYYY-MM-DD"),
    ("partial-date", ("infusion_date",), "2026-03", "infusion_date must be a date written YYYY-MM-DD"),
    ("partial-date", ("before_infusion",), "Y", "before_infusion must be true or false"),
    ("partial-date", ("cutoff",), "2026-03-01", "cutoff is not a known key"),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_good_input_of_the_bad_table_is_good(name):
    assert "why" in calculator(name).calculate(GOOD[name])


@pytest.mark.parametrize(("name", "path", "value", "sentence"), BAD)
def test_bad_input_names_the_field_and_the_rule(name, path, value, sentence):
    with pytest.raises(CaseError) as refused:
        calculator(name).calculate(with_change(GOOD[name], path, value))

    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", [None, [], "x", 3, True])
def test_a_case_that_is_no_object_is_refused(name, data):
    with pytest.raises(CaseError, match="input must be an object"):
        calculator(name).calculate(data)
