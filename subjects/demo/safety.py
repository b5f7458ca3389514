"""Serious events of the demo: their reports, the sponsor's judgement, and what goes with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from subjects.demo.answers import Answers

NOT = dict.fromkeys(("aesdth", "aeslife", "aeshosp", "aesdisab", "aescong", "aesmie"), "N")


@dataclass(frozen=True)
class SafetyEntry:
    """A log entry: `by` is "investigator", "coordinator" or "mm1"."""

    form: str
    typed: Answers
    by: str = "coordinator"


def safety_entries(code: str, n_events: int, day: Callable[[int], date], as_of: date) -> list[SafetyEntry]:
    """What a subject has of serious events, in the order of entry; nothing for most.

    Args:
        n_events: adverse events entered before. day: date of a study day.
    """
    told = _SUBJECTS.get(code)
    return told(n_events + 1, day, as_of) if told else []


def _sepsis(number: int, day: Callable[[int], date], as_of: date) -> list[SafetyEntry]:
    """Reported in time, expected and related for both."""
    began = day(10)
    event = _event("Sepsis with low pressure", "Sepsis", 4, began, aeslife="Y", aeshosp="Y", aesi="INFECTION")
    event |= {"aeout": "RECOVERED", "aeendtc": day(17).isoformat()}
    infection = {
        "ifdt": began.isoformat(), "iftype": "BACTERIAL", "iforg": "Klebsiella pneumoniae", "ifsite": "Blood",
        "ifgrd": "4", "iftrt": "Meropenem",
    }  # fmt: skip
    narrative = "Fever of 39.6 °C and low pressure on day 10; blood culture positive, meropenem, recovered on day 17."
    return [
        SafetyEntry("ae", event, "investigator"),
        SafetyEntry("infx", infection),
        SafetyEntry("sae", _report(number, "INITIAL", began, "09:20", began, "17:45", narrative)),
        SafetyEntry("sae", _report(number, "FINAL", day(18), "08:00", day(18), "11:00", "Recovered without sequelae.")),
        SafetyEntry("spa", _assessment(1, began, "18:10", "EXP", "POSSIBLE", day(11)), "mm1"),
    ]


def _hypoxia(number: int, day: Callable[[int], date], as_of: date) -> list[SafetyEntry]:
    """Reported late, unexpected; the sponsor does not hold it related, the investigator does."""
    began = day(4)
    event = _event("Low oxygen", "Hypoxia", 3, began, aeshosp="Y") | {
        "aeout": "RECOVERED",
        "aeendtc": day(6).isoformat(),
    }
    workup = {
        "hlhdtc": f"{day(5).isoformat()} 09:00", "hlhferr": "4200", "hlhfib": "1.8", "hlhcyto": "ANC,PLT",
        "hlhlft": "N", "hlhspl": "N", "hlhgrd": "1",
    }  # fmt: skip
    return [
        SafetyEntry("ae", event, "investigator"),
        SafetyEntry("hlh", workup),
        SafetyEntry("sae", _report(number, "INITIAL", began, "22:15", day(6), "09:30", "Oxygen by mask for two days.")),
        SafetyEntry("spa", _assessment(1, day(6), "10:00", "UNEXP", "UNLIKELY", day(7)), "mm1"),
    ]


def _seizure(number: int, day: Callable[[int], date], as_of: date) -> list[SafetyEntry]:
    """Known since last night; the report is still to be sent."""
    began = as_of - timedelta(days=1)
    event = _event("Seizure, one minute", "Seizure", 3, began, aesmie="Y", aesi="ICANS") | {"aeout": "RECOVERING"}
    report = _report(number, "INITIAL", began, "22:40", began, "", "One generalised seizure, levetiracetam given.")
    return [SafetyEntry("ae", event, "investigator"), SafetyEntry("sae", report)]


def _pregnancy(number: int, day: Callable[[int], date], as_of: date) -> list[SafetyEntry]:
    typed = {"pgwho": "PARTNER", "pgdt": (as_of - timedelta(days=20)).isoformat(), "pgout": "ONGOING"}
    return [SafetyEntry("preg", typed)]


_SUBJECTS = {"102-0002": _sepsis, "103-0002": _hypoxia, "103-0004": _seizure, "102-0001": _pregnancy}


def _event(term: str, ctcae: str, grade: int, on: date, **changed: str) -> Answers:
    return {
        "aeterm": term, "aectcae": ctcae, "aetoxgr": str(grade), "aestdtc": f"{on.isoformat()} 08:30",
        "aeser": "Y", **NOT, "aerelu87": "POSSIBLE", "aerelld": "POSSIBLE", "aerelaph": "UNRELATED", "aereldis": "N",
        "aereloth": "UNRELATED", "aeacn": "NAP", "aedlt": "N", "aesi": "NONE", "aetreat": "Y", **changed,
    }  # fmt: skip


def _report(number: int, kind: str, aware: date, at: str, sent: date, sent_at: str, narrative: str) -> Answers:
    typed = {
        "saenum": f"AE-{number:03d}", "saetype": kind, "saeawdt": f"{aware.isoformat()} {at}", "saenarr": narrative,
    }  # fmt: skip
    return typed | ({"saerpdt": f"{sent.isoformat()} {sent_at}"} if sent_at else {})


def _assessment(report: int, received: date, at: str, expected: str, related: str, on: date) -> Answers:
    return {
        "spasae": str(report), "sparcvdt": f"{received.isoformat()} {at}", "spaexp": expected,
        "sparsi": "IB 3.0, section 7", "sparel": related, "spadt": on.isoformat(),
    }  # fmt: skip
