"""What a coordinator would type into each form of a demo subject. Text only: it goes through the save action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from subjects.demo.courses import Course, Event
from trial_edc.protocol.model import Protocol

Answers = dict[str, str]
TIME_POINTS = (("PRE", -30), ("M15", 15), ("M30", 30), ("H1", 60), ("H2", 120), ("H4", 240))


@dataclass(frozen=True)
class Moment:
    """One form to fill: of which course, at which visit, on which day, which of several."""

    course: Course
    visit: str
    on: date
    day: int
    seq: int
    random: Random
    protocol: Protocol
    subject: str

    def at(self, hour: int, minute: int = 0) -> str:
        return datetime.combine(self.on, time(hour, minute)).strftime("%Y-%m-%d %H:%M")


def visit_record(m: Moment) -> Answers:
    reviewed = {"svaeyn": "N", "svcmyn": "N"}
    if m.visit == "scr":
        reviewed |= {"svcmyn": "Y", "svmhyn": "Y"}
    if m.day >= 28:
        reviewed["svsbyn"] = "N"
    return {"svstdtc": m.on.isoformat(), "svocc": "Y", **reviewed}


def demography(m: Moment) -> Answers:
    course = m.course
    typed = {
        "brthdtc": str(course.birth_year),
        "age": str(m.on.year - course.birth_year),
        "sex": course.sex,
        "smoke": "FORMER",
        "packyr": str(m.random.randint(5, 45)),
        "alcohol": "CURRENT",
    }
    return typed | ({"childpot": "POSTMEN"} if course.sex == "F" else {})


def eligibility(m: Moment) -> Answers:
    keys = [row.key for row in m.protocol.panel("ie", m.visit)]
    typed = {f"ieorres.{key}": "Y" for key in keys} | {f"iedat.{key}": m.on.isoformat() for key in keys}
    return typed | {{"scr": "ieelig", "base": "ieelig2", "d0": "ieelig3"}[m.visit]: "Y"}


def vital_signs(m: Moment) -> Answers:
    fever = {0: 36.8, 1: 38.3, 2: 38.9, 3: 39.4, 4: 39.6}[min(m.course.crs.get(m.day, 0), 4)]
    ill = m.course.crs.get(m.day, 0) >= 2
    typed = {
        "vsdtc": m.at(8, 40),
        "temp": f"{fever + m.random.choice((-0.2, 0, 0.1)):.1f}",
        "sysbp": str(m.random.randint(94, 104) if ill else m.random.randint(112, 138)),
        "diabp": str(m.random.randint(58, 64) if ill else m.random.randint(66, 84)),
        "pulse": str(m.random.randint(96, 118) if ill else m.random.randint(64, 88)),
        "resp": str(m.random.randint(14, 20)),
        "spo2": str(m.random.randint(93, 95) if ill else m.random.randint(96, 99)),
        "o2sup": "NONE",
        "temploc": "AXILLARY",
        "weight": f"{_weight(m):.1f}",
    }
    if m.visit == "scr":
        typed["height"] = str(height_cm(m.course))
    if m.visit == "d0":
        point, minutes = TIME_POINTS[m.seq - 1]
        taken = datetime.combine(m.on, time(10, 42)) + timedelta(minutes=minutes)
        typed |= {"vstpt": point, "vsdtc": taken.strftime("%Y-%m-%d %H:%M")}
        if point != "PRE":
            del typed["weight"]
    return typed


def _weight(m: Moment) -> float:
    """Kilograms: the subject's own weight, a little lost in the weeks after the infusion."""
    return usual_weight(m.course) - (1.5 if m.day > 3 else 0) + m.random.uniform(-0.6, 0.6)


def usual_weight(course: Course) -> int:
    """Kilograms before the infusion."""
    return 56 + course.birth_year * 7 % 19


def height_cm(course: Course) -> int:
    return 158 + course.birth_year * 11 % 21


def blood_count(m: Moment) -> Answers:
    """Counts fall after lymphodepletion, lowest about day 7, and come back by day 28."""
    depth = max(0.0, 1 - abs(m.day - 7) / 12) if m.day > -5 else 0.0
    neutrophils = 4.2 * (1 - 0.85 * depth) * m.random.uniform(0.9, 1.1)
    lymphocytes = 1.4 * (1 - 0.8 * depth) * m.random.uniform(0.9, 1.1)
    return {
        "lbdtc": m.at(7, 30),
        "lblab": f"L{m.course.site}",
        "wbc": f"{neutrophils + lymphocytes + 0.4:.2f}",
        "anc": f"{neutrophils:.2f}",
        "alc": f"{lymphocytes:.2f}",
        **_haemoglobin(m, 118 - 28 * depth),
        "plt": f"{228 * (1 - 0.72 * depth) * m.random.uniform(0.92, 1.08):.0f}",
        "transf": "NONE",
        "gcsf": "N",
    }


