"""Five calculators as the command runs them: worked cases, bad input, reasons."""

import copy
import importlib
import json
from decimal import Decimal
from pathlib import Path

import pytest

from trial_edc.calculators import CaseError

CASES = Path(__file__).parent / "cases"
NAMES = ("recist", "recist-baseline", "best-response", "time-to-event", "partial-date")


def calculator(name):
    return importlib.import_module(f"assessments.calculators.{name.replace('-', '_')}")


def worked_cases():
    for name in NAMES:
        for case in json.loads((CASES / f"{name}.json").read_text("utf-8"), parse_float=Decimal):
            yield pytest.param(name, case["given"], case["expect"], id=f"{name}: {case['name']}")


def assert_contains(found, expected, where="result"):
    """Everything expected is there; numbers within 1e-6 relative."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert key in found, f"{where}.{key} is missing"
            assert_contains(found[key], value, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_contains(one, other, f"{where}[{i}]")
    elif isinstance(expected, bool | str) or expected is None:
        assert found == expected, where
        assert type(found) is type(expected), where
    else:
        assert found == pytest.approx(float(expected), rel=1e-6), where


@pytest.mark.parametrize(("name", "given", "expect"), worked_cases())
def test_worked_case(name, given, expect):
    assert_contains(calculator(name).calculate(given), expect)


@pytest.mark.parametrize(("name", "given", "expect"), worked_cases())
def test_every_result_is_json_and_says_why(name, given, expect):
    result = calculator(name).calculate(given)

    json.dumps(result, allow_nan=False)
    assert result["why"]
    assert all(isinstance(sentence, str) and sentence for sentence in result["why"])


@pytest.mark.parametrize(("name", "given", "expect"), worked_cases())
def test_a_case_does_not_change_its_input(name, given, expect):
    before = copy.deepcopy(given)

    calculator(name).calculate(given)

    assert given == before


@pytest.mark.parametrize("name", NAMES)
def test_a_calculator_names_itself_its_source_and_version(name):
    module = calculator(name)

    assert name == module.NAME
    assert module.SOURCE
    assert module.VERSION


RECIST = {
    "config": {"reference_date": "2026-02-02"},
    "baseline": {
        "target_lesions": [
            {"id": "T1", "site": "Lung", "nodal": False, "diameter_mm": 30},
            {"id": "T2", "site": "Neck", "nodal": True, "diameter_mm": 20, "axis": "short"},
        ],
        "non_target_lesions": [{"id": "N1", "site": "Bone"}],
    },
    "visits": [{"date": "2026-03-02", "target": {"T1": 20, "T2": 12}, "non_target": {"N1": "present"}}],
}
BASELINE = {"target_lesions": [{"site": "Lung", "nodal": False, "diameter_mm": 30}]}
BEST = {"reference_date": "2026-02-02", "responses": [{"date": "2026-03-02", "overall": "PR"}]}
TIMES = {
    "infusion_date": "2026-02-02",
    "baseline_assessment_date": "2026-01-28",
    "assessments": [{"date": "2026-03-02", "overall": "PR"}],
    "config": {},
}
PARTIAL = {"kind": "ae_start", "partial": "2026-03"}
GOOD = {
    "recist": RECIST,
    "recist-baseline": BASELINE,
    "best-response": BEST,
    "time-to-event": TIMES,
    "partial-date": PARTIAL,
}

DELETE = object()
VISIT, TARGET = ("visits", 0), ("visits", 0, "target")
LESION = ("baseline", "target_lesions", 0)
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
    ("time-to-event", ("death_date",), "2026-03-01", "assessments[0].date 2026-03-02 is after death_date"),
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


def with_change(data, path, value):
    """A copy of the data with one value put, added or deleted."""
    changed = copy.deepcopy(data)
    place = changed
    for step in path[:-1]:
        place = place[step]
    if value is DELETE:
        del place[path[-1]]
    elif isinstance(place, list) and path[-1] == len(place):
        place.append(value)
    else:
        place[path[-1]] = value
    return changed


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


OPTIONAL = [
    ("recist", ("config", "sd_min_days")),
    ("recist", ("baseline", "date")),
    ("recist", ("baseline", "sum_mm")),
    ("recist", (*LESION, "axis")),
    ("recist", (*VISIT, "day_from_infusion")),
    ("recist", (*VISIT, "performed")),
    ("recist", (*VISIT, "new_lesion")),
    ("recist", ("new_anticancer_therapy_day",)),
    ("recist-baseline", ("target_lesions", 0, "progressed_since")),
    ("recist-baseline", ("target_lesions", 0, "method")),
    ("best-response", ("max_intervening_ne",)),
    ("time-to-event", ("config",)),
    ("time-to-event", ("config", "scheduled_scan_days")),
    ("partial-date", ("infusion_date",)),
    ("partial-date", ("before_infusion",)),
]


@pytest.mark.parametrize(("name", "path"), OPTIONAL)
def test_null_means_the_same_as_missing(name, path):
    assert calculator(name).calculate(with_change(GOOD[name], path, None)) == calculator(name).calculate(
        GOOD[name]
    )


def test_a_target_or_a_non_target_that_is_null_is_not_evaluated():
    given = with_change(with_change(RECIST, (*TARGET, "T1"), None), (*VISIT, "non_target", "N1"), None)

    (visit,) = calculator("recist").calculate(given)["visits"]

    assert (visit["target"], visit["non_target"], visit["sum_mm"]) == ("NE", "NE", None)


def test_visits_come_back_in_the_order_of_the_input():
    later = {"date": "2026-04-06", "target": {"T1": 20, "T2": 12}, "non_target": {"N1": "present"}}
    given = {**RECIST, "visits": [later, *RECIST["visits"]]}

    result = calculator("recist").calculate(given)

    assert [visit["nadir_before_mm"] for visit in result["visits"]] == [32, 50]


def test_percentages_are_rounded_half_to_even_once():
    """1/32 of 100 % is 3.125 %; a 1 mm change of 16,000 mm is 0.00625 %, which rounds to the even 0.0062."""
    lesions = [{"id": "T1", "site": "Lung", "nodal": False, "diameter_mm": 16000}]
    given = {
        "config": {"reference_date": "2026-02-02"},
        "baseline": {"target_lesions": lesions, "non_target_lesions": []},
        "visits": [
            {"date": "2026-03-02", "target": {"T1": 16001}},
            {"date": "2026-04-02", "target": {"T1": 15500}},
        ],
    }

    first, second = calculator("recist").calculate(given)["visits"]

    assert (first["pct_change_from_baseline"], second["pct_change_from_baseline"]) == (0.0062, -3.125)


def test_numbers_far_apart_are_summed_exactly():
    lesions = [
        {"id": "T1", "site": "Lung", "nodal": False, "diameter_mm": Decimal("1e40")},
        {"id": "T2", "site": "Lung", "nodal": False, "diameter_mm": Decimal("1e-40")},
    ]
    given = {
        "config": {"reference_date": "2026-02-02"},
        "baseline": {"target_lesions": lesions, "non_target_lesions": []},
        "visits": [
            {"date": "2026-03-02", "target": {"T1": Decimal("0.7e40"), "T2": Decimal("0.7e-40")}},
            {"date": "2026-03-03", "target": {"T1": Decimal("0.7e40"), "T2": Decimal("0.8e-40")}},
        ],
    }

    visits = calculator("recist").calculate(given)["visits"]

    assert [visit["target"] for visit in visits] == ["PR", "SD"]
