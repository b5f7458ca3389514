"""The 37 visits of the study in the order of time, by the names its files use.

Day 1 of the files is the day of first exposure, our Day 0. Windows are not stated in the data, so none is late.
"""

from __future__ import annotations

from trial_edc.protocol.model import VisitPlan
from trial_edc.protocol.words import _

SCREENING, TREATMENT, ANY = _("Screening"), _("Treatment"), _("Any")
ORIGIN = "infusion"
UNPLANNED = "1.1 1.2 1.3 3.1 4.1 4.2 5.1 6.1 7.1 8.2 9.1 9.2 9.3 10.2 11.2 12.1 13.1"


def _planned(code: str, name: str, phase: str, day: int | None) -> VisitPlan:
    return VisitPlan(code, name, phase, ORIGIN, day, None, None, "study")


def _unplanned(number: str) -> VisitPlan:
    """A visit outside the schedule under its own name; shown once something stands in it."""
    return VisitPlan(f"u{number.replace('.', 'd')}", f"Unscheduled {number}", ANY, "", None, None, None, "")


_U = {number: _unplanned(number) for number in UNPLANNED.split()}
VISITS = (
    _planned("scr1", _("Screening 1"), SCREENING, -7),
    *(_U[number] for number in ("1.1", "1.2", "1.3")),
    _planned("scr2", _("Screening 2"), SCREENING, -1),
    _planned("base", _("Baseline"), TREATMENT, 0),
    _U["3.1"],
    _planned("ecgp", _("Ambul ECG placement"), TREATMENT, 12),
    _planned("w2", _("Week 2"), TREATMENT, 13),
    _U["4.1"],
    _U["4.2"],
    _planned("w4", _("Week 4"), TREATMENT, 27),
    _U["5.1"],
    _planned("ecgr", _("Ambul ECG removal"), TREATMENT, 29),
    _U["6.1"],
    _planned("w6", _("Week 6"), TREATMENT, 41),
    _U["7.1"],
    _planned("w8", _("Week 8"), TREATMENT, 55),
    _planned("w10", _("Week 10 (T)"), TREATMENT, 69),
    _U["8.2"],
    _planned("w12", _("Week 12"), TREATMENT, 83),
    _U["9.1"],
    _planned("w14", _("Week 14 (T)"), TREATMENT, 97),
    _U["9.2"],
    _U["9.3"],
    _planned("w16", _("Week 16"), TREATMENT, 111),
    _planned("w18", _("Week 18 (T)"), TREATMENT, 125),
    _U["10.2"],
    _planned("w20", _("Week 20"), TREATMENT, 139),
    _planned("w22", _("Week 22 (T)"), TREATMENT, 153),
    _U["11.2"],
    _planned("w24", _("Week 24"), TREATMENT, 167),
    _U["12.1"],
    _planned("w26", _("Week 26"), TREATMENT, 181),
    _U["13.1"],
    _planned("aefu", _("AE follow-up"), ANY, None),
    _planned("retr", _("Retrieval"), ANY, None),
    VisitPlan("uns", _("Unscheduled"), ANY, "event", None, None, None, ""),
)
BY_NAME = {visit.name.upper(): visit.code for visit in VISITS if visit.code != "uns"}
