"""The calculators of survival, kinetics, grading and dose escalation: worked cases and refused input."""

import copy

import pytest

from tests.domain.science_cases import calculate, differences, worked_cases
from trial_edc.calculators import CaseError

NAMES = ("survival", "proportion", "kinetics", "ctcae-lab", "crs", "icans", "ice", "dose-escalation")
GOOD = {
    "survival": {"time": [1, 2, 3], "status": [1, 0, 1], "landmarks": [2]},
    "proportion": {"x": 1, "n": 3},
    "kinetics": {"time": [0, 1, 2], "conc": [0, 3, 1], "time_unit": "h", "conc_unit": "mg/L"},
    "ctcae-lab": {"term": "Anemia", "analyte": "Hemoglobin", "value": 79, "unit": "g/L", "context": {}},
    "crs": {"max_temperature_c": 38.5, "hypotension": "none", "oxygen_support": "none"},
    "icans": {"ice_score": 9, "ice_components": {"year": 1}, "consciousness": "alert"},
    "ice": {"year": 1, "objects_named": 2},
    "dose-escalation": {"design": "boin", "target": 0.3, "n": 3, "dlts": 1},
}
NAN, INFINITY = float("nan"), float("inf")
BAD = [
    ("survival", {"time": [1, -2, 3]}, "time[1]"),
    ("survival", {"time": [1, 2]}, "one length"),
    ("survival", {"time": None}, "time is required"),
    ("survival", {"time": "1,2,3"}, "time must be a list"),
    ("survival", {"time": [1, None, 3]}, "time[1]"),
    ("survival", {"time": [1, NAN, 3]}, "time[1] must be a finite number"),
    ("survival", {"status": [1, 0, 2]}, "status[2]"),
    ("survival", {"status": [1, 0, True]}, "status[2]"),
    ("survival", {"status": [1, 0, None]}, "status[2]"),
    ("survival", {"conf_type": "Log-log"}, "conf_type"),
    ("survival", {"conf_level": 1}, "conf_level"),
    ("survival", {"conf_level": 0}, "conf_level"),
    ("survival", {"landmarks": [INFINITY]}, "landmarks[0]"),
    ("survival", {"landmarks": 12}, "landmarks must be a list"),
    ("proportion", {"x": 4}, "x must be n (3) or less"),
    ("proportion", {"x": -1}, "x must be 0 or more"),
    ("proportion", {"x": 0.5}, "x must be a whole number"),
    ("proportion", {"n": True}, "n must be a number"),
    ("proportion", {"n": None}, "n is required"),
    ("proportion", {"conf_level": 95}, "conf_level"),
    ("kinetics", {"conc": [0, -3, 1]}, "conc[1]"),
    ("kinetics", {"conc": [0, "BLQ", 1]}, "conc[1]"),
    ("kinetics", {"conc": [0, 1]}, "one length"),
    ("kinetics", {"time": [0, 1, 1]}, "two concentrations at time 1"),
    ("kinetics", {"time": [0, None, 1]}, "time[1]"),
    ("kinetics", {"time_unit": "days"}, "time_unit"),
    ("kinetics", {"time_unit": None}, "time_unit is required"),
    ("kinetics", {"conc_unit": None}, "conc_unit is required"),
    ("kinetics", {"lloq": -1}, "lloq"),
    ("kinetics", {"kind": "blood"}, "kind"),
    ("kinetics", {"route": "oral"}, "route"),
    ("kinetics", {"embedded_blq": "half"}, "embedded_blq"),
    ("ctcae-lab", {"term": "anemia"}, "anemia"),
    ("ctcae-lab", {"analyte": "HGB"}, "HGB"),
    ("ctcae-lab", {"value": "79"}, "value must be a number"),
    ("ctcae-lab", {"value": INFINITY}, "value must be a finite number"),
    ("ctcae-lab", {"value": -1}, "value must be 0 or more"),
    ("ctcae-lab", {"version": "6.0"}, "6.0 is not loaded"),
    ("ctcae-lab", {"context": {"symptoms": True}}, "context.symptoms is not a known key"),
    ("ctcae-lab", {"context": {"symptomatic": 1}}, "context.symptomatic"),
    ("ctcae-lab", {"unit": 5}, "unit must be text"),
    ("crs", {"hypotension": "severe"}, "hypotension"),
    ("crs", {"oxygen_support": "CPAP"}, "oxygen_support"),
    ("crs", {"oxygen_flow_l_min": -2}, "oxygen_flow_l_min"),
    ("crs", {"death_due_to_crs": 0}, "death_due_to_crs"),
    ("crs", {"max_temperature_c": "38.5"}, "max_temperature_c"),
    ("crs", {"max_ctcae_organ_toxicity_grade": 6}, "max_ctcae_organ_toxicity_grade"),
    ("icans", {"ice_score": 11}, "ice_score"),
    ("icans", {"ice_score": 0}, "must agree"),
    ("icans", {"consciousness": "drowsy"}, "consciousness"),
    ("icans", {"seizure": True}, "seizure"),
    ("icans", {"ice_components": {"town": 1}}, "ice_components.town is not a known key"),
    ("icans", {"ice_components": {"year": 2}}, "ice_components.year"),
    ("ice", {"objects_named": 4}, "objects_named"),
    ("ice", {"year": True}, "year must be a number"),
    ("ice", {"year": 0.5}, "year must be a whole number"),
    ("dose-escalation", {"design": "BOIN"}, "design"),
    ("dose-escalation", {"dlts": 4}, "dlts must be 3 or less"),
    ("dose-escalation", {"n": -1}, "n must be 0 or more"),
    ("dose-escalation", {"target": None}, "target is required"),
    ("dose-escalation", {"target": 0.75}, "p_tox 1.05"),
    ("dose-escalation", {"p_saf": 0.4}, "p_saf 0.4"),
    ("dose-escalation", {"dose_above_exceeded": True}, "dose_above_exceeded belongs to design 3+3"),
    ("dose-escalation", {"n": 100_000, "dlts": 1}, "n must be 0 to 10000"),
]


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(*each, id=f"{each[0]}: {each[1]['name']}") for each in worked_cases(*NAMES)],
)
def test_worked_case_gives_what_is_expected(name, case):
    result = calculate(name, case["given"])

    assert differences(case["expect"], result) == []
    assert result["why"]
    assert all(isinstance(sentence, str) for sentence in result["why"])


