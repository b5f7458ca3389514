"""CTCAE v5.0 grade of one measured value: laboratory, vital sign, ECG, echo. The investigator decides.

Values and limits are exact decimals in one unit. Mass and molar units have their own published limits; one
is never converted to the other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal

Reference = Literal["ABS", "LLN", "ULN", "BASE", "ULN+", "BASE+", "FALL", "RISE"]

_FILES: Final = {"5.0": "lab_v5.txt"}
_EXACT: Final = Context(prec=400)  # products of two 50-digit numbers stay exact
_BAND = re.compile(r"(\d) ([\[(])([^,]*), ([^\])]*)([\])])")
_BOUND = re.compile(r"(?:(?P<base>ULN|BASE)\+|(?P<sign>[+-]))?(?P<value>[\d.]+)?%? ?(?P<of>LLN|ULN|BASE)?")
_HUNDRED: Final = Decimal(100)
# Spellings of one unit, compared in lower case. The first of each group is the one in the criteria.
_SAME_UNIT: Final = (
    ("10^9/l", "10^3/ul", "k/ul", "thou/ul", "gi/l"),
    ("/mm3", "1/ul", "/ul", "cells/ul", "10^3/ml"),
)
_MEQ_ANALYTES: Final = ("Sodium", "Potassium")  # monovalent: 1 mEq is 1 mmol


class UnknownCriterion(ValueError):
    """The term has no numeric criteria for this analyte, or the version is not loaded."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a band. `value` is absolute, a multiple of the reference, an addition to it, or percent."""

    value: Decimal
    reference: Reference
    inclusive: bool


@dataclass(frozen=True, slots=True)
class Band:
    """The range of one grade under one condition. None means open to that side."""

    grade: int
    system: str  # SI, US or any
    unit: str  # empty when the unit does not matter
    condition: str
    lower: Bound | None
    upper: Bound | None


@dataclass(frozen=True, slots=True)
class Rule:
    """All bands of one term and analyte, worst grade first."""

    term: str
    analyte: str
    direction: str  # low or high: which side is harmful
    bands: tuple[Band, ...]
    also: Mapping[int, str]  # what else, not measured, reaches a grade
    exceeds_baseline: bool
    units: Mapping[str, str]  # spelling in lower case: unit of the bands


@dataclass(frozen=True, slots=True)
class LabContext:
    """What the text asks beside the number. The first three are true unless known: the worst case counts."""

    symptomatic: bool = True
    on_anticoagulation: bool = True
    with_physiologic_consequences: bool = True
    fever_longer_than_24h: bool = False


@dataclass(frozen=True, slots=True)
class LabResult:
    """One measured value with its limits and baseline, all in `unit`. None means not known."""

    term: str
    analyte: str
    value: Decimal | None
    unit: str | None = None
    lln: Decimal | None = None
    uln: Decimal | None = None
    baseline_value: Decimal | None = None
    baseline_above_uln: bool | None = None
    pct_change_from_baseline: Decimal | None = None  # a decrease is negative
    context: LabContext = field(default_factory=LabContext)
    version: str = "5.0"


@dataclass(frozen=True, slots=True)
class LabGrade:
    """Grade 0-4, or None with the reason. `why` holds the sentences behind it."""

    grade: int | None
    reason: str | None
    why: tuple[str, ...]


def lab_pairs(version: str = "5.0") -> tuple[tuple[str, str], ...]:
    """Every (term, analyte) with numeric criteria, in the order of the text. Raises UnknownCriterion."""
    return tuple(_rules(version))


def lab_units(term: str, analyte: str, version: str = "5.0") -> tuple[str, ...]:
    """Units in which the criteria are written; empty when any unit will do. Raises UnknownCriterion."""
    bands = rule(term, analyte, version).bands
    return tuple(dict.fromkeys(band.unit for band in bands if band.system != "any"))


def rule(term: str, analyte: str, version: str = "5.0") -> Rule:
    """The criteria of one term and analyte. Raises UnknownCriterion."""
    found = _rules(version).get((term, analyte))
    if found is None:
        raise UnknownCriterion(f'CTCAE v{version} has no numeric criteria for term "{term}" with analyte "{analyte}".')
    return found


