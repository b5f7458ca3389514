"""The CTCAE grade of a measured row, as a proposal beside the value; the investigator decides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from adverse_events.ctcae import LabGrade, LabResult, grade_lab

# Analyte of a form -> (CTCAE term, analyte in the criteria), in the order in which equal grades are named.
CRITERIA = {
    "wbc": (("White blood cell decreased", "Leukocytes"), ("Leukocytosis", "Leukocytes")),
    "anc": (("Neutrophil count decreased", "Neutrophils (absolute)"),),
    "alc": (
        ("Lymphocyte count decreased", "Lymphocytes (absolute)"),
        ("Lymphocyte count increased", "Lymphocytes (absolute)"),
    ),
    "hgb": (("Anemia", "Hemoglobin"), ("Hemoglobin increased", "Hemoglobin")),
    "plt": (("Platelet count decreased", "Platelets"),),
    "eos": (("Eosinophilia", "Eosinophils (absolute)"),),
    "alt": (("Alanine aminotransferase increased", "ALT"),),
    "ast": (("Aspartate aminotransferase increased", "AST"),),
    "alp": (("Alkaline phosphatase increased", "ALP"),),
    "bili": (("Blood bilirubin increased", "Total bilirubin"),),
    "creat": (("Creatinine increased", "Creatinine"),),
    "alb": (("Hypoalbuminemia", "Albumin"),),
    "na": (("Hyponatremia", "Sodium"), ("Hypernatremia", "Sodium")),
    "k": (("Hypokalemia", "Potassium"), ("Hyperkalemia", "Potassium")),
    # CTCAE grades corrected calcium; the total as measured gets no grade. Creatinine clearance gets none
    # either: its only term is chronic kidney disease, which one sample cannot show.
    "cacorr": (
        ("Hypocalcemia", "Calcium (albumin-corrected)"),
        ("Hypercalcemia", "Calcium (albumin-corrected)"),
    ),
    "mg": (("Hypomagnesemia", "Magnesium"), ("Hypermagnesemia", "Magnesium")),
    "gluc": (("Hypoglycemia", "Glucose"),),
    "urate": (("Hyperuricemia", "Uric acid"),),
    "ldh": (("Blood lactate dehydrogenase increased", "LDH"),),
    "trig": (("Hypertriglyceridemia", "Triglycerides"),),
    "fib": (("Fibrinogen decreased", "Fibrinogen"),),
    "inr": (("INR increased", "INR"),),
    "aptt": (("Activated partial thromboplastin time prolonged", "aPTT"),),
    "cd4": (("CD4 lymphocytes decreased", "CD4+ T cells"),),
    "temp": (("Fever", "Body temperature"),),
    "sysbp": (("Hypertension", "Systolic BP (adult)"),),
    "diabp": (("Hypertension", "Diastolic BP (adult)"),),
    "weight": (("Weight loss", "Body weight"), ("Weight gain", "Body weight")),
}


@dataclass(frozen=True)
class Proposal:
    """A proposed grade 0-4 with its term, or None with the reason why there is none."""

    grade: int | None
    term: str = ""
    why: tuple[str, ...] = ()


def worst_grade(
    analyte: str,
    value: Decimal | None,
    *,
    unit: str,
    lln: Decimal | None = None,
    uln: Decimal | None = None,
    baseline: Decimal | None = None,
    version: str = "5.0",
) -> Proposal:
    """The worst grade over the terms an analyte can be graded by.

    Args:
        value, lln, uln, baseline: all in `unit`, as reported: limits are never carried between mass and
            molar units. A qualified value ("<0.1") is graded by its bound.
    Returns:
        Grade 0 only when every term could be judged; a grade from 1 on even if another term could not.
    """
    if value is None or analyte not in CRITERIA:
        return Proposal(None, why=("No value that can be graded.",))
    asked = partial(_answer, value=value, unit=unit, lln=lln, uln=uln, baseline=baseline, version=version)
    answers = [(term, asked(term, name)) for term, name in CRITERIA[analyte]]
    graded = [(answer.grade, term, answer) for term, answer in answers if answer.grade]
    if graded:
        grade, term, answer = max(graded, key=lambda one: one[0])
        return Proposal(grade, term, answer.why)
    for term, answer in answers:
        if answer.grade is None:
            return Proposal(None, term, (answer.reason or "",))
    return Proposal(0, answers[0][0], answers[0][1].why)


def _answer(
    term: str,
    analyte: str,
    *,
    value: Decimal,
    unit: str,
    lln: Decimal | None,
    uln: Decimal | None,
    baseline: Decimal | None,
    version: str,
) -> LabGrade:
    """The grade of one term."""
    return grade_lab(
        LabResult(
            term=term,
            analyte=analyte,
            value=value,
            unit=unit,
            lln=lln,
            uln=uln,
            baseline_value=baseline,
            baseline_above_uln=None if baseline is None or uln is None else baseline > uln,
            pct_change_from_baseline=(value - baseline) / baseline * 100 if baseline else None,
            version=version,
        )
    )
