"""Which form stands at which visit. Nothing is required: the data was collected elsewhere and is loaded as it is."""

from __future__ import annotations

from trial_edc.protocol.cdiscpilot.visits import VISITS
from trial_edc.protocol.model import Cell

LOG_FORMS = ("ex", "mh", "cm", "ae", "dd")
_LABORATORY = ("lbh", "lbc", "lbi")
_SCANS = ("tr", "nt", "rs")
# In the order of entry. Forms of one visit alone; everything else may be collected at any visit.
_ONLY = {"dm": ("scr1",), "pk": ("base",), "tu": ("base",)}
_NEVER_AT = {"rs": ("base",)}
_ORDER = ("sv", "dm", "vs", *_LABORATORY, "pk", "tu", *_SCANS, "ds")
_WEEKS_OF_SCANS = ("base", "w6", "w12", "w18", "w24", "u9d2", "u9d3")
FORMS = frozenset({*_ORDER, *LOG_FORMS})


def _stands(form: str, visit: str) -> bool:
    if visit in _NEVER_AT.get(form, ()) or (form in _SCANS and visit not in (*_WEEKS_OF_SCANS, "uns")):
        return False
    return visit in _ONLY.get(form, (visit,))


CELLS = tuple(
    Cell(visit=visit.code, form=form, required=False, track="study")
    for visit in VISITS
    for form in _ORDER
    if _stands(form, visit.code)
)
