"""Calculator `ctcae-lab`: CTCAE grade of one measured value."""

from adverse_events.ctcae_lab import LabContext, LabResult, UnknownCriterion, grade_lab
from trial_edc.calculators import CaseError, Reader

NAME = "ctcae-lab"
SOURCE = "NCI Common Terminology Criteria for Adverse Events v5.0, 27 November 2017"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """One value with its limits, baseline and context to a grade. Raises CaseError."""
    reader = Reader(data)
    result = LabResult(
        term=reader.text("term"),
        analyte=reader.text("analyte"),
        value=reader.number("value", None, minimum=0),
        unit=_unit(reader),
        lln=reader.number("lln", None, minimum=0),
        uln=reader.number("uln", None, minimum=0),
        baseline_value=reader.number("baseline_value", None, minimum=0),
        baseline_above_uln=reader.flag("baseline_above_uln", None),
        pct_change_from_baseline=reader.number("pct_change_from_baseline", None),
        context=_context(reader.object("context")),
        version=reader.text("version", "5.0"),
    )
    reader.close()
    try:
        graded = grade_lab(result)
    except UnknownCriterion as problem:
        raise CaseError(f"term, analyte, version: {problem}") from problem
    found: dict[str, object] = {"grade": graded.grade, "why": list(graded.why)}
    return found if graded.reason is None else {**found, "reason": graded.reason}


def _unit(reader: Reader) -> str | None:
    """Any text: an unknown unit is not an error, the value then has no grade."""
    unit = reader.raw("unit")
    if unit is None or isinstance(unit, str):
        return unit
    return reader.text("unit")


def _context(reader: Reader | None) -> LabContext:
    if reader is None:
        return LabContext()
    worst = LabContext()
    context = LabContext(
        symptomatic=reader.flag("symptomatic", worst.symptomatic),
        on_anticoagulation=reader.flag("on_anticoagulation", worst.on_anticoagulation),
        with_physiologic_consequences=reader.flag("with_physiologic_consequences", worst.with_physiologic_consequences),
        fever_longer_than_24h=reader.flag("fever_longer_than_24h", worst.fever_longer_than_24h),
    )
    reader.close()
    return context
