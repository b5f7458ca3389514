"""Vital signs, laboratory and drug concentrations: rows of a form for each sample or time point."""

from __future__ import annotations

from decimal import Decimal

from trial_edc.protocol.cdiscpilot.panels import ANALYTES, CHEMISTRY, HAEMATOLOGY, OTHER
from trial_edc.protocol.cdiscpilot.sdtm.rows import Rows, coded
from trial_edc.protocol.imports import Box, Compared, Key, Planned, Row

NOT_DONE = "NOT DONE"
# The spelling of a unit in the files, where ours is another.
UNITS = {"LB": "lb", "IN": "in", "BEATS/MIN": "beats/min", "THOU/uL": "10^3/uL", "MILL/uL": "10^6/uL"}
PLACES = {"EAR": "TYMPANIC", "ORAL CAVITY": "ORAL"}
TESTS = {"LYM": "alc", "PLAT": "plt", "SODIUM": "na", "BUN": "urea", "XAN": "xan"}
CATEGORIES = {"CHEMISTRY": "lbc", "": "lbc", "HEMATOLOGY": "lbh", "URINALYSIS": "lbi", "OTHER": "lbi"}
PANELS = {"lbc": CHEMISTRY, "lbh": HAEMATOLOGY, "lbi": OTHER}
LABORATORY = "SOURCE"
Where = tuple[str, ...]  # visit, form, what tells it from others there
SAME_WEIGHT = Decimal("0.01")
ROUNDED = Decimal("0.01")  # of the value: the files round factors and results


def result(row: Row, prefix: str) -> Box:
    """The result as typed with its unit; not done with its reason."""
    if row.get(f"{prefix}STAT") == NOT_DONE:
        return Box("ND", note=row.get(f"{prefix}REASND", ""))
    unit = row[f"{prefix}ORRESU"]
    return Box(row[f"{prefix}ORRES"], UNITS.get(unit, unit))


def analyte(code: str) -> str:
    """Our code of a test: its own in small letters unless ours has another name."""
    return TESTS.get(code, code.lower())


def _place(found: dict[Where, Planned], rows: Rows, key: Key, row: Row, form: str, *group: str) -> Planned:
    """The form a row belongs to, begun with its first row."""
    visit = rows.visit(row)
    where = (visit, form, *group)
    if where not in found:
        found[where] = Planned(visit, form, (form, *group), group)
        rows.doubt_visit(found[where], key, row)
    return found[where]


def vital_signs(rows: Rows) -> list[Planned]:
    """A form for each visit and time point."""
    found: dict[Where, Planned] = {}
    seen: dict[tuple[str, ...], str] = {}
    for key, row in rows.of("vs"):
        form, code = _place(found, rows, key, row, "vs", row["VSTPTNUM"]), analyte(row["VSTESTCD"])
        form.boxes |= {"vsdat": Box(row["VSDTC"]), "vstptr": Box(row["VSTPT"]), code: result(row, "VS")}
        if row["VSPOS"]:
            form.boxes[f"vspos.{code}"] = Box(row["VSPOS"])
        if row["VSLOC"]:
            form.boxes["temploc"] = coded(PLACES, row["VSLOC"])
        form.sources[key] = code
        other = seen.setdefault((row["VSTESTCD"], row["VSPOS"], row["VSTPTNUM"], row["VSDTC"]), row["VISIT"])
        if other != row["VISIT"]:
            form.doubts.append((key, f"{row['VSTESTCD']} of {row['VSDTC']} stands at visit {other} too."))
        if row["VSSTRESN"]:
            form.compared.append((key, Compared(code, row["VSSTRESN"], "VSSTRESN", tolerance=SAME_WEIGHT)))
    return list(found.values())


def laboratory(rows: Rows) -> list[Planned]:
    """A form for each visit, time of the sample and kind; the row's own limits stand with its result."""
    found: dict[Where, Planned] = {}
    for key, row in rows.of("lb"):
        code, kind = analyte(row["LBTESTCD"]), CATEGORIES.get(row["LBCAT"], "lbi")
        form = _place(found, rows, key, row, kind, row["LBDTC"])
        form.boxes |= {"lbdtc": Box(row["LBDTC"]), "lblab": Box(LABORATORY), code: result(row, "LB")}
        for address, column in ((f"lbornrlo.{code}", "LBORNRLO"), (f"lbornrhi.{code}", "LBORNRHI")):
            if row[column] and ANALYTES.get(code) and not ANALYTES[code].is_text:
                form.boxes[address] = Box(row[column])
        form.sources[key] = code
        if code not in PANELS[kind]:
            form.doubts.append((key, f"LBTESTCD '{row['LBTESTCD']}' is no analyte of this form."))
        elif row["LBSTRESN"] and not ANALYTES[code].is_text:
            unit = row["LBSTRESU"] or row["LBORRESU"]
            form.compared.append((key, Compared(code, row["LBSTRESN"], "LBSTRESN", unit, share=ROUNDED)))
        if flag := _flag(row):
            form.doubts.append((key, f"LBNRIND is {row['LBNRIND']}; the limits say {flag}."))
    return list(found.values())


def _flag(row: Row) -> str:
    """What the limits say of the result where that differs from the file, "" where they agree or say nothing."""
    try:
        value, low, high = (Decimal(row[name]) for name in ("LBORRES", "LBORNRLO", "LBORNRHI"))
    except ArithmeticError:
        return ""
    ours = "LOW" if value < low else "HIGH" if value > high else "NORMAL"
    return "" if row["LBNRIND"] in (ours, "") else ours


def kinetics(rows: Rows) -> list[Planned]:
    """A form for each sample: its time, its specimen. Below the limit of quantification is `<` with the limit."""
    found: dict[Where, Planned] = {}
    for key, row in rows.of("pc"):
        form = _place(found, rows, key, row, "pk", row["PCDTC"], row["PCSPEC"])
        code, taken = analyte(row["PCTESTCD"]), result(row, "PC")
        is_below = row["PCORRES"] == "<BLQ"
        form.boxes |= {
            "pkdtc": Box(row["PCDTC"]),
            "pktptr": Box(row["PCTPT"]),
            "pkspec": Box(row["PCSPEC"]),
            "pklab": Box(row["PCNAM"]),
            code: Box(f"<{row['PCLLOQ']}", taken.unit) if is_below else taken,
            f"pklloq.{code}": Box(row["PCLLOQ"]),
        }
        form.sources[key] = code
        if row["PCSTRESN"] and not is_below:
            form.compared.append((key, Compared(code, row["PCSTRESN"], "PCSTRESN", share=ROUNDED)))
    return list(found.values())
