"""Analytes of the study and the rows of its forms. All rows are optional: what was not measured is not missing.

A line of the table: code, label, the standard unit first, then further ones with the factor into it. The unit of
the files' standard values is among them, so that those can be compared with ours.
"""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.model import Analyte, PanelRow, Unit

D = Decimal
POSSIBLE = (D(0), D(99_999_999))
NO_UNIT = "NO UNITS"
CELLS = "10^9/L; 10^3/uL 1; GI/L 1"
ENZYME = "U/L"
FRACTION = "FRACTION"

_VITAL_SIGNS = (
    ("sysbp", "Systolic pressure", "mmHg", (60, 250), (20, 400)),
    ("diabp", "Diastolic pressure", "mmHg", (30, 140), (10, 300)),
    ("pulse", "Pulse", "beats/min", (30, 150), (0, 400)),
)
_CHEMISTRY = f"""
    alb; Albumin; g/L; g/dL 10
    alp; Alkaline phosphatase; {ENZYME}
    alt; ALT; {ENZYME}
    ast; AST; {ENZYME}
    bili; Total bilirubin; umol/L; mg/dL 17.1
    urea; Urea; mmol/L; mg/dL 0.357
    ca; Calcium, total (as measured); mmol/L; mg/dL 0.2495
    chol; Cholesterol; mmol/L; mg/dL 0.02586
    ck; Creatine kinase; {ENZYME}
    cl; Chloride; mmol/L; mEq/L 1
    creat; Creatinine; umol/L; mg/dL 88.4
    ggt; Gamma glutamyl transferase; {ENZYME}
    gluc; Glucose; mmol/L; mg/dL 0.05551
    hba1c; Haemoglobin A1C; %; 1 100
    k; Potassium; mmol/L; mEq/L 1
    na; Sodium; mmol/L; mEq/L 1
    phos; Phosphate; mmol/L; mg/dL 0.3229
    prot; Protein; g/L; g/dL 10
    urate; Uric acid; umol/L; mg/dL 59.48
"""
_HAEMATOLOGY = f"""
    wbc; Leukocytes; {CELLS}
    alc; Lymphocytes; {CELLS}
    mono; Monocytes; {CELLS}
    eos; Eosinophils; {CELLS}
    baso; Basophils; {CELLS}
    lymle; Lymphocytes/leukocytes; {FRACTION}
    monole; Monocytes/leukocytes; {FRACTION}
    eosle; Eosinophils/leukocytes; {FRACTION}
    basole; Basophils/leukocytes; {FRACTION}
    hgb; Haemoglobin; g/L; g/dL 10; mmol/L 16.114
    hct; Haematocrit; %; 1 100
    rbc; Erythrocytes; 10^12/L; 10^6/uL 1; TI/L 1
    mch; Mean corpuscular haemoglobin; pg; fmol(Fe) 16.114
    mchc; Mean corpuscular haemoglobin concentration; g/L; g/dL 10; mmol/L 16.114
    mcv; Mean corpuscular volume; fL
    plt; Platelets; {CELLS}
    aniso; Anisocytes; {NO_UNIT}
    macrocy; Macrocytes; {NO_UNIT}
    microcy; Microcytes; {NO_UNIT}
    poikilo; Poikilocytes; {NO_UNIT}
    polychr; Polychromasia; {NO_UNIT}
"""
_OTHER = f"""
    color; Colour;
    ketones; Ketones; {NO_UNIT}
    ph; pH; {NO_UNIT}
    spgrav; Specific gravity; {NO_UNIT}
    urobil; Urobilinogen; {NO_UNIT}
    tsh; TSH; mIU/L; uIU/mL 1; mU/L 1
    vitb12; Vitamin B12; pmol/L; pg/mL 0.7378
"""


def _unit(text: str) -> Unit:
    """ "g/dL 10" is a unit with its factor, "NO UNITS" one without."""
    code, _space, factor = text.rpartition(" ")
    return Unit(code, D(factor)) if code and factor.replace(".", "").isdigit() else Unit(text)


def _table(lines: str) -> dict[str, Analyte]:
    found = {}
    for line in lines.strip().splitlines():
        code, label, *units = (part.strip() for part in line.strip().split(";"))
        known = tuple(_unit(unit) for unit in units if unit)
        found[code] = Analyte(
            code, label, known, possible=POSSIBLE if known else None, qualifiers=bool(known), is_text=not known
        )
    return found


VITAL_SIGNS = {
    **{
        code: Analyte(code, label, (Unit(unit),), (D(low), D(high)), (D(least), D(most)))
        for code, label, unit, (low, high), (least, most) in _VITAL_SIGNS
    },
    "temp": Analyte(
        "temp",
        "Temperature",
        (Unit("C"), Unit("F", factor=D(5), divisor=D(9), offset=D(32))),
        expected=(D(30), D(43)),
        possible=(D(20), D(50)),
    ),
    "height": Analyte("height", "Height", (Unit("cm"), Unit("in", D("2.54"))), (D(120), D(220)), (D(40), D(260))),
    "weight": Analyte("weight", "Weight", (Unit("kg"), Unit("lb", D("0.45359237"))), (D(30), D(200)), (D(2), D(400))),
}
CHEMISTRY, HAEMATOLOGY, OTHER = _table(_CHEMISTRY), _table(_HAEMATOLOGY), _table(_OTHER)
KINETICS = {"xan": Analyte("xan", "Xanomeline", (Unit("ug/ml"),), possible=POSSIBLE, qualifiers=True)}
ANALYTES = VITAL_SIGNS | CHEMISTRY | HAEMATOLOGY | OTHER | KINETICS


def _rows(analytes: dict[str, Analyte]) -> tuple[PanelRow, ...]:
    return tuple(PanelRow(code, one.label, one, optional=True) for code, one in analytes.items())


PANELS = {
    ("vs", ""): _rows(VITAL_SIGNS),
    ("lbh", ""): _rows(HAEMATOLOGY),
    ("lbc", ""): _rows(CHEMISTRY),
    ("lbi", ""): _rows(OTHER),
    ("pk", ""): _rows(KINETICS),
}
