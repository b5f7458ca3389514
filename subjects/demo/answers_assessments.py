"""What a coordinator would type into the assessments and adverse event logs of a demo subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from math import exp
from random import Random

from subjects.demo.answers import Answers, Moment

# Typical results: chemistry in SI units, and the unit and divisor of site 103, which reports in US units.
CHEMISTRY = {
    "alt": (22, 0), "ast": (24, 0), "alp": (78, 0), "bili": (9.5, 1), "creat": (72, 0), "alb": (42, 0),
    "na": (140, 0), "k": (4.2, 1), "ca": (2.30, 2), "mg": (0.84, 2), "phos": (1.10, 2), "gluc": (5.2, 1),
    "urea": (5.0, 1), "urate": (290, 0), "ldh": (185, 0), "fib": (3.1, 1), "inr": (1.0, 1), "aptt": (30.0, 1),
}  # fmt: skip
US_UNITS = {
    "bili": ("mg/dL", 17.1, 1), "creat": ("mg/dL", 88.4, 2), "alb": ("g/dL", 10, 1), "ca": ("mg/dL", 0.2495, 1),
    "mg": ("mg/dL", 0.4114, 1), "phos": ("mg/dL", 0.3229, 1), "gluc": ("mg/dL", 0.05551, 0),
    "urea": ("mg/dL BUN", 0.357, 0), "urate": ("mg/dL", 59.48, 1), "fib": ("mg/dL", 0.01, 0),
}  # fmt: skip
# The tumour of 101-0003: diameters of T01 to T04 and status of N01, N02 at each scan.
WORKED_TUMOUR = {
    "base": (("48", "22", "19", "15"), ("PRESENT", "PRESENT")),
    "d28": (("36", "17", "14", "11"), ("PRESENT", "PRESENT")),
    "m2": (("26", "12", "11", "8"), ("PRESENT", "PRESENT")),
    "m3": (("22", "10", "9", "TS"), ("ABSENT", "PRESENT")),
}
WORKED_LESIONS = (("BASETNG", "N"), ("SOFTPAL", "N"), ("LN2L", "Y"), ("LUNGRL", "N"))
USUAL_LESIONS = (("TONGUE", "N"), ("LN2R", "Y"), ("LUNGLU", "N"))
COPIES_PER_DAY = {1: 900, 2: 2_400, 3: 5_100, 4: 9_800, 7: 31_000, 10: 46_000, 14: 28_000, 21: 9_600, 28: 4_100}


def examination(m: Moment) -> Answers:
    base = {"neubl": "None"} if m.visit == "base" else {}
    found = {"peabn.headneck": "Ulcer of the tongue"} if m.visit == "scr" else {}
    return {"pedone": "Y", **base, **found}


def performance(m: Moment) -> Answers:
    return {"ecogdt": m.on.isoformat(), "ecog": "1" if m.course.crs.get(m.day, 0) else m.random.choice("01")}


def electrocardiogram(m: Moment) -> Answers:
    typed = {
        "egdtc": m.at(11, 20),
        "eghr": str(m.random.randint(62, 84)),
        "qt": str(m.random.randint(350, 378)),
        "egint": "NORMAL",
    }
    return typed | ({"lvef": str(m.random.randint(58, 66))} if m.visit == "scr" else {})


def chemistry(m: Moment) -> Answers:
    """Within the limits, with albumin lower and LDH higher while CRS is present."""
    ill = m.course.crs.get(m.day, 0) >= 2
    typed = {"lbdtc": m.at(7, 30), "lblab": f"L{m.course.site}"}
    for analyte, (usual, decimals) in CHEMISTRY.items():
        changed = {"alb": 0.78, "ldh": 1.6, "alt": 1.5}.get(analyte, 1.0) if ill else 1.0
        spread = 1.01 if analyte in ("na", "k", "ca", "alb", "mg") else 1.08
        value = usual * changed * m.random.uniform(2 - spread, spread)
        typed |= _in_unit(m, analyte, value, decimals)
    return typed


def _in_unit(m: Moment, analyte: str, value: float, decimals: int) -> Answers:
    if m.course.site == "103" and analyte in US_UNITS:
        unit, factor, decimals = US_UNITS[analyte]
        return {analyte: f"{value / factor:.{decimals}f}", f"{analyte}.unit": unit}
    return {analyte: f"{value:.{decimals}f}"}


def immunology(m: Moment) -> Answers:
    asked = [row.key for row in m.protocol.panel("lbi", m.visit) if not row.optional]
    results = {
        "igg": (9.8, 1),
        "cd3": (1_050, 0),
        "cd4": (560, 0),
        "cd19": (150, 0),
    }
    typed = {"lbdtc": m.at(7, 30), "lblab": f"L{m.course.site}"}
    for key in asked:
        if key in results:
            usual, decimals = results[key]
            typed[key] = f"{usual * m.random.uniform(0.92, 1.1):.{decimals}f}"
        else:
            typed[key] = "NEG"
    return typed


def cytokines(m: Moment) -> Answers:
    """IL-6 and its followers rise with CRS; what is below the assay's limit is reported as that limit."""
    grade = m.course.crs.get(m.day, 0)
    il6 = {0: 4.1, 1: 62, 2: 410}.get(grade, 1_900) * m.random.uniform(0.85, 1.2)
    limit = {"101": "<2.5", "102": "<2.5", "103": "<4.2"}[m.course.site]
    crp = {0: 4.2, 1: 38, 2: 96}.get(grade, 180) * m.random.uniform(0.85, 1.15)
    is_us = m.course.site == "103"
    return {
        "cytdtc": m.at(7, 35),
        "cytlab": f"L{m.course.site}",
        "cyttoci": "N",
        "il6": f"{il6:.1f}",
        "ifng": f"{18 * grade * m.random.uniform(0.8, 1.2):.1f}" if grade else limit,
        "ferr": f"{(120 + 380 * grade) * m.random.uniform(0.9, 1.1):.0f}",
        "crp": f"{crp / 10 if is_us else crp:.1f}",
        **({"crp.unit": "mg/dL", "ferr.unit": "ng/mL"} if is_us else {}),
        **({"cyttpt": "PRE"} if m.visit == "d0" else {}),
    }


