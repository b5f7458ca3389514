"""What is typed into the forms of screening, product and follow-up of a demo subject, and into its logs.

Every form has a randomness of its own, so that a form added or changed here moves no number of another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from subjects.demo.answers import Answers, Moment, batch, height_cm, usual_weight
from subjects.demo.courses import Course
from subjects.demo.manufacture import altered, is_released
from subjects.formulas import dose_mg, fludarabine_dose

SITES = ("ORAL", "OROPHARYNX", "HYPOPHARYNX", "LARYNX")
SAMPLED = ("Left neck lymph node", "Base of tongue", "Floor of mouth", "右颈部淋巴结 (right neck node)")


def _random(m: Moment, form: str) -> Random:
    return Random(f"{m.subject} {form} {m.visit} {m.seq}")


def identifier(subject: str) -> str:
    """Chain-of-identity identifier of the subject's product."""
    return f"COI-{subject.replace('-', '')}"


def _day(m: Moment, study_day: int) -> str:
    return (m.on + timedelta(days=study_day - m.day)).isoformat()


def tissue(m: Moment) -> Answers:
    random = _random(m, "ihc")
    weak, moderate, strong = random.randint(2, 12), random.randint(26, 44), random.randint(26, 42)
    return {
        "ihcspid": f"SP-{m.subject}", "ihcsrc": "ARCHIVAL", "ihcsite": random.choice(SAMPLED),
        "ihccoldt": _day(m, m.day - random.randint(120, 500)), "ihctstdt": m.on.isoformat(),
        "ihclab": "Central pathology", "ihctgt": "U87 target antigen", "ihcab": "clone 8F2, assay 1.1",
        "ihctumc": str(random.randint(40, 90)), "ihcp1": str(weak), "ihcp2": str(moderate),
        "ihcp3": str(strong), "ihcres": "POS", "ihcpath": "Dr Ye Ting",
    }  # fmt: skip


def tumour_history(m: Moment) -> Answers:
    random = _random(m, "hnc")
    site = random.choice(SITES)
    typed = {
        "hndxdt": f"{m.on.year - 2}-{random.randint(1, 12):02d}", "hnsite": site,
        "hnlat": random.choice(("LEFT", "RIGHT")), "hnhist": "SCC", "hngrade": "G2", "hnajcc": "8",
        "hnct": random.choice(("T2", "T3", "T4a")), "hncn": random.choice(("N1", "N2b")), "hncm": "M0",
        "hnstg": "IVA", "hnrecty": "COMBINED", "hnrecdt": _day(m, m.day - random.randint(20, 60)),
        "hnmets": "LUNG,NODE", "hnairway": "NORMAL", "hnfeed": "ORAL", "hnvess": "N",
    }  # fmt: skip
    return typed | ({"hnp16": "NEG", "hnhpv": "NEG"} if site == "OROPHARYNX" else {})


def assignment(m: Moment) -> Answers:
    return {"dllevel": m.course.cohort, "dlcoh": m.course.cohort[-1], "dladt": _day(m, m.day - 3)}


def collection(m: Moment) -> Answers:
    random = _random(m, "aph")
    cells = random.uniform(6, 14)
    return {
        "aphstdtc": m.at(9, 10), "aphendtc": m.at(13, 5), "aphnum": "1", "aphdev": "Spectra Optia",
        "aphacc": "PERIPHERAL", "aphvol": str(random.randint(80, 140) * 100),
        "aphbag": str(random.randint(140, 320)), "aphwbc": f"{random.uniform(4.2, 8.5):.2f}",
        "aphalc": f"{random.uniform(0.8, 1.9):.2f}", "aphtnc": f"{cells:.1f}",
        "aphcd3": f"{cells * random.uniform(0.35, 0.55):.2f}", "aphvia": f"{random.uniform(96, 99.5):.1f}",
        "aphanti": "ACD-A", "aphae": "N", "aphdin": f"A0001{m.course.site}{m.subject[-4:]}",
        "aphship": m.at(16, 20), "aphtemp": "Y",
    }  # fmt: skip


def manufacture(m: Moment) -> Answers:
    random = _random(m, "mfg")
    usual = {
        "mfgbatch": batch(m.subject), "mfgstdt": _day(m, -40), "mfgendt": _day(m, -26), "mfgfail": "SUCCESS",
        "mfgvec": "Lentiviral, LV-2207", "mfgmoi": "3.0", "mfgfold": str(random.randint(25, 90)),
        "mfgcryo": "Y", "mfgrem": "N",
    }  # fmt: skip
    return altered(m, usual)


