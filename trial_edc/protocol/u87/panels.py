"""Analytes and the rows each form expects at each visit."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.model import Analyte, PanelRow, Unit
from trial_edc.protocol.u87.criteria import CRITERIA
from trial_edc.protocol.u87.laboratory import EXAMINATION_PANELS, LABORATORY, LABORATORY_PANELS
from trial_edc.protocol.words import _

D = Decimal
CELSIUS = (Unit("C"), Unit("F", factor=D(5), divisor=D(9), offset=D(32)))
CELLS = (Unit("10^9/L"), Unit("10^3/uL"), Unit("/mm3", D("0.001")))
OXYGEN_BY_FLOW = ("LFNC", "BLOWBY", "HFNC", "MASK", "NRB", "VENTURI")


def _vital(code: str, label: str, unit: str, expected: tuple[int, int], possible: tuple[int, int]) -> Analyte:
    return Analyte(code, label, (Unit(unit),), _pair(expected), _pair(possible))


def _pair(bounds: tuple[int, int]) -> tuple[Decimal, Decimal]:
    return D(bounds[0]), D(bounds[1])


def _count(code: str, label: str) -> Analyte:
    return Analyte(code, label, CELLS, possible=(D(0), D(10_000)), qualifiers=True)


VITAL_SIGNS = (
    Analyte("temp", _("Temperature"), CELSIUS, expected=(D(30), D(43)), possible=(D(20), D(50))),
    _vital("sysbp", _("Systolic pressure"), "mmHg", (90, 180), (20, 400)),
    _vital("diabp", _("Diastolic pressure"), "mmHg", (40, 110), (10, 300)),
    _vital("pulse", _("Pulse"), "beats/min", (40, 150), (0, 400)),
    _vital("resp", _("Respiratory rate"), "breaths/min", (8, 40), (0, 120)),
    _vital("spo2", _("Oxygen saturation"), "%", (50, 100), (0, 100)),
    _vital("o2flow", _("Oxygen flow"), "L/min", (0, 60), (0, 120)),
    Analyte("height", _("Height"), (Unit("cm"), Unit("in", D("2.54"))), (D(120), D(220)), (D(40), D(260))),
    Analyte("weight", _("Weight"), (Unit("kg"), Unit("lb", D("0.45359237"))), (D(30), D(200)), (D(2), D(400))),
    Analyte("bsa", _("Body surface area"), (Unit("m2"),), calculated=True),
)
HAEMATOLOGY = (
    _count("wbc", _("Leukocytes")),
    _count("anc", _("Neutrophils")),
    _count("alc", _("Lymphocytes")),
    Analyte(
        "hgb",
        _("Haemoglobin"),
        (Unit("g/L"), Unit("g/dL", D(10)), Unit("mmol/L", D("16.114"))),
        possible=(D(0), D(400)),
        qualifiers=True,
    ),
    _count("plt", _("Platelets")),
)
# Not in the panel: a site may add them as further rows of a blood count.
HAEMATOLOGY_FURTHER = (
    _count("mono", _("Monocytes")),
    _count("eos", _("Eosinophils")),
    _count("baso", _("Basophils")),
    _count("blast", _("Blasts")),
    _count("retic", _("Reticulocytes")),
)
ANALYTES = {analyte.code: analyte for analyte in (*VITAL_SIGNS, *HAEMATOLOGY, *HAEMATOLOGY_FURTHER)} | LABORATORY


def _rows(*codes: str, **when: tuple[str, tuple[str, ...]]) -> tuple[PanelRow, ...]:
    return tuple(PanelRow(code, ANALYTES[code].label, ANALYTES[code], when.get(code)) for code in codes)


def _criteria(which: str = "") -> tuple[PanelRow, ...]:
    asked = [one for one in CRITERIA if not which or getattr(one, which)]
    return tuple(PanelRow(one.code, one.text) for one in asked)


_EACH_TIME = ("temp", "sysbp", "diabp", "pulse", "resp", "spo2", "o2flow")
_FLOW = ("o2sup", OXYGEN_BY_FLOW)

PANELS = {
    ("vs", ""): _rows(*_EACH_TIME, "weight", "bsa", o2flow=_FLOW),
    ("vs", "scr"): _rows(*_EACH_TIME, "height", "weight", "bsa", o2flow=_FLOW),
    # Weighed once on the day of infusion, not at each of the six time points.
    ("vs", "d0"): _rows(*_EACH_TIME, "weight", "bsa", o2flow=_FLOW, weight=("vstpt", ("PRE",))),
    ("lbh", ""): _rows(*(analyte.code for analyte in HAEMATOLOGY)),
    ("ld", ""): (
        PanelRow("flu", "Fludarabine"),
        PanelRow("cy", "Cyclophosphamide"),
        PanelRow("other", "Other drug", optional=True),
    ),
    ("ie", "scr"): _criteria(),
    ("ie", "base"): _criteria("recheck_before_ld"),
    ("ie", "d0"): _criteria("recheck_before_infusion"),
    **LABORATORY_PANELS,
    **EXAMINATION_PANELS,
}
