"""Analytes of chemistry, immunology, cytokines and CAR-T kinetics, and the rows expected at each visit.

A unit without a factor is another assay: its value is kept as reported and never converted.
"""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.model import Analyte, PanelRow, Unit


def _(text: str) -> str:
    """Mark a string for the translation catalogue; it is translated where it is shown."""
    return text


D = Decimal
POSSIBLE = (D(0), D(99_999_999))
TESTED = (("POS", _("Positive")), ("NEG", _("Negative")), ("NOTDONE", _("Not done")))


def _units(text: str) -> tuple[Unit, ...]:
    """ "umol/L, mg/dL 88.4": the standard unit first, then further ones with their factor, "-" for none."""
    first, *others = text.split(", ")
    parts = [one.rsplit(" ", 1) for one in others]
    return (Unit(first), *(Unit(code, None if factor == "-" else D(factor)) for code, factor in parts))


def _lab(code: str, label: str, units: str) -> Analyte:
    return Analyte(code, label, _units(units), possible=POSSIBLE, qualifiers=True)


def _percent(code: str, label: str) -> Analyte:
    return Analyte(code, label, (Unit("%"),), possible=(D(0), D(100)), qualifiers=True)


def _coded(code: str, label: str, choices: tuple[tuple[str, str], ...] = TESTED) -> Analyte:
    return Analyte(code, label, (), choices=choices)


ENZYME = "U/L, ukat/L 60"
CELLS = "/uL, 10^9/L 1000, /mm3 1"
CHEMISTRY = (
    _lab("alt", "ALT", ENZYME),
    _lab("ast", "AST", ENZYME),
    _lab("alp", "Alkaline phosphatase", ENZYME),
    _lab("bili", "Total bilirubin", "umol/L, mg/dL 17.1"),
    _lab("creat", "Creatinine", "umol/L, mg/dL 88.4"),
    Analyte("crcl", "Creatinine clearance", (Unit("mL/min"),), calculated=True),
    _lab("alb", "Albumin", "g/L, g/dL 10"),
    _lab("na", "Sodium", "mmol/L, mEq/L 1"),
    _lab("k", "Potassium", "mmol/L, mEq/L 1"),
    _lab("ca", "Calcium, total (as measured)", "mmol/L, mg/dL 0.2495, mEq/L 0.5"),
    Analyte("cacorr", "Calcium corrected for albumin", (Unit("mmol/L"), Unit("mg/dL", D("0.2495"))), calculated=True),
    _lab("mg", "Magnesium", "mmol/L, mg/dL 0.4114, mEq/L 0.5"),
    _lab("phos", "Phosphate", "mmol/L, mg/dL 0.3229"),
    _lab("gluc", "Glucose", "mmol/L, mg/dL 0.05551"),
    _lab("urea", "Urea", "mmol/L, mg/dL BUN 0.357, mg/dL urea 0.1665"),
    _lab("urate", "Uric acid", "umol/L, mg/dL 59.48"),
    _lab("ldh", "LDH", ENZYME),
    _lab("trig", "Triglycerides", "mmol/L, mg/dL 0.01129"),
    _lab("fib", "Fibrinogen", "g/L, mg/dL 0.01"),
    _lab("inr", "INR", "ratio"),
    _lab("aptt", "aPTT", "s"),
    _lab("ddim", "D-dimer", "mg/L, ug/mL FEU 1, ng/mL FEU 0.001, ng/mL DDU -"),
    _lab("trop", "Troponin", "ng/L, ng/mL 1000, pg/mL 1"),
    _lab("ntpro", "NT-proBNP", "ng/L, pg/mL 1, pmol/L 8.457"),
)
IMMUNOLOGY = (
    _lab("igg", "IgG", "g/L, mg/dL 0.01"),
    _lab("cd3", "CD3+ T cells", CELLS),
    _lab("cd4", "CD4+ T cells", CELLS),
    _lab("cd19", "B cells", CELLS),
    _coded("hbsag", "Hepatitis B surface antigen"),
    _coded("hbcab", "Hepatitis B core antibody"),
    _coded("hcvab", "Hepatitis C antibody"),
    _coded("hivab", "HIV antibody / antigen"),
    _coded("syph", "Syphilis serology"),
    _lab("hbvdna", "HBV DNA", "IU/mL, copies/mL 0.1718"),
    _lab("cmv", "CMV DNA", "IU/mL, copies/mL -"),
    _lab("ebvdna", "EBV DNA plasma", "copies/mL, IU/mL -"),
    _coded(
        "preg",
        "Pregnancy test (serum at screening / pre-LD)",
        (("POS", _("Positive")), ("NEG", _("Negative")), ("NAP", _("Not applicable"))),
    ),
    Analyte("urine", "Urinalysis", (), is_text=True),
    _lab("tsh", "TSH", "mIU/L, uIU/mL 1, mU/L 1"),
    _coded(
        "rcl",
        "Replication-competent lentivirus / retrovirus",
        (("NEG", _("Negative")), ("POS", _("Positive")), ("NOTDONE", _("Not done")), ("ARCHIVED", _("Archived"))),
    ),
)
CYTOKINES = (
    _lab("il6", "IL-6", "pg/mL, ng/L 1"),
    _lab("ifng", "IFN-gamma", "pg/mL, ng/L 1, IU/mL -"),
    _lab("ferr", "Ferritin", "ug/L, ng/mL 1, pmol/L 0.445"),
    _lab("crp", "C-reactive protein", "mg/L, mg/dL 10"),
    _lab("il2r", "sIL-2R", "U/mL, pg/mL -"),
    _lab("il10", "IL-10", "pg/mL, ng/L 1"),
    _lab("tnfa", "TNF-alpha", "pg/mL, ng/L 1"),
)
KINETICS = (
    _lab("pkcopy", "Transgene copies", "copies/ug gDNA, copies/ng gDNA 1000"),
    _lab("pkflow", "CAR+ T cells", "cells/uL, 10^9/L 1000, /mm3 1"),
    _percent("pkflowp", "CAR+ of CD3+"),
    _coded("pkimm", "Anti-drug antibody (anti-scFv)"),
)
LABORATORY = {one.code: one for one in (*CHEMISTRY, *IMMUNOLOGY, *CYTOKINES, *KINETICS)}