def release(m: Moment) -> Answers:
    """A product within its limits; one subject's was released out of specification, with all approvals."""
    random = _random(m, "rel")
    dose = next(level.dose for level in m.protocol.dose_levels if level.code == m.course.cohort)
    typed = {
        "reldt": _day(m, -21), "relcoa": f"COA-{batch(m.subject)}", "relvia": f"{random.uniform(81, 94):.1f}",
        "reltvc": f"{float(dose) * 4:.0f}", "relcar": f"{random.uniform(22, 48):.1f}",
        "reldose": f"{float(dose) * random.uniform(1.02, 1.1):.1f}", "relcd3": f"{random.uniform(93, 99):.1f}",
        "relcd48": f"{random.uniform(0.6, 2.4):.2f}", "relvcn": f"{random.uniform(1.1, 3.2):.2f}",
        "relrcl": "PENDING", "relster": "PENDING", "relmyco": "NEG", "relendo": "<0.5", "relid": "PASS",
        "relpot": str(random.randint(180, 900)), "relstat": "RELEASED",
    }  # fmt: skip
    if not m.course.is_out_of_specification:
        return typed
    return typed | {
        "relvia": "66.4", "relvia.keep": "source", "relstat": "OOS",
        "reloos": "Viability: limit 70 %, result 66.4 %",
        "reloosap": "MONITOR,INVESTIGATOR,ETHICS,SUBJECT",
    }  # fmt: skip


def bridging(m: Moment) -> Answers:
    if m.course.birth_year % 3:
        return {"brgyn": "N"}
    return {
        "brgyn": "Y", "brgtype": "SYSTEMIC", "brgdrug": "Cetuximab", "brgstdt": _day(m, -36),
        "brgendt": _day(m, -22), "brgresp": "SD",
    }  # fmt: skip


def lymphodepletion(m: Moment) -> Answers:
    """Doses by the rule; planned dose and study day are left to the form, weight and height to day 1."""
    rule = m.protocol.settings.lymphodepletion
    clearance = Decimal(58 + m.course.birth_year * 13 % 47)
    weight, height = Decimal(f"{usual_weight(m.course):.1f}"), Decimal(height_cm(m.course))
    typed = {"ldyn": "Y", "ldcrcl": f"{clearance}"}
    if m.visit == "ld1":
        typed |= {"ldwt": f"{weight}", "ldht": f"{height}"}
    fludarabine = fludarabine_dose(clearance, rule) or Decimal(0)
    for drug, planned, hour in (("flu", fludarabine, 9), ("cy", rule.cyclophosphamide_mg_m2, 11)):
        typed |= {
            f"lddosea.{drug}": f"{dose_mg(planned, height, weight):.0f}", f"ldmod.{drug}": "N",
            f"ldstdtc.{drug}": m.at(hour), f"ldendtc.{drug}": m.at(hour, 45),
        }  # fmt: skip
    return typed


def survival(m: Moment) -> Answers:
    disease = "PROGRESSED" if m.course.new_therapy_on is not None else "STABLE"
    today = m.on.isoformat()
    return {"svdt": today, "svstat": "ALIVE", "svlka": today, "svdis": disease, "svsrc": "VISIT"}


def long_term(m: Moment) -> Answers:
    return {
        "ltdt": m.on.isoformat(), "lttype": "SITE", "ltalive": "ALIVE", "ltneo": "N", "ltneur": "N", "ltrheu": "N",
        "lthem": "N", "ltinf": "N", "ltmed": "None", "ltrcl": "NEG", "ltrclm": "VSVG",
        "ltpers": str(_random(m, "ltfu").randint(120, 4_000)),
    }  # fmt: skip


def disposition(m: Moment) -> Answers:
    return {"dsepoch": "FOLLOWUP", "dsdecod": "DEATH", "dsstdtc": m.on.isoformat(), "dstrans": "N"}


FORMS: dict[str, Callable[[Moment], Answers]] = {
    "ihc": tissue,
    "hnc": tumour_history,
    "dla": assignment,
    "aph": collection,
    "mfg": manufacture,
    "rel": release,
    "brg": bridging,
    "ld": lymphodepletion,
    "surv": survival,
    "ltfu": long_term,
    "ds": disposition,
}


@dataclass(frozen=True)
class LogEntry:
    """One entry of a log: the study day it is known on, the visit after which, and who writes it."""

    form: str
    day: int
    after: str
    typed: Answers
    is_made: bool = False


def log_entries(course: Course, subject: str, on: Callable[[int], date], people: dict[str, str]) -> list[LogEntry]:
    """The logs of a subject, each in its order.

    Args:
        on: the day of a study day.
        people: names of those who verify a custody step: "site1", "site2", "mfr1", "mfr2".
    """
    entries = [*_history(on), *_prior(on), *_custody(course, subject, on, people), *_medications(course, on)]
    if course.new_therapy_on is not None:
        typed = {"sbtype": "CHEMO", "sbstdt": on(course.new_therapy_on).isoformat(), "sbreg": "Paclitaxel weekly"}
        entries.append(LogEntry("subs", course.new_therapy_on, "", typed))
    if course.died_on is not None:
        died = {"dthdtc": on(course.died_on).isoformat(), "dthcaus": "PD", "dthrel": "UNRELATED"}
        entries.append(LogEntry("dd", course.died_on, "", died | {"dthaut": "N", "dthsrc": "RECORD"}))
    for visit in course.late:
        typed = {"dvterm": f"Visit {visit.upper()} missed", "dvcat": "MISSED", "dvimp": "MINOR"}
        entries.append(LogEntry("dv", course.day, "", typed | {"dvstdtc": on(course.day).isoformat()}))
    return entries


