"""Which lesions may be targets at baseline.

Source: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247), sections 3.1, 3.2, 4.1 and 4.2; all
lymph nodes count as one organ (EORTC RECIST committee, questions and clarifications).
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Final

from assessments.recist.model import EXACT, millimetres

MAX_TARGETS: Final = 5
MAX_PER_ORGAN: Final = 2
MIN_LONGEST_MM: Final = Decimal(10)
MIN_LONGEST_X_RAY_MM: Final = Decimal(20)
MIN_SHORT_AXIS_MM: Final = Decimal(15)
NORMAL_NODE_MM: Final = Decimal(10)
THIN_SLICE_MM: Final = Decimal(5)
MAX_DAYS_BEFORE_TREATMENT: Final = 28


class Method(StrEnum):
    """How a lesion was imaged or measured."""

    CT = "CT"
    MRI = "MRI"
    PET_CT = "PET-CT"
    CALIPER = "caliper"
    X_RAY = "X-ray"
    ULTRASOUND = "ultrasound"


class LesionType(StrEnum):
    """What a lesion is made of; only the first two can be measured."""

    SOLID = "solid"
    CYSTIC_METASTASIS = "cystic_metastasis"
    SIMPLE_CYST = "simple_cyst"
    BLASTIC_BONE = "blastic_bone"
    EFFUSION = "effusion"
    ASCITES = "ascites"
    LEPTOMENINGEAL = "leptomeningeal"
    LYMPHANGITIS = "lymphangitis"


class Axis(StrEnum):
    """Which diameter was measured."""

    LONGEST = "longest"
    SHORT = "short"


class Role(StrEnum):
    """What a lesion may be by its size and kind."""

    TARGET = "measurable"
    NON_TARGET = "non-target only"
    NORMAL = "normal node"


MEASURABLE_TYPES: Final = (LesionType.SOLID, LesionType.CYSTIC_METASTASIS)
_SLICED: Final = (Method.CT, Method.MRI, Method.PET_CT)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lesion proposed as target. Lengths in mm; `axis` and `slice_mm` None when not recorded."""

    site: str
    nodal: bool
    diameter_mm: Decimal
    id: str | None = None
    axis: Axis | None = None
    method: Method = Method.CT
    slice_mm: Decimal | None = None
    lesion_type: LesionType = LesionType.SOLID
    prior_local_treatment: bool = False
    progressed_since: bool = False

    @property
    def organ(self) -> str:
        """The site up to the first comma, upper and lower case alike."""
        return self.site.partition(",")[0].strip().casefold()


@dataclass(frozen=True, slots=True)
class BaselineCheck:
    """`why` says what was checked when nothing is wrong, and repeats the violations otherwise."""

    violations: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """No rule is broken."""
        return not self.violations


def check_targets(lesions: Sequence[Candidate]) -> BaselineCheck:
    """The baseline rules for target lesions, one sentence per broken rule and lesion.

    Args:
        lesions: the proposed targets, in the order of the form; a lesion without id is called by its number.
    """
    with localcontext(EXACT):
        violations = (
            *_count_violations(lesions),
            *(found for i, lesion in enumerate(lesions) for found in _lesion_violations(lesion, _name(lesion, i))),
        )
    kept = f"{len(lesions)} target lesions keep the rules of number, organ, size, method, type, axis."
    return BaselineCheck(violations, violations or (kept,))


def role(lesion: Candidate) -> Role:
    """Whether a lesion is measurable, can only be followed as non-target, or is a normal node (< 10 mm)."""
    if lesion.nodal and lesion.diameter_mm < NORMAL_NODE_MM:
        return Role.NORMAL
    with localcontext(EXACT):
        found = next(_measurability_violations(lesion, "Lesion"), None)
    return Role.TARGET if found is None else Role.NON_TARGET


def timing_violations(
    baseline_on: datetime.date,
    *,
    treatment_on: datetime.date,
    bridging_ended_on: datetime.date | None = None,
) -> tuple[str, ...]:
    """The baseline scan is at most 28 days before treatment, not after it, and after any bridging therapy."""
    days = (treatment_on - baseline_on).days
    violations = []
    if days > MAX_DAYS_BEFORE_TREATMENT:
        violations.append(
            f"The baseline scan is {days} days before treatment; at most {MAX_DAYS_BEFORE_TREATMENT} are allowed."
        )
    if days < 0:
        violations.append(f"The baseline scan on {baseline_on} is after treatment began on {treatment_on}.")
    if bridging_ended_on is not None and baseline_on < bridging_ended_on:
        violations.append(
            f"The baseline scan on {baseline_on} is before bridging therapy ended on {bridging_ended_on}; "
            "repeat the scan."
        )
    return tuple(violations)


def _name(lesion: Candidate, index: int) -> str:
    return lesion.id or f"Lesion {index + 1}"


def _count_violations(lesions: Sequence[Candidate]) -> Iterator[str]:
    if len(lesions) > MAX_TARGETS:
        yield f"There are {len(lesions)} target lesions; at most {MAX_TARGETS} are allowed."
    organs: dict[str, int] = {}
    n_nodal = 0
    for lesion in lesions:
        if lesion.nodal:
            n_nodal += 1
        else:
            organs[lesion.organ] = organs.get(lesion.organ, 0) + 1
    for organ, count in organs.items():
        if count > MAX_PER_ORGAN:
            yield f"There are {count} target lesions in {organ}; at most {MAX_PER_ORGAN} per organ."
    if n_nodal > MAX_PER_ORGAN:
        yield f"There are {n_nodal} nodal target lesions; all nodes are one organ, at most {MAX_PER_ORGAN}."


def _lesion_violations(lesion: Candidate, name: str) -> Iterator[str]:
    yield from _measurability_violations(lesion, name)
    needed = Axis.SHORT if lesion.nodal else Axis.LONGEST
    if lesion.axis is not None and lesion.axis is not needed:
        kind = "a lymph node is measured by its short axis" if lesion.nodal else "measure the longest diameter"
        yield f"{name} has the {lesion.axis} axis; {kind}."


def _measurability_violations(lesion: Candidate, name: str) -> Iterator[str]:
    size = millimetres(lesion.diameter_mm)
    x_ray = lesion.method is Method.X_RAY
    if lesion.nodal:
        if lesion.diameter_mm < MIN_SHORT_AXIS_MM:
            yield f"{name} is {size} mm; a nodal target needs a short axis of {MIN_SHORT_AXIS_MM} mm or more."
    elif lesion.diameter_mm < (minimum := MIN_LONGEST_X_RAY_MM if x_ray else MIN_LONGEST_MM):
        yield f"{name} is {size} mm; a target needs {minimum} mm or more by {lesion.method}."
    if lesion.method is Method.ULTRASOUND:
        yield f"{name} was measured by ultrasound, which is never used for measurement."
    slice_mm = lesion.slice_mm or Decimal(0)
    thick = lesion.method in _SLICED and slice_mm > THIN_SLICE_MM
    if thick and lesion.diameter_mm < 2 * slice_mm:
        yield f"{name} is {size} mm; with slices of {millimetres(slice_mm)} mm a target needs twice that."
    if lesion.lesion_type not in MEASURABLE_TYPES:
        yield f"{name} is {lesion.lesion_type}, which is not measurable."
    if lesion.prior_local_treatment and not lesion.progressed_since:
        yield f"{name} was treated locally before and has not progressed since; it is not measurable."
