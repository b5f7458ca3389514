"""The words of RECIST 1.1 as types: lesions, scans, responses and the settings that a protocol fixes.

All diameters are millimetres as exact `Decimal`. A missing value is None or a missing key, never 0.
Source: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247).
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum
from typing import Final

EXACT: Final = Context(prec=200)
"""Sums and thresholds are formed in this context; 200 digits hold every sum and product of sane diameters."""


class Response(StrEnum):
    """A response of a lesion group, a time point or a whole history. NA: no such lesions at baseline."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    NON_CR_NON_PD = "Non-CR/Non-PD"
    PD = "PD"
    NE = "NE"
    NA = "NA"


class Finding(StrEnum):
    """What is recorded for a target lesion instead of a diameter."""

    TOO_SMALL = "TSTM"
    ABSENT = "ABSENT"
    NOT_EVALUABLE = "NE"


class NonTargetStatus(StrEnum):
    """What is recorded for a non-target lesion."""

    PRESENT = "present"
    ABSENT = "absent"
    PROGRESSION = "unequivocal_progression"
    NOT_EVALUATED = "not_evaluated"


class NewLesion(StrEnum):
    """Whether the scan shows a lesion that was not there at baseline."""

    NONE = "none"
    EQUIVOCAL = "equivocal"
    UNEQUIVOCAL = "unequivocal"


@dataclass(frozen=True, slots=True)
class MergedInto:
    """The lesion can no longer be told from another target, which carries the one maximal diameter."""

    lesion_id: str


TargetValue = Decimal | tuple[Decimal, ...] | MergedInto | Finding
"""A diameter in mm, the fragments of a split lesion in mm, a merger, or a finding without a diameter."""


@dataclass(frozen=True, slots=True)
class TargetLesion:
    """A target lesion at baseline: longest diameter, or short axis when nodal, in mm, >= 0."""

    id: str
    site: str
    nodal: bool
    diameter_mm: Decimal


@dataclass(frozen=True, slots=True)
class NonTargetLesion:
    """A lesion followed without measuring it."""

    id: str
    site: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The lesions found before treatment. Either tuple may be empty; ids are unique over both."""

    targets: tuple[TargetLesion, ...] = ()
    non_targets: tuple[NonTargetLesion, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """One tumour assessment after treatment, as read. A lesion without an entry was not evaluated.

    `new_lesion_sum_mm` (sum over measurable new lesions), `n_new_lesions` and `non_target_worse` (worse
    than when its progression was first read) serve iRECIST only.
    """

    on: datetime.date
    performed: bool = True
    targets: Mapping[str, TargetValue] = field(default_factory=dict)
    non_targets: Mapping[str, NonTargetStatus] = field(default_factory=dict)
    new_lesion: NewLesion = NewLesion.NONE
    new_lesion_sum_mm: Decimal | None = None
    n_new_lesions: int | None = None
    non_target_worse: bool | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """The numeric limits of RECIST 1.1, sections 4.3.1 and 4.3.2; lengths in mm."""

    progression_factor: Decimal = Decimal("1.2")
    progression_min_mm: Decimal = Decimal(5)
    response_factor: Decimal = Decimal("0.7")
    normal_node_mm: Decimal = Decimal(10)
    too_small_mm: Decimal = Decimal(5)


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """What a protocol fixes for best response.

    `sd_min_days` runs from the reference date, `confirmation_min_days` between two responses, both inclusive.
    """

    sd_min_days: int = 42
    confirmation_min_days: int = 28
    max_intervening_ne: int = 1
    intervening_sd_allowed: bool = False


@dataclass(frozen=True, slots=True)
class DatedResponse:
    """An overall response at the date of its scan."""

    on: datetime.date
    overall: Response


def millimetres(length_mm: Decimal) -> str:
    """A length for a sentence: no trailing zeros, no exponent."""
    text = f"{length_mm:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
