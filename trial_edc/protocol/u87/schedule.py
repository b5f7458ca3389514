"""Which form is asked at which visit. A further form is one more `form(...)` line.

The visit record comes first at every visit; logs are never listed, the visit record names those reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trial_edc.protocol.model import Cell
from trial_edc.protocol.u87.visits import VISITS

LYMPHODEPLETION = "ld1 ld2 ld3"
DAILY = "d1 d2 d3 d4 d7 d10 d14 d21"
EARLY = f"{DAILY} d28"
SAFETY_MONTHS = "m2 m3"
LATE_MONTHS = "m6 m9 m12 m15 m18 m21 m24"
MONTHS = f"{SAFETY_MONTHS} {LATE_MONTHS}"
SCANS = ("tr", "nt", "rs")
YEARS = "y3 y4 y5 y6 y7 y8 y9 y10 y11 y12 y13 y14 y15"
PRODUCT = f"base {LYMPHODEPLETION} d0"
LOG_FORMS = (
    *("icf", "mh", "prt", "coi", "cm", "subs", "dd", "dv"),
    *("ae", "sae", "spa", "hlh", "infx", "preg", "hosp"),
)
# One daily assessment each: the visit also takes the days without a visit before it.
DAYS_IN_VISIT = {"d7": 3, "d10": 3, "d14": 4}


def form(
    code: str,
    visits: str,
    track: str,
    *,
    required: bool = True,
    note: str = "",
    logs: str = "",
    filled: str = "",
    samples: tuple[str, int, int] | None = None,
    instances: Mapping[str, int] | None = None,
) -> list[Cell]:
    """One form at several visits.

    Args:
        visits: visit codes apart by spaces. logs: logs reviewed there; filled: those that need an entry.
        samples: (anchor, earliest day, latest day) of the sample where it is not the visit's window.
        instances: how many of the form a visit collects, 1 where it is not listed.
    """
    return [
        Cell(
            visit=visit,
            form=code,
            required=required,
            track=track,
            note=note,
            item_window=samples,
            logs=tuple(logs.split()),
            logs_filled=tuple(filled.split()),
            expected_instances=(instances or {}).get(visit, 1),
        )
        for visit in visits.split()
    ]


def optional(code: str, visits: str, track: str, note: str = "") -> list[Cell]:
    """A form that is asked only under the condition in `note`."""
    return form(code, visits, track, required=False, note=note)


LINES: tuple[list[Cell], ...] = (
    form("sv", "prescr", "screening", logs="icf", filled="icf", note="consent to tissue pre-screening"),
    form("sv", "scr", "screening", logs="icf mh prt cm ae", filled="icf prt", note="main and 15-year consent"),
    form("sv", "aph", "product", logs="coi cm ae", filled="coi"),
    form("sv", "mfg", "product", logs="coi cm ae", filled="coi", note="a remote visit is allowed"),
    form("sv", f"base {LYMPHODEPLETION}", "product", logs="cm ae"),
    form("sv", "d0", "product", logs="coi cm ae", filled="coi", note="two-person check at the bedside"),
    form("sv", DAILY, "safety", logs="cm ae"),
    form("sv", "d28", "safety", logs="cm ae subs"),
    form("sv", MONTHS, "follow-up", logs="cm ae subs"),
    form("sv", YEARS, "follow-up", logs="ae subs", note="delayed adverse events"),
    form("sv", "eos", "follow-up", logs="cm ae subs"),
    form("sv", "uns", "", logs="cm ae", note="own date first; no window, never overdue"),
    form("ie", "scr", "screening"),
    form("ie", "base", "product", note="criteria for re-check before lymphodepletion"),
    form("ie", "d0", "product", note="criteria for re-check before infusion"),
    form("dm", "prescr", "screening"),
    optional("dm", "scr", "screening", "only when there was no tissue pre-screening"),
    form("vs", "scr", "screening", note="height here only"),
    form("vs", f"aph base {LYMPHODEPLETION}", "product"),
    form("vs", "d0", "product", instances={"d0": 6}, note="pre-dose, +15 and +30 min, +1, +2 and +4 h"),
    form("vs", f"{EARLY} {SAFETY_MONTHS}", "safety"),
    form("vs", LATE_MONTHS, "efficacy"),
    optional("vs", "eos", "follow-up", "not after death or when seen by telephone"),
    optional("vs", "uns", ""),
    form("lbh", "scr", "screening", samples=("leukapheresis", -14, -1), note="eligibility values"),
    form("lbh", "aph", "product", samples=("leukapheresis", -1, 0), note="same day or the day before"),
    form("lbh", "base", "product", samples=("ld1", -7, 0), note="re-check before lymphodepletion"),
    form("lbh", "ld1", "product"),
    optional("lbh", "ld2 ld3", "product"),
    form("lbh", "d0", "product", samples=("infusion", -1, 0), note="before the infusion"),
    form("lbh", f"{EARLY} {SAFETY_MONTHS}", "safety"),
    form("lbh", LATE_MONTHS, "efficacy"),
    optional("lbh", YEARS, "follow-up", "yearly blood count"),
    optional("lbh", "eos", "follow-up", "not after death or when seen by telephone"),
    optional("lbh", "uns", ""),
    form("ihc", "prescr", "screening", note="the result may come days after consent"),
    form("hnc", "scr", "screening"),
    form("aph", "aph", "product"),
    form("dla", "aph", "product", note="dose level assigned before the product is ordered"),
    form("mfg", "mfg", "product"),
    form("rel", "mfg", "product"),
    form("brg", "mfg", "product", note="No when none was given: it decides the baseline scan"),
    form("ld", LYMPHODEPLETION, "product"),
    form("inf", "d0", "product"),
    form("surv", f"{MONTHS} {YEARS} eos", "follow-up"),
    form("ltfu", "m3 m6 m12 m24", "follow-up", note="RCL sample and questions of long-term follow-up"),
    form("ltfu", YEARS, "follow-up", note="on site every year up to year 5, then by contact"),
    # On no track: what ends the study is asked whatever it switched off.
    form("ds", "eos", ""),
    form("crs", "d0", "product"),
    form("crs", "d1 d2 d3 d4 d7 d10 d14", "safety", instances=DAYS_IN_VISIT),
    optional("crs", "d21 d28", "safety", "while CRS or ICANS is present or returns"),
    optional("crs", "uns", ""),
    form("icn", "base", "product", note="baseline ICE score"),
    form("icn", "d0", "product"),
    form("icn", "d1 d2 d3 d4 d7 d10 d14", "safety", instances=DAYS_IN_VISIT),
    optional("icn", "d21 d28", "safety", "while CRS or ICANS is present or returns"),
    optional("icn", "uns", ""),
    form("pe", "scr", "screening"),
    form("pe", "base", "product", note="neurological baseline"),
    form("pe", "d0", "product"),
    form("pe", "d7 d14 d28 m2 m3", "safety"),
    optional("pe", "d1 d2 d3 d4 d10 d21", "safety"),
    form("pe", LATE_MONTHS, "efficacy"),
    optional("pe", "uns", "", "such as a neurological finding"),
    form("ecog", "scr", "screening"),
    form("ecog", "base d0", "product"),
    form("ecog", "d7 d14 d21 d28 m2 m3", "safety"),
    form("ecog", LATE_MONTHS, "efficacy"),
    optional("ecog", "uns", ""),
    form("ecg", "scr", "screening", note="with ejection fraction"),
    optional("ecg", "base", "product", "when the last one is older than 60 days, or after bridging"),
    optional("ecg", "d28", "safety"),
    optional("ecg", "uns", ""),
    form("lbc", "scr", "screening", samples=("leukapheresis", -14, -1), note="eligibility values"),
    form("lbc", "base", "product", samples=("ld1", -7, 0), note="re-check before lymphodepletion"),
    form("lbc", "ld1", "product"),
    optional("lbc", "ld2 ld3", "product"),
    form("lbc", "d0", "product", samples=("infusion", -1, 0), note="before the infusion"),
    form("lbc", f"{EARLY} {SAFETY_MONTHS}", "safety"),
    form("lbc", LATE_MONTHS, "efficacy"),
    optional("lbc", "eos", "follow-up", "not after death or when seen by telephone"),
    optional("lbc", "uns", ""),
    form("lbi", "scr", "screening", samples=("leukapheresis", -30, 0), note="virology and pregnancy test"),
    form("lbi", "base", "product", samples=("ld1", -7, 0), note="pregnancy test and sample for replicating virus"),
    form("lbi", "d28 m3", "safety", note="IgG; lymphocyte subsets on Day 28"),
    optional("lbi", "m2", "safety", "IgG"),
    form("lbi", "m6 m12 m24", "efficacy", note="IgG"),
    optional("lbi", "m9 m15 m18 m21", "efficacy", "IgG"),
    optional("lbi", "uns", ""),
    form("cyt", "base", "product", samples=("ld1", -14, 0)),
    form("cyt", "d0", "product", samples=("infusion", -1, 0), note="before the infusion"),
    form("cyt", EARLY, "safety"),
    form("cyt", SAFETY_MONTHS, "efficacy"),
    optional("cyt", LATE_MONTHS, "efficacy"),
    optional("cyt", "uns", "", "at the onset of CRS and daily while it is grade 2 or higher"),
    form("pk", "base", "product", samples=("ld1", -14, 0), note="negative control"),
    form("pk", "d0", "product", samples=("infusion", -1, 0), note="before the infusion"),
    form("pk", "d1 d3 d4 d7 d10 d14 d21 d28", "safety"),
    optional("pk", "d2", "safety"),
    form("pk", SAFETY_MONTHS, "safety", note="until undetectable twice"),
    form("pk", "m6 m9 m12 m18 m24", "follow-up", note="until undetectable twice"),
    optional("pk", "m15 m21", "follow-up", "until undetectable twice"),
    optional("pk", YEARS, "follow-up", "persistence of the vector until undetectable"),
    optional("pk", "uns", ""),
    form("tu", "base", "product", samples=("ld1", -28, 0), note="last scan before lymphodepletion"),
    form("nt", "base", "product", samples=("ld1", -28, 0), note="non-target lesions are named here"),
    *(form(code, "d28", "efficacy", samples=("infusion", 25, 35)) for code in SCANS),
    *(form(code, "m2", "efficacy", samples=("infusion", 56, 67)) for code in SCANS),
    *(form(code, "m3", "efficacy", samples=("infusion", 84, 97)) for code in SCANS),
    *(form(code, LATE_MONTHS, "efficacy") for code in SCANS),
    *(optional(code, "uns", "", "scan for suspected progression") for code in SCANS),
    form("ht", "d28", "safety", note="early ICAHT"),
    form("ht", SAFETY_MONTHS, "safety", note="late ICAHT"),
    form("dlt", "d28", "safety", note="the window closes"),
    optional("bio", "base", "product", "biopsy"),
    optional("bio", "d28", "safety", "biopsy"),
    optional("bio", "uns", ""),
)

# The order of entry within a visit.
FORM_ORDER = (
    *("sv", "dm", "ihc", "hnc", "ie", "dla", "aph", "mfg", "rel", "brg", "ld", "inf"),
    *("vs", "pe", "ecog", "ecg", "crs", "icn", "lbh", "lbc", "lbi", "cyt", "pk"),
    *("tu", "tr", "nt", "rs", "ht", "dlt", "bio", "surv", "ltfu", "ds"),
)


def _in_order(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    visits = {visit.code: place for place, visit in enumerate(VISITS)}
    forms = {code: place for place, code in enumerate(FORM_ORDER)}
    return tuple(sorted(cells, key=lambda cell: (visits[cell.visit], forms.get(cell.form, len(forms)))))


CELLS = _in_order(cell for line in LINES for cell in line)