def grade_lab(result: LabResult) -> LabGrade:
    """Grade one value.

    The bands whose condition holds and whose unit fits are tried from grade 4 down; the first whose outer
    bound is met gives the grade, so a value in a gap of the text falls to the milder one. No band met is
    grade 0 only if nothing that was needed is missing.

    Raises:
        UnknownCriterion: no numeric criteria for this term and analyte, or the version is not loaded.
    Source:
        NCI CTCAE v5.0, 27 November 2017. Where symptoms are not known the
        worst case counts, as in pharmaverse admiral.
    """
    criteria = rule(result.term, result.analyte, result.version)
    if result.value is None:
        return _unknown(criteria, "No value was recorded.")
    unit = criteria.units.get((result.unit or "").lower())
    missing: list[str] = []
    for band in criteria.bands:
        if band.system != "any" and band.unit != unit:
            if unit is None:
                missing.append("unit")
            continue
        met = _band_is_met(band, criteria, result, missing)
        if met:
            return LabGrade(band.grade, None, (_met_sentence(criteria, band, result), *_other_ways(criteria)))
    if missing:
        return _unknown(criteria, _missing_sentence(criteria, result, missing))
    sentence = f"{_shown(result)} meets no grade of {criteria.term} in CTCAE v{result.version}: grade 0."
    return LabGrade(0, None, (sentence, *_other_ways(criteria)))


def _unknown(criteria: Rule, reason: str) -> LabGrade:
    return LabGrade(None, reason, (reason, f"{criteria.term} cannot be graded; that is not grade 0."))


def _band_is_met(band: Band, criteria: Rule, result: LabResult, missing: list[str]) -> bool:
    """True when condition and outer bound hold. What would be needed to know is added to `missing`."""
    needed: list[str] = []
    answers = [_condition_holds(band, result, needed), _bound_is_met(band, criteria, result, needed)]
    if criteria.exceeds_baseline:
        answers.append(_exceeds_baseline(result, needed))
    if False in answers:
        return False
    missing.extend(needed)
    return None not in answers


def _exceeds_baseline(result: LabResult, needed: list[str]) -> bool | None:
    if result.baseline_value is None:
        needed.append("baseline_value")
        return None
    assert result.value is not None
    return result.value > result.baseline_value


def _condition_holds(band: Band, result: LabResult, needed: list[str]) -> bool | None:
    context = result.context
    match band.condition:
        case "always":
            return True
        case "baseline_normal":
            return not _baseline_is_abnormal(result)
        case "baseline_abnormal":
            return _baseline_is_abnormal(result)
        case "symptomatic":
            return context.symptomatic
        case "asymptomatic":
            return not context.symptomatic
        case "on_anticoagulation":
            return context.on_anticoagulation
        case "with_physiologic_consequences":
            return context.with_physiologic_consequences
        case "without_physiologic_consequences":
            return not context.with_physiologic_consequences
        case "duration_gt_24h":
            return context.fever_longer_than_24h
        case "duration_le_24h":
            return not context.fever_longer_than_24h
        case "value_below_LLN":
            if result.lln is None:
                needed.append("lln")
                return None
            assert result.value is not None
            return result.value < result.lln
    raise AssertionError(band.condition)


def _baseline_is_abnormal(result: LabResult) -> bool:
    if result.baseline_above_uln is not None:
        return result.baseline_above_uln
    if result.baseline_value is None or result.uln is None:
        return False
    return result.baseline_value > result.uln


def _outer(band: Band, direction: str) -> Bound:
    """The bound that decides: the upper for a low value, the lower for a high one or a change in percent."""
    lower_decides = direction == "high" or (band.lower is not None and band.lower.reference == "FALL")
    bound = band.lower if lower_decides else band.upper
    assert bound is not None
    return bound


def _bound_is_met(band: Band, criteria: Rule, result: LabResult, needed: list[str]) -> bool | None:
    bound = _outer(band, criteria.direction)
    value = result.value
    assert value is not None
    if bound.reference in ("FALL", "RISE"):
        return _change_is_met(bound, result, needed)
    limit = _limit(bound, result, needed)
    if limit is None:
        return None
    if value == limit:
        return bound.inclusive
    return value > limit if criteria.direction == "high" else value < limit


def _limit(bound: Bound, result: LabResult, needed: list[str]) -> Decimal | None:
    """The bound in the unit of the result; None when the limit or baseline that it needs is missing."""
    if bound.reference == "ABS":
        return bound.value
    name = {"LLN": "lln", "ULN": "uln"}.get(bound.reference.rstrip("+"), "baseline_value")
    reference: Decimal | None = getattr(result, name)
    if reference is None:
        needed.append(name)
        return None
    if bound.reference.endswith("+"):
        return _EXACT.add(reference, bound.value)
    return _EXACT.multiply(reference, bound.value)


def _change_is_met(bound: Bound, result: LabResult, needed: list[str]) -> bool | None:
    """Compare a change in percent; without division, so that 25 % of any baseline is exactly 25 %."""
    sign = Decimal(-1) if bound.reference == "FALL" else Decimal(1)
    if result.pct_change_from_baseline is not None:
        return _EXACT.multiply(sign, result.pct_change_from_baseline) >= bound.value
    if not result.baseline_value:
        needed.append("baseline_value")
        return None
    assert result.value is not None
    change = _EXACT.multiply(sign * _HUNDRED, _EXACT.subtract(result.value, result.baseline_value))
    return change >= _EXACT.multiply(bound.value, result.baseline_value)