def _haemoglobin(m: Moment, grams_per_litre: float) -> Answers:
    if m.course.site == "103":
        return {"hgb": f"{grams_per_litre / 10:.1f}", "hgb.unit": "g/dL"}
    return {"hgb": f"{grams_per_litre:.0f}", "hgb.unit": "g/L"}


def batch(subject: str) -> str:
    """Batch number of the subject's product."""
    return f"CT-{subject.replace('-', '')[-6:]}"


def infusion(m: Moment) -> Answers:
    dose = next(level.dose for level in m.protocol.dose_levels if level.code == m.course.cohort)
    weight = _weight(m)
    return {
        "infcoi": "Y", "infbatch": batch(m.subject), "infbags": "1",
        "infthdtc": m.at(10, 30), "infdtc": m.at(10, 42), "infendtc": m.at(10, 56),
        "infnum": "1", "infroute": "IV", "infdl": m.course.cohort, "infplan": f"{dose:f}",
        "infdose": f"{float(dose) * m.random.uniform(0.95, 1.04):.1f}", "infwt": f"{weight:.1f}",
        "inftotc": f"{float(dose) * 2.6:.0f}", "infvol": "50", "infall": "Y",
        "infprem": "PARACETAMOL,ANTIHIST", "infint": "N", "infreact": "N", "inftoci": "Y",
    }  # fmt: skip


def crs(m: Moment) -> Answers:
    grade = m.course.crs.get(m.day, 0)
    typed = {
        "crsdtc": m.at(9),
        "crstemp": {0: "36.9", 1: "38.4", 2: "38.9"}.get(grade, "39.4"),
        "crsfevo": "N",
        "crstrt": "Y" if grade else "N",
        "crshyp": {2: "FLUIDS", 3: "ONE"}.get(grade, "NONE"),
        "crso2": "NONE",
        "crsgri": str(grade),
        "crsicu": "N",
    }
    if grade:
        first = min(m.course.crs)
        onset = m.on - timedelta(days=m.day - first)
        typed |= {"crsfevdt": onset.isoformat(), "crsondt": f"{onset.isoformat()} 06:00"}
    if grade >= 2:
        typed["crshypoc"] = "N"
    if grade == 3:
        typed["crsvaso"] = "norepinephrine; 0.08 ug/kg/min"
    return typed


def icans(m: Moment) -> Answers:
    lost = m.course.icans.get(m.day, 0)
    typed = {
        "icndtc": m.at(9, 20), "iceyr": "1", "icemo": "1", "icecity": "1", "icehosp": "1",
        "icename": str(3 - min(lost, 3)), "icecmd": "1", "icewrt": "1", "iceatt": "1",
        "icnunab": "N", "icncom": "N", "icncons": "ALERT", "icnsed": "N", "icnsz": "NONE",
        "icnmot": "NONE", "icnedm": "NONE", "icngri": "1" if lost else "0",
    }  # fmt: skip
    return typed | ({"icntrt": "DEXA", "icneeg": "未见异常 (EEG normal)"} if lost else {})


def adverse_event(event: Event, *, infusion_on: date, today: date) -> Answers:
    start = infusion_on + timedelta(days=event.start)
    ends = event.end is not None and infusion_on + timedelta(days=event.end) <= today
    typed = {
        "aeterm": event.term, "aectcae": event.ctcae, "aetoxgr": str(event.grade),
        "aestdtc": start.isoformat() if event.start else f"{start.isoformat()} 14:00",
        "aeout": event.outcome if ends or event.end is None else "NOTREC",
        "aeser": "N", "aerelu87": event.related, "aerelld": "POSSIBLE", "aerelaph": "UNRELATED",
        "aereldis": "N", "aereloth": "UNRELATED", "aeacn": "NAP", "aedlt": "N", "aesi": event.interest,
        "aetreat": "Y" if event.grade > 1 else "N",
    }  # fmt: skip
    if ends:
        typed["aeendtc"] = (infusion_on + timedelta(days=event.end or 0)).isoformat()
    return typed


FORMS: dict[str, Callable[[Moment], Answers]] = {
    "sv": visit_record,
    "dm": demography,
    "ie": eligibility,
    "vs": vital_signs,
    "lbh": blood_count,
    "inf": infusion,
    "crs": crs,
    "icn": icans,
}
