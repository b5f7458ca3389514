"""CTCAE v5.0 grades of blood counts: limits of the published text, in the unit as reported."""

from decimal import Decimal

import pytest

from assessments.grading import worst_grade


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "lln", "uln", "grade", "term"),
    [
        ("anc", "0.32", "10^9/L", "1.8", "6.3", 4, "Neutrophil count decreased"),
        ("anc", "0.5", "10^9/L", "1.8", "6.3", 3, "Neutrophil count decreased"),
        ("anc", "1.7", "10^9/L", "1.8", "6.3", 1, "Neutrophil count decreased"),
        ("anc", "1.8", "10^9/L", "1.8", "6.3", 0, "Neutrophil count decreased"),
        ("anc", "320", "/mm3", "1800", "6300", 4, "Neutrophil count decreased"),
        ("hgb", "79", "g/L", "130", "175", 3, "Anemia"),
        ("hgb", "7.9", "g/dL", "13.5", "17.5", 3, "Anemia"),
        ("hgb", "190", "g/L", "130", "175", 1, "Hemoglobin increased"),
        ("plt", "24", "10^3/uL", "150", "400", 4, "Platelet count decreased"),
        ("alc", "5", "10^9/L", "1.1", "3.2", 2, "Lymphocyte count increased"),
    ],
)
def test_a_value_gets_its_worst_grade(analyte, value, unit, lln, uln, grade, term):
    found = worst_grade(analyte, Decimal(value), unit=unit, lln=Decimal(lln), uln=Decimal(uln))

    assert (found.grade, found.term) == (grade, term)


def test_without_limits_a_normal_count_is_not_gradable():
    assert worst_grade("anc", Decimal("3"), unit="10^9/L").grade is None
    assert worst_grade("anc", Decimal("0.3"), unit="10^9/L").grade == 4


def test_an_analyte_without_criteria_has_no_grade():
    assert worst_grade("baso", Decimal("0.1"), unit="10^9/L").grade is None
    assert worst_grade("anc", None, unit="10^9/L").grade is None
