"""Analysis sets of the study: what each subject's forms say about membership."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from assessments.analysis.profiles import samples_after_origin
from assessments.analysis_sets import AnalysisSet, SetRules, SubjectFacts, analysis_sets
from assessments.tumour import row_numbers
from trial_edc.casebook.dates import day_of
from trial_edc.casebook.study import study as protocol
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.protocol.model import DateSource

FORMS = ("icf", "aph", "inf", "dlt", "ae", "sv", "surv", "dd", "tu", "nt", "rs", "pk")


@reads(*FORMS)
def of_study(study: StudyData) -> Mapping[str, AnalysisSet]:
    """Every set over all subjects, what happened after the cut-off not seen."""
    settings = protocol().settings
    words = {"treated": study.plan.treated, "origin": study.plan.origin_name, "sample": study.plan.sample}
    days, least = settings.dlt_window_days, settings.release.dose_min_percent
    rules = SetRules(dlt_window_days=days, min_dose_percent=least, **words)
    facts = [subject_facts(book, study) for book in study.books]
    found = analysis_sets(facts, cutoff_on=study.cutoff_on, rules=rules)
    return {name.value: one for name, one in found.items()}


def subject_facts(book: Book, study: StudyData) -> SubjectFacts:
    """What the sets ask about one subject."""
    profile = study.plan.profiles[0] if study.plan.profiles else None
    return SubjectFacts(
        subject=book.code,
        consented_on=first_day(book, study.plan.enrolment),
        leukapheresis_on=first_day(book, study.plan.leukapheresis),
        infusion_on=book.origin_on,
        dose_percent=_dose_percent(book),
        had_dlt=_had_dlt(book, study.cutoff_on),
        followed_until_on=max(days_seen(book), default=None),
        baseline_scan_on=baseline_on(book),
        n_post_baseline_scans=len(scans_with_response(book, study.cutoff_on)),
        n_pk_samples=len(samples_after_origin(book, profile, study.cutoff_on)) if profile else 0,
    )


def first_day(book: Book, sources: tuple[DateSource, ...]) -> date | None:
    """The earliest day of the first source that has one."""
    for source in sources:
        days = [
            day
            for record in book.casebook[source.form]
            if source.when is None or record[source.when[0]] in source.when[1]
            for value in record.each(source.item)
            if (day := day_of(value, book.zone))
        ]
        if days:
            return min(days)
    return None


def days_seen(book: Book) -> list[date]:
    """Days on which the subject was seen or known alive, and the day of death."""
    days = [record["svstdtc"] for record in book.casebook["sv"] if record["svocc"] != "N"]
    days += [record["svlka"] for record in book.casebook["surv"]]
    days += [book.day_of(record["dthdtc"]) for record in book.casebook["dd"]]
    return [day for day in days if day]


def baseline_on(book: Book) -> date | None:
    """The latest image of the baseline that is not after day 0; None without a baseline."""
    days = [
        record[f"{column}.{number}"]
        for form, column in (("tu", "tudtc"), ("nt", "ntdtc"))
        for record in book.casebook[form].at("base")
        for number in row_numbers(record, column)
        if record[f"{column}.{number}"]
    ]
    last = book.origin_on or date.max
    return max((day for day in days if day <= last), default=None)


def scans_with_response(book: Book, cutoff_on: date) -> list[date]:
    """Days after day 0 and up to the cut-off with a response of the investigator or a derived one."""
    if book.origin_on is None:
        return []
    days = [record["rsdtc"] for record in book.casebook["rs"] if record["rsinv"] or record["rsovrl"]]
    return [day for day in days if day and book.origin_on < day <= cutoff_on]


def _dose_percent(book: Book) -> Decimal | None:
    """The dose given in percent of the planned one."""
    for record in book.casebook["inf"]:
        given = record["infdkg"] if record["infplanu"] == "MILLION_KG" else record["infdose"]
        if given is not None and record["infplan"]:
            return Decimal(given) * 100 / Decimal(record["infplan"])
    return None


def _had_dlt(book: Book, cutoff_on: date) -> bool | None:
    """Yes by an assessment or by an event that meets the definition; None until it is assessed."""
    flags = [record["dltyn"] for record in book.casebook["dlt"] if record["dltyn"]]
    for event in book.casebook["ae"]:
        day = book.day_of(event["aestdtc"])
        if event["aedlt"] == "Y" and day is not None and day <= cutoff_on:
            flags.append("Y")
    return None if not flags else "Y" in flags
