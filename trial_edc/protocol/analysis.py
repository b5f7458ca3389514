"""What the analyses of a study are made with: origin, sets, windows and the items they read. Frozen data.

Each study has `trial_edc.protocol.<study>.analysis.ANALYSIS`; "" and () stand for what a study does not collect.
"""

from __future__ import annotations

from dataclasses import dataclass

from trial_edc.protocol.model import DateSource

Answer = tuple[str, tuple[str, ...]]
"""(item, codes): holds where the item has one of the codes."""


@dataclass(frozen=True)
class GradedForm:
    """A form that grades a day by a scale of its own (ASTCT): the first of `grades` that has a value counts."""

    code: str
    label: str
    form: str
    dated_by: str
    grades: tuple[str, ...]


@dataclass(frozen=True)
class EventRules:
    """How adverse events are read and counted.

    Attributes:
        terms: items that name the event, the first answered one counts; organ_class: item, "" = of the CTCAE term.
        grade: item; grades: (stored value, rank from 1, label), mildest first; scale: its printed name.
        course: item with the changes of the grade. severe_from: rank of "grade 3 or higher".
        measure: what a grade is called, "grade" or "severity"; severe: how "grade 3 or higher" is printed.
        related: (label, item, codes that count as related), the trial treatment first.
        special: item with events of special interest; not_special: its code for none.
        window: first and last day after the origin, both included; an event counts that starts or worsens in it.
        confirmed_by: (form, item): asked at each visit, so that "none" can be told from "not asked".
        beside: scales shown beside the grade.
    """

    grade: str
    grades: tuple[tuple[str, int, str], ...]
    scale: str
    related: tuple[tuple[str, str, tuple[str, ...]], ...]
    form: str = "ae"
    start: str = "aestdtc"
    end: str = "aeendtc"
    terms: tuple[str, ...] = ("aectcae", "aeterm")
    organ_class: str = ""
    course: str = ""
    severe_from: int = 3
    measure: str = "grade"
    severe: str = "grade 3 or higher"
    serious: Answer = ("aeser", ("Y",))
    fatal: Answer = ("aeout", ("FATAL",))
    limiting: Answer | None = None
    special: str = ""
    not_special: str = "NONE"
    window: tuple[int, int] = (0, 28)
    confirmed_by: tuple[str, str] | None = None
    beside: tuple[GradedForm, ...] = ()


@dataclass(frozen=True)
class Profile:
    """A concentration followed over time in one matrix: form, its time item, the analyte's row and its limit.

    `matrix` = (item, codes) of samples that belong to it; `lloq` is the row's column with the lower limit; `days` the
    last day of the partial area; `kind` is "cart" or "plasma" as in `assessments.kinetics`.
    """

    code: str
    label: str
    unit: str
    form: str
    dated_by: str
    analyte: str
    lloq: str = ""
    matrix: Answer | None = None
    kind: str = "cart"


@dataclass(frozen=True)
class Markers:
    """Markers measured at planned time points: the form, its time, its time point, and the analytes' rows."""

    form: str
    dated_by: str
    time_point: str
    analytes: tuple[str, ...]


@dataclass(frozen=True)
class AnalysisPlan:
    """The plan of a study.

    Attributes:
        origin: what day 0 is; origin_name: as printed ("first U87 infusion"); treated: what subjects with a day 0
            are; sample: what kinetics are measured in.
        enrolment, leukapheresis: other days survival may count from; the first source that has a day counts.
        cohort: (form, item) of the dose level or arm given; the subject's own cohort where it has no value.
        cohorts: its values in the order of columns, () = the dose levels of the protocol.
        sets: dotted path of `sets(study) -> Mapping[SetName, AnalysisSet]`; set_labels: (name, label) of those shown.
        populations: names of the sets the response is analysed in, the primary one first.
        sections: dotted paths of `section(study) -> tuple[Part, ...]`, in the order of the page.
        scan_days: planned scans, days from the origin. months: of survival rates.
        sd_min_days, confirmation_min_days: of best response. count_non_cr_non_pd: in disease control.
    """

    origin: DateSource
    origin_name: str
    events: EventRules
    sets: str
    sections: tuple[str, ...]
    set_labels: tuple[tuple[str, str], ...]
    populations: tuple[str, ...] = ("infused", "response-evaluable")
    enrolment: tuple[DateSource, ...] = ()
    leukapheresis: tuple[DateSource, ...] = ()
    cohort: tuple[str, str] | None = None
    cohort_label: str = ""
    cohorts: tuple[str, ...] = ()
    treated: str = "infused"
    sample: str = "transgene copy sample"
    profiles: tuple[Profile, ...] = ()
    markers: Markers | None = None
    scan_days: tuple[int, ...] = (28, 60, 90, 180, 270, 365, 455, 545, 635, 730)
    scan_window_days: int = 14
    months: tuple[int, ...] = (6, 12, 24)
    sd_min_days: int = 42
    confirmation_min_days: int = 28
    max_intervening_ne: int = 1
    count_non_cr_non_pd: bool = False
    conf_level_percent: int = 95
