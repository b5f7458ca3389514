"""Five calculators as the command runs them: worked cases, reasons, order, rounding."""

import copy
import json
from decimal import Decimal
from pathlib import Path

import pytest

from .calculator_data import GOOD, LESION, NAMES, RECIST, TARGET, VISIT, calculator, with_change

CASES = Path(__file__).parent / "cases"


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
    assert calculator(name).calculate(with_change(GOOD[name], path, None)) == calculator(name).calculate(GOOD[name])


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