def _shown(result: LabResult) -> str:
    return f"{result.analyte} {result.value:f}{f' {result.unit}' if result.unit else ''}"


def _met_sentence(criteria: Rule, band: Band, result: LabResult) -> str:
    bound = _outer(band, criteria.direction)
    amount = f"{bound.value:f}".rstrip("0").rstrip(".") if "." in f"{bound.value:f}" else f"{bound.value:f}"
    edge = " or equal to" if bound.inclusive else ""
    if bound.reference in ("FALL", "RISE"):
        against = f"a {'decrease' if bound.reference == 'FALL' else 'increase'} of {amount} % from baseline"
        relation = "reaches"
    else:
        times = "" if bound.value == 1 else f"{amount} x "
        against = {
            "ABS": f"{amount} {band.unit}".strip(),
            "LLN": f"{times}LLN ({result.lln})",
            "ULN": f"{times}ULN ({result.uln})",
            "BASE": f"{times}baseline ({result.baseline_value})",
            "ULN+": f"ULN ({result.uln}) + {amount}",
            "BASE+": f"baseline ({result.baseline_value}) + {amount}",
        }[bound.reference]
        relation = f"is {'above' if criteria.direction == 'high' else 'below'}{edge}"
    condition = "" if band.condition == "always" else f" ({band.condition.replace('_', ' ')})"
    return (
        f"{_shown(result)} {relation} {against}{condition}: "
        f"grade {band.grade} of {criteria.term}, CTCAE v{result.version}."
    )


def _other_ways(criteria: Rule) -> tuple[str, ...]:
    return tuple(f"Grade {grade} is also reached by: {text}." for grade, text in criteria.also.items())


def _missing_sentence(criteria: Rule, result: LabResult, missing: list[str]) -> str:
    if "unit" in missing:
        known = ", ".join(lab_units(criteria.term, criteria.analyte, result.version))
        given = f'"{result.unit}" is not one of them' if result.unit else "none was given"
        return f"The criteria of {criteria.term} are written in {known}; {given}."
    names = {"lln": "the lower limit of normal", "uln": "the upper limit of normal"}
    needed = " and ".join(names.get(name, "the baseline value") for name in dict.fromkeys(missing))
    return f"{_shown(result)} meets no grade that can be tested, and {needed} is missing."


@cache
def _rules(version: str) -> dict[tuple[str, str], Rule]:
    if version not in _FILES:
        raise UnknownCriterion(f"CTCAE version {version} is not loaded; use {', '.join(_FILES)}.")
    text = (Path(__file__).parent / "ctcae_data" / _FILES[version]).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    blocks = "\n".join(lines).split("\n= ")[1:]
    found = [_read_rule(block.strip().splitlines()) for block in blocks]
    return {(each.term, each.analyte): each for each in found}


def _read_rule(lines: list[str]) -> Rule:
    term, analyte, direction = lines[0].split(" | ")
    bands: list[Band] = []
    also: dict[int, str] = {}
    for line in lines[1:]:
        head, _, rest = line.partition(": ")
        if head.startswith("also"):
            also[int(head[-1])] = rest
        elif head != "above BASE":
            system, unit, condition = head.split(" ")
            bands += [
                Band(int(grade), system, unit.strip("-"), condition, _bound(low, opens), _bound(high, closes))
                for grade, opens, low, high, closes in _BAND.findall(rest)
            ]
    bands.sort(key=lambda band: -band.grade)
    units = {
        spelling: band.unit for band in bands if band.system != "any" for spelling in _spellings(band.unit, analyte)
    }
    return Rule(term, analyte, direction, tuple(bands), also, "above BASE" in lines, units)


def _bound(text: str, bracket: str) -> Bound | None:
    if not text:
        return None
    found = _BOUND.fullmatch(text)
    assert found is not None, text
    reference: Reference = found["of"] or "ABS"  # type: ignore[assignment]
    if found["sign"]:
        reference = "FALL" if found["sign"] == "-" else "RISE"
    elif found["base"]:
        reference = "ULN+" if found["base"] == "ULN" else "BASE+"
    return Bound(Decimal(found["value"] or 1), reference, bracket in "[]")


def _spellings(unit: str, analyte: str) -> tuple[str, ...]:
    lowered = unit.lower()
    if lowered == "mmol/l" and analyte in _MEQ_ANALYTES:
        return (lowered, "meq/l")
    return next((group for group in _SAME_UNIT if lowered in group), (lowered,))