def _history(on: Callable[[int], date]) -> list[LogEntry]:
    year = on(-57).year
    plain = {"mhongo": "Y", "mhauto": "N", "mhcns": "N"}
    return [
        LogEntry(
            "mh", -57, "scr", {"mhterm": "高血压 (hypertension)", "mhstdtc": str(year - 8), "mhtoxgr": "2", **plain}
        ),
        LogEntry("mh", -57, "scr", {"mhterm": "Xerostomia", "mhstdtc": f"{year - 2}-11", "mhtoxgr": "1", **plain}),
    ]


def _prior(on: Callable[[int], date]) -> list[LogEntry]:
    therapies = (
        {"prtype": "RT", "prreg": "IMRT", "prsett": "DEFINITIVE", "prrtsite": "Neck and primary", "prrtdose": "70",
         "prbor": "CR", "prdisc": "COMPLETED", "from": -760, "to": -715},
        {"prtype": "CHEMO", "prreg": "Cisplatin and fluorouracil", "prsett": "RM", "prline": "1", "prbor": "PR",
         "prdisc": "PD", "from": -420, "to": -300, "pd": -295},
        {"prtype": "PD1", "prreg": "Pembrolizumab", "prsett": "RM", "prline": "2", "prbor": "SD", "prdisc": "PD",
         "from": -280, "to": -110, "pd": -105},
    )  # fmt: skip
    entries = []
    for therapy in therapies:
        typed = {name: str(value) for name, value in therapy.items() if name not in ("from", "to", "pd")}
        typed |= {"prstdt": on(therapy["from"]).isoformat(), "prendt": on(therapy["to"]).isoformat()}
        if "pd" in therapy:
            typed["prpddt"] = on(therapy["pd"]).isoformat()
        entries.append(LogEntry("prt", -57, "scr", typed))
    return entries


CUSTODY = (
    ("APHERESIS", -41, "13:20", "aph"),
    ("MFRECEIPT", -40, "09:30", "aph"),
    ("RELEASE", -21, "15:00", "mfg"),
    ("SHIPMENT", -19, "08:10", "mfg"),
    ("SITERECEIPT", -18, "11:40", "mfg"),
    ("STORAGE", -18, "12:05", "mfg"),
    ("THAW", 0, "10:30", "d0"),
    ("INFUSION", 0, "10:42", "d0"),
)


def _custody(course: Course, subject: str, on: Callable[[int], date], people: dict[str, str]) -> list[LogEntry]:
    entries = []
    for step, day, clock, after in CUSTODY:
        if after != "aph" and not is_released(course):
            continue
        is_made = step in ("MFRECEIPT", "RELEASE", "SHIPMENT")
        place = "mfr" if is_made else "site"
        typed = {
            "coistep": step, "coiid": identifier(subject), "coidtc": f"{on(day).isoformat()} {clock}",
            "coiby1": people[f"{place}1"], "coiby2": people[f"{place}2"], "coimatch": "Y", "coitemp": "Y",
        }  # fmt: skip
        entries.append(LogEntry("coi", day, after, typed, is_made))
    return entries


def _medications(course: Course, on: Callable[[int], date]) -> list[LogEntry]:
    chronic = {
        "cmtrt": "Amlodipine", "cmcat": "OTHER", "cmindc": "Hypertension", "cmlnk": "mh-1", "cmdose": "5",
        "cmdosu": "mg", "cmdosfrq": "QD", "cmroute": "ORAL", "cmstdtc": str(on(-57).year - 8), "cmongo": "Y",
    }  # fmt: skip
    entries = [LogEntry("cm", -57, "scr", chronic)]
    linked = {event.ctcae: f"ae-{number}" for number, event in enumerate(course.events, 1)}
    worse = [day for day, grade in course.crs.items() if grade >= 2]
    if worse:
        link = linked.get("Cytokine release syndrome", "")
        typed = _once("TOCI", "Tocilizumab", "Cytokine release syndrome", "480", on(min(worse)))
        entries.append(LogEntry("cm", min(worse), "d0", typed | {"cmlnk": link}))
    if course.icans:
        typed = _once("STEROID", "Dexamethasone", "ICANS", "10", on(min(course.icans)))
        entries.append(LogEntry("cm", min(course.icans), "d0", typed))
    return entries


def _once(category: str, drug: str, indication: str, amount: str, day: date) -> Answers:
    return {
        "cmtrt": drug, "cmcat": category, "cmindc": indication, "cmdose": amount, "cmdosu": "mg",
        "cmdosfrq": "ONCE", "cmroute": "IV", "cmstdtc": f"{day.isoformat()} 14:00", "cmongo": "N",
        "cmendtc": f"{day.isoformat()} 15:00",
    }  # fmt: skip
