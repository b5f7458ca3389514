"""What the casebook suggests and nobody has recorded yet: forms to accept, prefilled. Nothing is written by itself.

Derived from the data each time: a proposal is there until its form is saved, and comes back when that is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from subjects.contact import attempts_made
from subjects.crfs.dd import BY_EVENT, CAUSES
from subjects.crfs.sv import visit_name
from trial_edc.casebook.dates import SubjectDates
from trial_edc.casebook.slots import Slot
from trial_edc.crf.partial import interval, is_complete
from trial_edc.crf.partial import text as date_text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import window

EOS = "eos"


@dataclass(frozen=True)
class Proposal:
    """A form that is missing: why, where it stands and what it would say.

    Attributes:
        key: names it as long as the data are the same. typed: input name to text.
    """

    key: str
    title: str
    why: str
    slot: Slot
    typed: dict[str, str]


def proposals(casebook: Any, dates: SubjectDates) -> tuple[Proposal, ...]:
    """All proposals of a subject, the gravest first."""
    makers = (_death, _withdrawal, _screen_failure, _lost, _windows, _missed)
    return tuple(one for make in makers for one in make(casebook, dates))


def _death(casebook: Any, dates: SubjectDates) -> Iterator[Proposal]:
    deaths = [one for one in casebook["dd"] if one["dthdtc"]]
    if not deaths:
        return
    death = deaths[0]
    why = _("Death of %(date)s is recorded.") % {"date": date_text(death["dthdtc"])}
    fatal = [one for one in casebook["ae"] if one["aeout"] == "FATAL"]
    if death["dthcaus"] in BY_EVENT:
        if not fatal:
            yield _entry(casebook, "ae", "death-ae", _("Fatal adverse event, grade 5"), why, _fatal_event(death))
        reported = {str(one["saenum"] or "").rpartition("-")[2].lstrip("0") for one in casebook["sae"]}
        numbers = {str(one.seq) for one in fatal}
        if not casebook["sae"] or numbers - reported:
            number = fatal[0].seq if fatal else _next(casebook, "ae")
            cause = str(dict(CAUSES)[death["dthcaus"]])
            typed = {"sae.saenum": f"AE-{number:03d}", "sae.saetype": "INITIAL", "sae.saecod": cause}
            yield _entry(casebook, "sae", "death-sae", _("Serious adverse event report"), why, typed)
    day = death["dthdtc"] if is_complete(death["dthdtc"]) else ""
    if not any(one["svstat"] == "DEAD" for one in casebook["surv"]):
        typed = {"surv.svstat": "DEAD", **({"surv.svdt": day, "surv.svlka": day} if day else {})}
        yield _at_end(casebook, "surv", "death-surv", _("Survival status: dead"), why, typed)
    if not any(one["dsdecod"] == "DEATH" for one in casebook["ds"]):
        on = interval(death["dthdtc"])[0].date()
        typed = {"ds.dsepoch": epoch(dates, on), "ds.dsdecod": "DEATH", "ds.dsstdtc": day}
        yield _at_end(casebook, "ds", "death-ds", _("Disposition: death"), why, typed)


def _fatal_event(death: Any) -> dict[str, str]:
    """The event that the cause of death names; its start, causality and grade stay with the investigator to confirm."""
    cause = str(dict(CAUSES)[death["dthcaus"]])
    terms = {"CRS": "Cytokine release syndrome"}
    typed = {"ae.aeterm": cause, "ae.aetoxgr": "5", "ae.aeout": "FATAL", "ae.aeser": "Y", "ae.aesdth": "Y"}
    typed["ae.aeendtc"] = death["dthdtc"]
    if term := terms.get(death["dthcaus"]):
        typed["ae.aectcae"] = term
    return typed


def _withdrawal(casebook: Any, dates: SubjectDates) -> Iterator[Proposal]:
    ended = [one for one in casebook["icf"] if one["icfwddt"] and one["icfwdsc"] in ("ALL", "PROC", "TREAT")]
    if not ended or any(one["dsdecod"] in ("WITHDREW", "DEATH") for one in casebook["ds"]):
        return
    last = max(ended, key=lambda one: one["icfwddt"])
    if last["icfwdsc"] == "TREAT" and dates.anchors.infusion is not None:
        return
    why = _("Consent was withdrawn on %(date)s.") % {"date": date_text(last["icfwddt"])}
    typed = {"ds.dsepoch": epoch(dates, last["icfwddt"]), "ds.dsdecod": "WITHDREW"}
    typed["ds.dsstdtc"] = last["icfwddt"].isoformat()
    yield _at_end(casebook, "ds", "withdrawal-ds", _("Disposition: withdrawal by subject"), why, typed)


def _screen_failure(casebook: Any, dates: SubjectDates) -> Iterator[Proposal]:
    record = casebook.record("scr", "ie")
    if record is None or record["ieelig"] != "N" or dates.anchors.infusion is not None:
        return
    if any(one["dsdecod"] for one in casebook["ds"]):
        return
    days = [day for day in record.each("iedat") if day]
    on = max(days, default=dates.visits.get("scr"))
    typed = {"ds.dsepoch": "SCREENING", "ds.dsdecod": "SCREENFAIL", **({"ds.dsstdtc": on.isoformat()} if on else {})}
    why = _("Eligible for leukapheresis was answered No.")
    yield _at_end(casebook, "ds", "screen-failure-ds", _("Disposition: screen failure"), why, typed)


def _lost(casebook: Any, dates: SubjectDates) -> Iterator[Proposal]:
    made, least = attempts_made(casebook), protocol().settings.contact_attempts_min
    if made < least or any(one["dsdecod"] in ("LOST", "DEATH", "WITHDREW") for one in casebook["ds"]):
        return
    lines = [line for one in casebook["ltfu"] for line in one["ltatt"] or ()]
    last = max(str(line["date"])[:10] for line in lines)
    on = date.fromisoformat(last)
    seen = [one["svlka"] for one in casebook["surv"] if one["svlka"]]
    if any(day > on for day in seen):
        return  # somebody reached the subject after the last attempt
    why = _("%(n)d attempts to reach the subject are recorded; the protocol asks for %(least)d.")
    typed = {"ds.dsepoch": epoch(dates, on), "ds.dsdecod": "LOST", "ds.dsstdtc": last}
    words = why % {"n": made, "least": least}
    yield _at_end(casebook, "ds", "lost-ds", _("Disposition: lost to follow-up"), words, typed)


def _windows(casebook: Any, dates: SubjectDates) -> Iterator[Proposal]:
    """A deviation for each visit out of its window that has none of that day."""
    known = {one["dvstdtc"] for one in casebook["dv"] if one["dvcat"] == "WINDOW"}
    for visit in protocol().visits:
        on, span = dates.visits.get(visit.code), window(visit, dates.anchors)
        if on is None or span is None or not span.days_off(on) or on in known:
            continue
        parts = {"visit": visit_name(visit.code), "date": date_text(on)}
        parts |= {"first": date_text(span.first), "last": date_text(span.last)}
        sentence = _("%(visit)s took place on %(date)s; it was due %(first)s to %(last)s.") % parts
        typed = {"dv.dvterm": sentence, "dv.dvcat": "WINDOW", "dv.dvimp": "MINOR", "dv.dvstdtc": on.isoformat()}
        title = _("Deviation: %(visit)s out of its window") % parts
        yield _entry(casebook, "dv", f"window-{visit.code}", title, sentence, typed)


def _missed(casebook: Any, dates: SubjectDates) -> Iterator[Proposal]:
    """A deviation for each visit that was missed and has none."""
    known = {one["dvterm"] for one in casebook["dv"] if one["dvcat"] == "MISSED"}
    for one in casebook["sv"]:
        if one["svocc"] != "N":
            continue
        name = visit_name(one.visit_code)
        sentence = _("%(visit)s was missed.") % {"visit": name}
        if any(str(term).startswith(sentence[:-1]) for term in known):
            continue
        span = window(protocol().visit(one.visit_code), dates.anchors)
        on = one["svstdtc"] or (span.last if span else None)
        typed = {"dv.dvterm": f"{sentence} {one['svreas'] or ''}".strip(), "dv.dvcat": "MISSED", "dv.dvimp": "MINOR"}
        typed |= {"dv.dvstdtc": on.isoformat()} if on else {}
        title = _("Deviation: %(visit)s missed") % {"visit": name}
        yield _entry(casebook, "dv", f"missed-{one.visit_code}", title, sentence, typed)


def epoch(dates: SubjectDates, on: date) -> str:
    """The epoch of the study a day lies in: a code of `ds.dsepoch`."""
    anchors = dates.anchors
    if anchors.infusion is not None and on >= anchors.infusion:
        day = (on - anchors.infusion).days
        return "TREATMENT" if day <= protocol().settings.dlt_window_days else "FOLLOWUP" if day <= 744 else "LTFU"
    if anchors.leukapheresis is not None and on >= anchors.leukapheresis:
        return "PRE"
    return "SCREENING"


def _next(casebook: Any, form: str, visit: str = "") -> int:
    taken = [one.seq for one in casebook.instances if one.form_code == form and one.visit_code == visit]
    return max(taken, default=0) + 1


def _entry(casebook: Any, form: str, key: str, title: str, why: str, typed: dict[str, str]) -> Proposal:
    slot = Slot(casebook.subject.pk, "", form, _next(casebook, form))
    return Proposal(key, title, why, slot, typed)


def _at_end(casebook: Any, form: str, key: str, title: str, why: str, typed: dict[str, str]) -> Proposal:
    slot = Slot(casebook.subject.pk, EOS, form, _next(casebook, form, EOS))
    return Proposal(key, title, why, slot, typed)
