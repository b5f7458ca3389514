"""CTCAE v5.0 grades of measured values: the text's bands, exact limits, units, baselines and contexts."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adverse_events.ctcae import LabContext, LabResult, grade_lab, lab_pairs, lab_units, terms
from adverse_events.ctcae_lab import UnknownCriterion, rule

CALM = LabContext(symptomatic=False, on_anticoagulation=False, with_physiologic_consequences=False)
# Bands of whole numbers in the text: between them lies a gap, which falls to the milder grade.
TEXT_HAS_GAPS = {
    "Hyponatremia",
    "Chronic kidney disease",
    "Hypertension",
    "Electrocardiogram QT corrected interval prolonged",
    "Ejection fraction decreased",
}


def grade(term, analyte, value, unit=None, *, context=CALM, **known):
    """The grade of a value; numbers are written as text so that they stay exact."""
    exact = {key: Decimal(given) if isinstance(given, str) else given for key, given in known.items()}
    amount = None if value is None else Decimal(value)
    return grade_lab(LabResult(term, analyte, amount, unit, context=context, **exact)).grade


def sodium(value, *, symptomatic=False):
    context = LabContext(symptomatic=symptomatic)
    return grade("Hyponatremia", "Sodium", value, "mmol/L", lln="135", context=context)


def fibrinogen(value, unit="g/L", **known):
    return grade("Fibrinogen decreased", "Fibrinogen", value, unit, **known)


def test_49_terms_can_be_graded_from_a_number():
    assert len({term for term, _ in lab_pairs()}) == 49
    assert {term for term, _ in lab_pairs()} <= {each.name for each in terms()}


def test_bilirubin_of_exactly_one_and_a_half_times_the_limit_is_grade_1():
    bilirubin = ("Blood bilirubin increased", "Total bilirubin")

    assert grade(*bilirubin, "1.8", uln="1.2") == 1
    assert grade(*bilirubin, "1.8000000000000000000000000000001", uln="1.2") == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.8", 0),
        ("1.79", 1),
        ("1.5", 1),
        ("1.49", 2),
        ("1.0", 2),
        ("0.99", 3),
        ("0.5", 3),
        ("0.49", 4),
        ("0", 4),
    ],
)
def test_neutrophils_are_graded_as_in_the_text(value, expected):
    assert grade("Neutrophil count decreased", "Neutrophils (absolute)", value, "10^9/L", lln="1.8") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("135", 0), ("134", 1), ("130", 1), ("129.5", 1), ("129", 2), ("125", 2), ("124.5", 2)],
)
def test_sodium_in_a_gap_of_the_text_falls_to_the_milder_grade(value, expected):
    assert sodium(value) == expected


@pytest.mark.parametrize(("value", "calm", "ill"), [("129", 2, 3), ("124.9", 2, 3), ("124", 3, 3), ("119", 4, 4)])
def test_symptoms_move_sodium_from_grade_2_to_3(value, calm, ill):
    assert (sodium(value), sodium(value, symptomatic=True)) == (calm, ill)


def test_symptoms_not_known_count_as_present():
    potassium = ("Hypokalemia", "Potassium", "3.2", "mmol/L")

    assert grade(*potassium, lln="3.5", context=LabContext()) == 2
    assert grade(*potassium, lln="3.5") == 1


@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [("59", "40", 1), ("120", "40", 1), ("121", "40", 2), ("89", "60", 0), ("90", "60", 1), ("181", "60", 2)],
)
def test_alt_is_graded_from_an_abnormal_baseline(value, baseline, expected):
    found = grade("Alanine aminotransferase increased", "ALT", value, uln="40", baseline_value=baseline)

    assert found == expected


def test_whether_the_baseline_was_abnormal_can_be_said_outright():
    alt = ("Alanine aminotransferase increased", "ALT", "70")

    assert grade(*alt, uln="40", baseline_value="30", baseline_above_uln=True) == 1
    assert grade(*alt, uln="40", baseline_value="60", baseline_above_uln=False) == 1
    assert grade(*alt, uln="40", baseline_value="60") == 0
    assert grade(*alt, uln="40", baseline_above_uln=True) is None


def test_creatinine_takes_the_worse_of_limit_and_baseline():
    creatinine = ("Creatinine increased", "Creatinine")

    assert grade(*creatinine, "1.1", uln="1.2", baseline_value="0.5") == 2
    assert grade(*creatinine, "1.6", uln="1.2", baseline_value="0.5") == 3
    assert grade(*creatinine, "1.3", uln="1.2") == 1
    assert grade(*creatinine, "1.1", uln="1.2") is None
    assert grade(*creatinine, "1.1", baseline_value="1.0") is None


def test_inr_is_held_against_the_baseline_only_under_anticoagulation():
    inr = ("INR increased", "INR", "1.15")
    treated = LabContext(on_anticoagulation=True)

    assert grade(*inr) == 0
    assert grade(*inr, baseline_value="1.0", context=treated) == 1
    assert grade(*inr, context=treated) is None
    assert grade("INR increased", "INR", "1.3", context=treated) == 1


def test_eosinophils_must_exceed_limit_and_baseline():
    eosinophils = ("Eosinophilia", "Eosinophils (absolute)", "0.6")

    assert grade(*eosinophils, uln="0.5", baseline_value="0.3") == 1
    assert grade(*eosinophils, uln="0.5", baseline_value="0.6") == 0
    assert grade(*eosinophils, uln="0.5") is None
    assert grade(*eosinophils, uln="0.6") == 0


@pytest.mark.parametrize(
    ("value", "lln", "change", "expected"),
    [
        # Expectations of pharmaverse admiral for "Fibrinogen decreased", CTCAE v5.
        ("0.49", None, None, 4),
        ("0.5", "2.1", None, 4),
        ("0.5", "1.1", "-75", 4),
        ("1", "2.1", "-49", 3),
        ("1", "2", "-50", 3),
        ("1.5", "2.1", "-10", 2),
        ("1.5", "1.6", "-25", 2),
        ("2", "2.1", "10", 1),
        ("1.5", "1.5", "-1", 0),
        ("1.5", "1.5", None, 0),
        ("1", None, "-75", None),
        ("1.5", None, "10", None),
    ],
)
def test_fibrinogen_is_graded_as_admiral_expects(value, lln, change, expected):
    assert fibrinogen(value, lln=lln, pct_change_from_baseline=change) == expected


@pytest.mark.parametrize("unit", [None, "mmol/L"])
def test_fibrinogen_without_its_unit_is_known_only_when_a_ratio_is_met(unit):
    assert fibrinogen("1.5", unit, lln="1.5", pct_change_from_baseline="0") is None
    assert fibrinogen("1.5", unit, lln="1.6", pct_change_from_baseline="0") == 1


@pytest.mark.parametrize(
    ("value", "baseline", "gain", "loss"),
    [
        ("105", "100", 1, 0),
        ("110", "100", 2, 0),
        ("120", "100", 3, 0),
        ("95", "100", 0, 1),
        ("90.01", "100", 0, 1),
        ("90", "100", 0, 2),
        ("80", "100", 0, 3),
        ("100", "100", 0, 0),
        ("73.5", "70", 1, 0),
        ("104.9", "100", 0, 0),
    ],
)
def test_weight_is_graded_from_the_change(value, baseline, gain, loss):
    assert grade("Weight gain", "Body weight", value, "kg", baseline_value=baseline) == gain
    assert grade("Weight loss", "Body weight", value, "kg", baseline_value=baseline) == loss


@pytest.mark.parametrize("baseline", [None, "0"])
def test_weight_without_a_baseline_cannot_be_graded(baseline):
    assert grade("Weight loss", "Body weight", "70", "kg", baseline_value=baseline) is None


def test_a_third_less_is_exactly_a_third():
    assert grade("Weight loss", "Body weight", "2.7", baseline_value="3") == 2


@pytest.mark.parametrize(("value", "long", "expected"), [("40.1", False, 3), ("40.1", True, 4), ("40.0", True, 2)])
def test_fever_above_40_is_grade_3_until_it_lasts_a_day(value, long, expected):
    assert grade("Fever", "Body temperature", value, "C", context=LabContext(fever_longer_than_24h=long)) == expected


@pytest.mark.parametrize(
    ("value", "baseline", "expected"),
    [
        ("449", "440", 0),
        ("450", "440", 1),
        ("480.5", "440", 1),
        ("481", "440", 2),
        ("501", "500", 3),
        ("455", "394", 3),
        ("454", "394", 1),
        ("449", None, None),
        ("455", None, 1),
    ],
)
def test_qtc_is_graded_from_value_and_rise(value, baseline, expected):
    qtc = ("Electrocardiogram QT corrected interval prolonged", "QTc (average)")

    assert grade(*qtc, value, "ms", baseline_value=baseline) == expected


def test_uric_acid_depends_on_its_consequences():
    assert grade("Hyperuricemia", "Uric acid", "9", uln="7") == 1
    assert grade("Hyperuricemia", "Uric acid", "9", uln="7", context=LabContext()) == 3


def test_lipase_is_milder_without_symptoms():
    lipase = ("Lipase increased", "Lipase", "400")

    assert grade(*lipase, uln="60") == 3
    assert grade(*lipase, uln="60", context=LabContext()) == 4


@pytest.mark.parametrize("unit", ["10^9/L", "10^9/l", "10^3/uL", "K/UL", "THOU/uL", "gi/l"])
def test_counts_per_litre_have_several_spellings(unit):
    assert grade("Platelet count decreased", "Platelets", "49", unit) == 3


@pytest.mark.parametrize("unit", ["/mm3", "1/uL", "cells/uL", "10^3/mL"])
def test_counts_per_microlitre_have_several_spellings(unit):
    assert grade("Platelet count decreased", "Platelets", "49000", unit) == 3


def test_milliequivalents_are_millimoles_for_sodium_and_potassium_only():
    assert grade("Hyperkalemia", "Potassium", "6.5", "mEq/L") == 3
    assert grade("Hypernatremia", "Sodium", "156", "meq/l") == 3
    assert grade("Hypermagnesemia", "Magnesium", "4", "mEq/L") is None


@pytest.mark.parametrize("unit", [None, "", "%", "mg/L", "10^12/L"])
def test_a_value_in_an_unknown_unit_has_no_grade(unit):
    found = grade_lab(LabResult("Anemia", "Hemoglobin", Decimal(79), unit, lln=Decimal(120)))

    assert found.grade is None
    assert "g/L" in found.reason


def test_a_missing_limit_is_not_grade_0_but_the_worse_grades_still_hold():
    assert grade("Anemia", "Hemoglobin", "110", "g/L") is None
    assert grade("Anemia", "Hemoglobin", "99", "g/L") == 2


def test_no_value_has_no_grade():
    assert grade("Anemia", "Hemoglobin", None, "g/L", lln="120") is None


def test_the_reason_of_a_grade_names_value_limit_and_version():
    found = grade_lab(LabResult("Platelet count decreased", "Platelets", Decimal(49), "10^9/L"))

    assert found.why[0] == "Platelets 49 10^9/L is below 50 10^9/L: grade 3 of Platelet count decreased, CTCAE v5.0."


@pytest.mark.parametrize(
    ("term", "analyte", "version"),
    [("Nausea", "Hemoglobin", "5.0"), ("Anemia", "Platelets", "5.0"), ("Anemia", "Hemoglobin", "6.0")],
)
def test_what_has_no_numeric_criteria_is_refused(term, analyte, version):
    with pytest.raises(UnknownCriterion):
        grade_lab(LabResult(term, analyte, Decimal(1), "g/L", version=version))


def kind(band):
    """What a band is measured against: baseline, change from it, or limits and fixed values."""
    references = {bound.reference for bound in (band.lower, band.upper) if bound}
    return "baseline" if references & {"BASE", "BASE+"} else "change" if references & {"FALL", "RISE"} else "limit"


def groups(term, analyte):
    """Bands that can hold together: one unit, one condition with what always holds, milder bands first."""
    bands = rule(term, analyte).bands
    for unit, condition, against in {(band.unit, band.condition, kind(band)) for band in bands}:
        together = [b for b in bands if b.unit == unit and b.condition in (condition, "always")]
        high = rule(term, analyte).direction == "high" or against == "change"

        def harm(band, high=high):
            outer = band.lower if high else band.upper
            amount = outer.value if outer.reference in ("ABS", "BASE", "FALL", "RISE") else None
            return band.grade, 0 if amount is None else amount if high else -amount

        yield high, sorted((b for b in together if kind(b) == against), key=harm)


@pytest.mark.parametrize(("term", "analyte"), lab_pairs())
def test_bands_are_disjoint_and_monotone_and_gaps_are_those_of_the_text(term, analyte):
    for high, bands in groups(term, analyte):
        for milder, worse in pairwise(bands):
            near, far = (milder.upper, worse.lower) if high else (milder.lower, worse.upper)
            assert near is not None
            assert far is not None
            assert near.reference == far.reference
            assert near.value <= far.value if high else near.value >= far.value
            if near.value == far.value:
                assert near.inclusive != far.inclusive
            else:
                assert term in TEXT_HAS_GAPS


numbers = st.decimals(Decimal("0.001"), Decimal(2000), places=3)


@given(st.sampled_from(lab_pairs()), numbers, numbers, numbers, numbers, st.booleans())
def test_a_worse_value_never_has_a_milder_grade(pair, one, other, limit, baseline, symptoms):
    units = lab_units(*pair)
    milder, worse = sorted((one, other), reverse=rule(*pair).direction == "low")
    graded = [
        grade_lab(
            LabResult(
                *pair,
                value,
                units[0] if units else None,
                lln=limit,
                uln=limit,
                baseline_value=baseline,
                context=LabContext(symptomatic=symptoms),
            )
        ).grade
        for value in (milder, worse)
    ]

    assert None not in graded
    assert graded[0] <= graded[1]


@given(
    st.sampled_from(
        [
            ("Neutrophil count decreased", "Neutrophils (absolute)", "10^9/L", "/mm3", 1000),
            ("Lymphocyte count decreased", "Lymphocytes (absolute)", "10^9/L", "cells/uL", 1000),
            ("Platelet count decreased", "Platelets", "K/uL", "10^3/mL", 1000),
            ("Leukocytosis", "Leukocytes", "10^9/L", "1/uL", 1000),
            ("Anemia", "Hemoglobin", "g/dL", "g/L", 10),
            ("Hemoglobin increased", "Hemoglobin", "g/dL", "g/L", 10),
            ("Hypoalbuminemia", "Albumin", "g/dL", "g/L", 10),
            ("Fibrinogen decreased", "Fibrinogen", "g/L", "mg/dL", 100),
            ("Hyperkalemia", "Potassium", "mmol/L", "mEq/L", 1),
            ("Creatinine increased", "Creatinine", "umol/L", "nmol/L", 1000),
        ]
    ),
    numbers,
    st.one_of(st.none(), numbers),
    st.one_of(st.none(), numbers),
)
def test_conversion_within_a_unit_family_changes_no_grade(family, value, limit, baseline):
    term, analyte, small, large, factor = family
    known = {"lln": limit, "uln": limit, "baseline_value": baseline}
    scaled = {key: None if each is None else each * factor for key, each in known.items()}

    before = grade_lab(LabResult(term, analyte, value, small, **known)).grade
    after = grade_lab(LabResult(term, analyte, value * factor, large, **scaled)).grade

    assert before == after
