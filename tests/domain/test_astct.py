"""CRS, ICANS and ICE against the tables of the ASTCT consensus (Lee et al. 2019)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adverse_events.astct import (
    CONSCIOUSNESS,
    HYPOTENSION,
    MOTOR,
    OXYGEN_SUPPORT,
    RAISED_ICP_OR_EDEMA,
    SEIZURE,
    Crs,
    Icans,
    IceParts,
    crs_grade,
    icans_grade,
    ice_score,
)

HOT, COOL = Decimal("38.0"), Decimal("37.9")
FEVER = Crs(max_temperature_c=HOT, hypotension="none", oxygen_support="none")
TREATED = replace(
    FEVER, max_temperature_c=COOL, crs_already_diagnosed=True, antipyretic_or_anticytokine_therapy_given=True
)
WELL = Icans(ice_score=10, consciousness="alert", seizure="none", motor="none", raised_icp_or_edema="none")
COMA = "unarousable_or_vigorous_stimuli"


def crs(base=FEVER, **changes):
    found = crs_grade(replace(base, **changes))
    assert (found.driver is None) == (not found.grade)
    return found.grade, found.driver


def icans(**changes):
    found = icans_grade(replace(WELL, **changes))
    assert (found.driver is None) == (not found.grade)
    return found.grade, found.driver


@pytest.mark.parametrize(
    ("hypotension", "expected"),
    [
        ("none", 1),
        ("fluids_only", 2),
        ("vasopressin_only", 3),
        ("one_vasopressor", 3),
        ("one_vasopressor_plus_vasopressin", 3),
        ("multiple_vasopressors", 4),
        ("multiple_vasopressors_plus_vasopressin", 4),
    ],
)
def test_hypotension_is_graded_as_in_lee_2019_table_2(hypotension, expected):
    assert crs(hypotension=hypotension) == (expected, "hypotension" if expected > 1 else "fever")


@pytest.mark.parametrize(
    ("support", "expected"),
    [
        ("none", 1),
        ("low_flow_nc", 2),
        ("blow_by", 2),
        ("high_flow_nc", 3),
        ("facemask", 3),
        ("nonrebreather", 3),
        ("venturi", 3),
        ("cpap", 4),
        ("bipap", 4),
        ("intubated", 4),
    ],
)
def test_hypoxia_is_graded_as_in_lee_2019_table_2(support, expected):
    assert crs(oxygen_support=support) == (expected, "hypoxia" if expected > 1 else "fever")


@pytest.mark.parametrize(
    ("support", "flow", "expected"),
    [
        ("low_flow_nc", "6", 2),
        ("low_flow_nc", "6.1", 3),
        ("high_flow_nc", "6", 2),
        ("high_flow_nc", "40", 3),
        ("low_flow_nc", "0", 2),
        ("facemask", "4", 3),
        ("blow_by", "10", 2),
    ],
)
def test_the_flow_decides_for_a_nasal_cannula_only(support, flow, expected):
    assert crs(oxygen_support=support, oxygen_flow_l_min=Decimal(flow))[0] == expected


@given(st.sampled_from(sorted(HYPOTENSION)), st.sampled_from(sorted(OXYGEN_SUPPORT)))
def test_the_worse_of_both_arms_counts_never_the_sum(hypotension, support):
    arms = HYPOTENSION[hypotension], OXYGEN_SUPPORT[support]

    grade, driver = crs(hypotension=hypotension, oxygen_support=support)

    assert grade == max(1, *arms)
    if max(arms) >= 2:
        assert driver == ("hypotension" if arms[0] >= arms[1] else "hypoxia")


def test_without_fever_there_is_no_crs_however_low_the_pressure():
    assert crs(max_temperature_c=COOL, hypotension="one_vasopressor") == (0, None)
    assert crs(fever_attributed_to_other_cause=True, oxygen_support="cpap") == (0, None)
    assert crs(max_temperature_c=COOL, hypotension=None, oxygen_support=None) == (0, None)


def test_after_diagnosis_and_therapy_fever_is_not_required():
    assert crs(TREATED, hypotension="fluids_only") == (2, "hypotension")
    assert crs(TREATED) == (0, None)
    assert crs(TREATED, max_temperature_c=None, oxygen_support="venturi") == (3, "hypoxia")
    assert crs(TREATED, max_temperature_c=None) == (None, None)


@pytest.mark.parametrize("missing", ["crs_already_diagnosed", "antipyretic_or_anticytokine_therapy_given"])
def test_diagnosis_and_therapy_are_both_needed_to_do_without_fever(missing):
    assert crs(TREATED, hypotension="one_vasopressor", **{missing: False}) == (0, None)


def test_without_a_temperature_there_is_no_grade():
    assert crs(max_temperature_c=None, hypotension="one_vasopressor") == (None, None)


def test_an_arm_that_is_not_recorded_leaves_the_other_from_grade_2():
    assert crs(hypotension=None, oxygen_support="blow_by") == (2, "hypoxia")
    assert crs(hypotension="one_vasopressor", oxygen_support=None) == (3, "hypotension")
    assert crs(hypotension=None) == (None, None)
    assert crs(hypotension=None, oxygen_support=None) == (None, None)


def test_an_arm_with_another_cause_counts_as_none():
    assert crs(hypotension="one_vasopressor", hypotension_attributed_to_other_cause=True) == (1, "fever")
    assert crs(oxygen_support="intubated", hypoxia_attributed_to_other_cause=True) == (1, "fever")


def test_positive_pressure_that_only_protects_the_airway_counts_as_none():
    assert crs(oxygen_support="intubated", positive_pressure_for_airway_protection_only=True) == (1, "fever")
    assert crs(oxygen_support="facemask", positive_pressure_for_airway_protection_only=True) == (3, "hypoxia")


def test_death_due_to_crs_is_grade_5_whatever_else_is_known():
    assert crs(Crs(death_due_to_crs=True)) == (5, "death")


@pytest.mark.parametrize(("score", "expected"), [(10, 0), (9, 1), (7, 1), (6, 2), (3, 2), (2, 3), (1, 3), (0, 3)])
def test_ice_is_graded_as_in_lee_2019_table_5(score, expected):
    assert icans(ice_score=score) == (expected, "ice" if expected else None)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("consciousness", CONSCIOUSNESS),
        ("seizure", SEIZURE),
        ("motor", MOTOR),
        ("raised_icp_or_edema", RAISED_ICP_OR_EDEMA),
    ],
)
def test_each_other_domain_is_graded_by_its_token(name, table):
    for token, expected in table.items():
        assert icans(**{name: token}) == (expected, name if expected else None)


@pytest.mark.parametrize("changes", [{"ice_score": 0}, {"ice_score": None, "unable_to_perform_ice": True}])
def test_unarousable_without_an_ice_is_grade_4_by_the_ice(changes):
    assert icans(consciousness=COMA, **changes) == (4, "ice")


def test_unable_for_another_reason_leaves_the_ice_unknown():
    changes = {"ice_score": None, "unable_to_perform_ice": True}

    assert icans(**changes) == (None, None)
    assert icans(**changes, consciousness="awakens_to_voice") == (2, "consciousness")


def test_sedation_makes_consciousness_and_ice_unknown():
    sedated = {"consciousness": COMA, "consciousness_attributed_to_sedation": True}

    assert icans(ice_score=0, **sedated) == (None, None)
    assert icans(ice_score=0, seizure="resolves_rapidly", **sedated) == (3, "seizure")


@pytest.mark.parametrize("name", ["ice_score", "consciousness", "seizure", "motor", "raised_icp_or_edema"])
def test_grade_0_needs_all_five_domains(name):
    assert icans(**{name: None}) == (None, None)
    assert icans() == (0, None)


def test_the_first_of_the_worst_domains_is_named():
    assert icans(ice_score=1, consciousness="awakens_to_tactile", seizure="resolves_rapidly") == (3, "ice")
    assert icans(motor="deep_focal_weakness", raised_icp_or_edema="posturing") == (4, "motor")


def test_death_due_to_icans_is_grade_5():
    assert icans_grade(Icans(death_due_to_icans=True)).grade == 5


PERFECT = IceParts(1, 1, 1, 1, 3, 1, 1, 1)


def test_ice_adds_to_ten_and_needs_every_part():
    assert ice_score(PERFECT) == 10
    assert ice_score(replace(PERFECT, objects_named=0, year=0)) == 6
    assert ice_score(replace(PERFECT, city=None)) is None


def test_score_and_parts_must_agree():
    assert icans(ice_score=None, ice_parts=replace(PERFECT, year=0)) == (1, "ice")
    assert icans(ice_score=9, ice_parts=replace(PERFECT, year=None)) == (1, "ice")
    with pytest.raises(ValueError, match="must agree"):
        icans(ice_score=9, ice_parts=PERFECT)
    with pytest.raises(ValueError, match="must agree"):
        icans(ice_score=8, ice_parts=replace(PERFECT, year=None))


@pytest.mark.parametrize("changes", [{"ice_score": 11}, {"seizure": "fits"}, {"consciousness": ""}])
def test_icans_refuses_what_the_tables_do_not_hold(changes):
    with pytest.raises(ValueError, match="must be"):
        icans(**changes)


def test_crs_refuses_what_the_tables_do_not_hold():
    with pytest.raises(ValueError, match="hypotension must be one of"):
        crs(hypotension="low")
    with pytest.raises(ValueError, match="0 or more"):
        crs(oxygen_flow_l_min=Decimal(-1))