def kinetics(m: Moment) -> Answers:
    """Copies rise to day 10 and fall; before the infusion and late they are below the limit of 50."""
    typical = COPIES_PER_DAY.get(m.day, 4_100 * exp(-(m.day - 28) / 25) if m.day > 28 else 0)
    copies = typical * m.random.uniform(0.8, 1.25)
    cells = {"pkflow": f"{copies / 900:.1f}", "pkflowp": f"{min(60, copies / 1_400):.1f}"} if copies > 1_000 else {}
    return {
        "pkdtc": m.at(8, 10) if m.visit == "d0" else m.at(10, 30),
        "pkmat": "BLOOD",
        "pklab": f"CEN, run {m.on:%y%m%d}",
        "pkmeth.pkcopy": "QPCR",
        "pkcopy": f"{copies:.0f}" if copies >= 50 else "<50",
        **cells,
        **({"pktpt": "PRE"} if m.visit == "d0" else {}),
    }


def _sizes(m: Moment) -> tuple[str, ...]:
    """Diameters at this scan: half of the subjects respond, the others stay stable."""
    if m.course.has_worked_tumour:
        return WORKED_TUMOUR[m.visit][0]
    shape = Random(f"{m.course.site}{m.course.birth_year}{m.course.sex}")
    first = [shape.randint(24, 46), shape.randint(17, 25), shape.randint(14, 28)]
    is_responding = shape.random() < 0.5
    steps = {"base": 1.0, "d28": 0.82, "m2": 0.62} if is_responding else {"base": 1.0, "d28": 0.96, "m2": 0.93}
    return tuple(f"{round(size * steps.get(m.visit, 0.58 if is_responding else 0.91))}" for size in first)


def targets(m: Moment) -> Answers:
    lesions = WORKED_LESIONS if m.course.has_worked_tumour else USUAL_LESIONS
    typed = {"tudtc.1": m.on.isoformat()}
    for number, ((place, node), size) in enumerate(zip(lesions, _sizes(m), strict=True), 1):
        about = {"tuloc": place, "tunode": node, "tumeth": "CT", "tuslice": "5", "tuprirt": "N", "tubase": size}
        typed |= {f"{item}.{number}": text for item, text in about.items()}
    return typed


def measurements(m: Moment) -> Answers:
    typed = {"trdtc.1": m.on.isoformat()}
    for number, size in enumerate(_sizes(m), 1):
        typed[f"trmeth.{number}"] = "CT"
        typed |= {f"trstat.{number}": "TSTM"} if size == "TS" else {f"trdiam.{number}": size}
    return typed


def non_targets(m: Moment) -> Answers:
    if m.course.has_worked_tumour:
        statuses, places = WORKED_TUMOUR[m.visit][1], ("PLEFFL", "LNMED")
    else:
        statuses, places = ("PRESENT",), ("BONE",)
    typed = {"ntdtc.1": m.on.isoformat(), "nlyn": "NONE"}
    for number, (status, place) in enumerate(zip(statuses, places, strict=True), 1):
        typed[f"ntstat.{number}"] = status
        if m.visit == "base":
            typed[f"ntloc.{number}"] = place
    return typed


def response(m: Moment) -> Answers:
    """The investigator reads as the sums say: PR from 30 % below the baseline on."""
    now, before = (sum(5 if size == "TS" else int(size) for size in one) for one in (_sizes(m), _baseline(m)))
    return {"rsdtc": m.on.isoformat(), "rsclin": "N", "rsinv": "PR" if now * 10 <= before * 7 else "SD"}


def _baseline(m: Moment) -> tuple[str, ...]:
    return _sizes(replace(m, visit="base", seq=1))


def haematotoxicity(m: Moment) -> Answers:
    return {"htboost": "N"}


def dlt(m: Moment) -> Answers:
    return {"dltyn": "N", "dleval": "Y", "dlstag": "Y"}


def planned_stay(*, infusion_on: date, today: date) -> Answers:
    """The stay for lymphodepletion and infusion, from day -6 to day 10; still open before then."""
    leaves = infusion_on + timedelta(days=10)
    typed = {"hoadm": (infusion_on - timedelta(days=6)).isoformat(), "horeas": "PLANNED"}
    return typed | ({"hodis": leaves.isoformat(), "hoicu": "0"} if leaves <= today else {})


FORMS: dict[str, Callable[[Moment], Answers]] = {
    "pe": examination,
    "ecog": performance,
    "ecg": electrocardiogram,
    "lbc": chemistry,
    "lbi": immunology,
    "cyt": cytokines,
    "pk": kinetics,
    "tu": targets,
    "tr": measurements,
    "nt": non_targets,
    "rs": response,
    "ht": haematotoxicity,
    "dlt": dlt,
}