def _rows(required: str, offered: str = "") -> tuple[PanelRow, ...]:
    """Rows in the order of the analytes above: those required, and those offered without being expected."""
    wanted, free = required.split(), offered.split()
    return tuple(
        PanelRow(code, one.label, one, optional=code in free)
        for code, one in LABORATORY.items()
        if code in wanted or code in free
    )


_CHEMISTRY = "alt ast alp bili creat crcl alb na k ca cacorr gluc ldh fib inr aptt"
_VIRUSES = "hbsag hbcab hcvab hivab syph"
_CELLS = "igg cd3 cd4 cd19"
_LATER = "hbvdna cmv ebvdna urine tsh preg"

LABORATORY_PANELS = {
    ("lbc", ""): _rows(_CHEMISTRY, "mg phos urea urate trig ddim trop ntpro"),
    ("lbi", ""): _rows("igg", f"cd3 cd4 cd19 {_LATER} rcl"),
    # The pregnancy test is asked of women who can become pregnant, HBV DNA after a positive antibody: by checks.
    ("lbi", "scr"): _rows(_VIRUSES, f"{_CELLS} {_LATER}"),
    ("lbi", "base"): _rows("rcl", f"{_CELLS} {_LATER}"),
    ("lbi", "d28"): _rows(_CELLS, _LATER),
    ("lbi", "m3"): _rows("igg rcl", f"cd3 cd4 cd19 {_LATER}"),
    ("lbi", "m6"): _rows("igg rcl", f"cd3 cd4 cd19 {_LATER}"),
    ("lbi", "m12"): _rows("igg rcl", f"cd3 cd4 cd19 {_LATER}"),
    ("lbi", "uns"): _rows("", f"{_CELLS} {_VIRUSES} {_LATER} rcl"),
    ("cyt", ""): _rows("il6 ifng ferr crp", "il2r il10 tnfa"),
    ("pk", ""): _rows("pkcopy", "pkflow pkflowp pkimm"),
}


BODY_SYSTEMS = (
    ("general", _("General")),
    ("headneck", _("Head and neck")),
    ("lungs", _("Lungs")),
    ("heart", _("Heart")),
    ("abdomen", _("Abdomen")),
    ("skin", _("Skin")),
    ("nodes", _("Nodes")),
    ("neuro", _("Neurologic")),
    ("musculo", _("Musculoskeletal")),
)
EXAMINATION_PANELS = {("pe", ""): tuple(PanelRow(code, label) for code, label in BODY_SYSTEMS)}