@pytest.mark.parametrize(("name", "change", "message"), BAD)
def test_bad_input_is_refused_with_the_field_and_the_rule(name, change, message):
    given = copy.deepcopy(GOOD[name]) | change

    with pytest.raises(CaseError) as refused:
        calculate(name, given)

    assert message in str(refused.value)


@pytest.mark.parametrize("name", NAMES)
def test_unknown_key_is_refused_by_name(name):
    with pytest.raises(CaseError, match="colour is not a known key"):
        calculate(name, GOOD[name] | {"colour": None})


@pytest.mark.parametrize("name", NAMES)
def test_good_input_of_the_refusal_table_is_answered(name):
    assert calculate(name, GOOD[name])["why"]


@pytest.mark.parametrize("given", [{"design": "3+3", "n": 7, "dlts": 0}, {"design": "3+3", "n": 3, "dlts": 4}])
def test_three_plus_three_refuses_impossible_counts(given):
    with pytest.raises(CaseError):
        calculate("dose-escalation", given)


def test_null_for_a_key_of_the_other_design_is_the_same_as_missing():
    given = {"design": "3+3", "n": 3, "dlts": 0, "target": None, "p_saf": None, "p_tox": None}

    assert calculate("dose-escalation", given)["decision"] == "escalate"
    with pytest.raises(CaseError, match="target belongs to design boin"):
        calculate("dose-escalation", given | {"target": 0.3})


def test_survival_says_why_something_is_null():
    assert "Nobody" in calculate("survival", {"time": [], "status": []})["reason"]
    early = calculate("survival", {"time": [1, 2, 3], "status": [1, 0, 0], "landmarks": [0]})["reason"]
    assert "median time" in early
    assert "there are no limits" in early


def test_kinetics_echoes_route_and_units():
    answer = calculate("kinetics", GOOD["kinetics"])

    assert (answer["route"], answer["time_unit"], answer["conc_unit"]) == ("none", "h", "mg/L")
