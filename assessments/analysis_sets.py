"""Analysis sets: who is in, and why each other subject is not.

Sets: enrolled, leukapheresed, infused (safety, primary), DLT-evaluable, response-evaluable, PK. Thresholds
are protocol settings and arguments here.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class SetName(StrEnum):
    """The sets of the analysis plan."""

    ENROLLED = "enrolled"
    LEUKAPHERESED = "leukapheresed"
    INFUSED = "infused"
    DLT_EVALUABLE = "DLT-evaluable"
    RESPONSE_EVALUABLE = "response-evaluable"
    PK = "PK"


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What the sets ask about one subject; None is not happened or not known.

    `dose_percent` is the dose given in percent of the assigned level, `followed_until_on` the last contact or
    death, `had_dlt` None until assessed, the counts are of samples and scans with a result.
    """

    subject: str
    consented_on: datetime.date | None = None
    leukapheresis_on: datetime.date | None = None
    infusion_on: datetime.date | None = None
    dose_percent: Decimal | None = None
    had_dlt: bool | None = None
    followed_until_on: datetime.date | None = None
    baseline_scan_on: datetime.date | None = None
    n_post_baseline_scans: int = 0
    n_pk_samples: int = 0


@dataclass(frozen=True, slots=True)
class SetRules:
    """Protocol settings of the sets. Days count from the infusion, percent of the assigned dose.

    The words stand in the reasons: what subjects of the study are, from what day on, and by which sample.
    """

    dlt_window_days: int = 28
    min_dose_percent: Decimal = Decimal(80)
    treated: str = "infused"
    origin: str = "infusion"
    sample: str = "transgene copy sample"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A subject outside a set, with the reason as a sentence."""

    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class AnalysisSet:
    """Members and everybody else, each in the order given; together all subjects."""

    name: SetName
    members: tuple[str, ...]
    excluded: tuple[Exclusion, ...]

    @property
    def why(self) -> tuple[str, ...]:
        """One sentence for the count, one for each subject left out."""
        n_all = len(self.members) + len(self.excluded)
        count = f"{len(self.members)} of {n_all} subjects are in the {self.name} set."
        return (count, *(f"{one.subject}: {one.why}" for one in self.excluded))


def analysis_sets(
    subjects: Iterable[SubjectFacts],
    *,
    cutoff_on: datetime.date | None = None,
    rules: SetRules = SetRules(),
) -> dict[SetName, AnalysisSet]:
    """Every set over the same subjects.

    Args:
        subjects: each once, in the order of the output.
        cutoff_on: what happened later is not seen; the counts must be taken at the cut-off already.
        rules: window and least dose of the DLT-evaluable set.
    Raises:
        ValueError: a subject is given twice.
    """
    everyone = tuple(subjects)
    if len({facts.subject for facts in everyone}) != len(everyone):
        raise ValueError("a subject is given twice")
    asked: dict[SetName, Callable[[SubjectFacts], str | None]] = {
        SetName.ENROLLED: lambda facts: _unless(_seen(facts.consented_on, cutoff_on), "No consent by the cut-off."),
        SetName.LEUKAPHERESED: lambda facts: _unless(
            _seen(facts.leukapheresis_on, cutoff_on), "No leukapheresis by the cut-off."
        ),
        SetName.INFUSED: lambda facts: _not_infused(facts, cutoff_on, rules),
        SetName.DLT_EVALUABLE: lambda facts: _not_dlt_evaluable(facts, cutoff_on, rules),
        SetName.RESPONSE_EVALUABLE: lambda facts: _not_response_evaluable(facts, cutoff_on, rules),
        SetName.PK: lambda facts: (
            _not_infused(facts, cutoff_on, rules)
            or _unless(facts.n_pk_samples > 0, f"No {rules.sample} with a result after the {rules.origin}.")
        ),
    }
    return {name: _collect(name, everyone, why_not) for name, why_not in asked.items()}


def _collect(
    name: SetName, subjects: tuple[SubjectFacts, ...], why_not: Callable[[SubjectFacts], str | None]
) -> AnalysisSet:
    members: list[str] = []
    excluded: list[Exclusion] = []
    for facts in subjects:
        reason = why_not(facts)
        if reason is None:
            members.append(facts.subject)
        else:
            excluded.append(Exclusion(facts.subject, reason))
    return AnalysisSet(name, tuple(members), tuple(excluded))


def _seen(on: datetime.date | None, cutoff_on: datetime.date | None) -> bool:
    return on is not None and (cutoff_on is None or on <= cutoff_on)


def _unless(fulfilled: bool, reason: str) -> str | None:
    return None if fulfilled else reason


def _not_infused(facts: SubjectFacts, cutoff_on: datetime.date | None, rules: SetRules) -> str | None:
    return _unless(_seen(facts.infusion_on, cutoff_on), f"Not {rules.treated} by the cut-off.")


def _not_dlt_evaluable(facts: SubjectFacts, cutoff_on: datetime.date | None, rules: SetRules) -> str | None:
    """A DLT is enough; otherwise the least dose and the whole window are needed."""
    if (reason := _not_infused(facts, cutoff_on, rules)) or facts.had_dlt:
        return reason
    assert facts.infusion_on is not None  # infused, so dated
    if facts.had_dlt is None:
        return "Dose-limiting toxicity is not assessed yet."
    if facts.dose_percent is None:
        return "The dose given is not known."
    if facts.dose_percent < rules.min_dose_percent:
        return f"Got {facts.dose_percent} % of the assigned dose; {rules.min_dose_percent} % are needed; no DLT."
    if facts.followed_until_on is None:
        return f"No follow-up after the {rules.origin} is recorded; no DLT."
    until = facts.followed_until_on if cutoff_on is None else min(facts.followed_until_on, cutoff_on)
    days = (until - facts.infusion_on).days
    if days < rules.dlt_window_days:
        return f"Followed for {days} days; {rules.dlt_window_days} are needed; no DLT."
    return None


def _not_response_evaluable(facts: SubjectFacts, cutoff_on: datetime.date | None, rules: SetRules) -> str | None:
    if reason := _not_infused(facts, cutoff_on, rules):
        return reason
    if not _seen(facts.baseline_scan_on, cutoff_on):
        return "No baseline tumour assessment."
    return _unless(facts.n_post_baseline_scans > 0, f"No tumour assessment after the {rules.origin}.")
