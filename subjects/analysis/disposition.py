"""Disposition: how far each subject has come, and why the others stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from subjects.analysis.common import Found, books_cell, days_of, records, said, seen, subjects_cell
from subjects.crfs.ds import EPOCHS, REASONS
from trial_edc.casebook.study import study as protocol
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row

SEEN_AT_VISIT = ("Y", "TEL")
RELEASED = ("RELEASED", "OOS", "CONDITIONAL")
Step = tuple[str, str, list[Book]]


@reads("icf", "ihc", "ie", "aph", "mfg", "rel", "ld", "inf", "sv", "ds", "dd")
def section(study: StudyData) -> tuple[Part, ...]:
    """The flow from registration to follow-up, the ends of epochs, and a line for each subject."""
    steps = steps_of(study)
    tables = (_flow(steps, study), _ends(study), _listing(steps, study))
    numbers = {code: len(books) for code, _label, books in steps}
    return (Part("disposition", _("Disposition"), tables, (), {"steps": numbers}),)


def steps_of(study: StudyData) -> list[Step]:
    """(code, label, subjects who took the step up to the cut-off), each among all subjects."""
    books = study.books
    first_ld = protocol().anchors["ld1"][0]
    made = [book for book, record in records(books, "mfg", "mfgendt", study) if record["mfgfail"] == "SUCCESS"]
    released = [book for book, record in records(books, "rel", "reldt", study) if record["relstat"] in RELEASED]
    stopped = {book.code for book, _record in ended(study)}
    infused = [book for book in books if book.origin_on is not None]
    return [
        ("registered", _("Registered"), list(books)),
        ("positive", _("Tumour positive for the target"), _with_day(study, "ihc", "ihctstdt", ("ihcres", "POS"))),
        ("consented", _("Consented to the trial"), _with_day(study, "icf", "icfdtc", ("icftype", "MAIN"))),
        ("eligible", _("Eligible for leukapheresis"), [book for book in books if _is_eligible(book, study)]),
        ("collected", _("Leukapheresed"), _with_day(study, "aph", "aphstdtc")),
        ("made", _("Product manufactured"), _each_once(made)),
        ("released", _("Product released"), _each_once(released)),
        ("prepared", _("Lymphodepletion begun"), _with_day(study, first_ld.form, first_ld.item)),
        ("infused", _("Infused"), infused),
        ("day_28", _("Seen at Day 28"), [book for book in infused if _seen_at(book, "d28", study)]),
        ("followed", _("In follow-up at the cut-off"), [book for book in infused if book.code not in stopped]),
    ]


def ended(study: StudyData) -> list[Found]:
    """Deaths, withdrawals of everything and ends of the study, one record for each subject."""
    found = records(study.books, "dd", "dthdtc", study)
    found += [pair for pair in records(study.books, "icf", "icfwddt", study) if pair[1]["icfwdsc"] == "ALL"]
    found += [pair for pair in records(study.books, "ds", "dsstdtc", study) if _ends_study(pair[1])]
    first: dict[str, Found] = {}
    for book, record in found:
        first.setdefault(book.code, (book, record))
    return list(first.values())


def why_ended(book: Book, study: StudyData) -> tuple[str, date | None]:
    """The last thing known that ended an epoch, in words, and its day; "" for a subject under way."""
    deaths = records([book], "dd", "dthdtc", study)
    if deaths:
        return _("Death"), book.day_of(deaths[0][1]["dthdtc"])
    ends = [record for _book, record in records([book], "ds", "dsstdtc", study) if record["dsdecod"]]
    ends.sort(key=lambda record: record["dsstdtc"] or date.min)
    if ends and ends[-1]["dsdecod"] != "COMPLETED":
        return said(ends[-1], "dsdecod"), ends[-1]["dsstdtc"]
    withdrawn = [record for _book, record in records([book], "icf", "icfwddt", study) if record["icfwddt"]]
    if withdrawn:
        return _("Consent withdrawn"), withdrawn[0]["icfwddt"]
    failed = [record for record in book.casebook["ie"] if record["iesfreas"]]
    if failed:
        return said(failed[0], "iesfreas"), None
    return "", None


def _flow(steps: Sequence[Step], study: StudyData) -> Table:
    rows, before = [], steps[0][2]
    for _code, label, books in steps:
        taken = {book.code for book in books}
        left = [book for book in before if book.code not in taken]
        rows.append(row(label, books_cell(books, len(steps[0][2])), books_cell(left), _reasons(left, study)))
        before = books
    columns = (_("Step"), _("Subjects"), _("Not taken since the step before"), _("Why not"))
    notes = (_("Percent of all registered subjects. Under way: nothing says that the subject stopped."),)
    return Table("flow", _("Flow of subjects"), columns, tuple(rows), notes, _("No subject is registered."))


def _reasons(books: Sequence[Book], study: StudyData) -> str:
    found: dict[str, int] = {}
    for book in books:
        reason = why_ended(book, study)[0] or _("Under way")
        found[reason] = found.get(reason, 0) + 1
    return "; ".join(f"{reason} {n}" for reason, n in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _ends(study: StudyData) -> Table:
    """Reasons by epoch."""
    found = records(study.books, "ds", "dsstdtc", study)
    rows = []
    for reason, label in REASONS:
        of_reason = [pair for pair in found if pair[1]["dsdecod"] == reason]
        if of_reason:
            cells = [subjects_cell([pair for pair in of_reason if pair[1]["dsepoch"] == code]) for code, _l in EPOCHS]
            rows.append(row(str(label), *cells, subjects_cell(of_reason)))
    columns = (_("Reason"), *(str(label) for _code, label in EPOCHS), _("Subjects"))
    return Table("ends", _("How epochs ended"), columns, tuple(rows), (), _("No epoch has ended."))


def _listing(steps: Sequence[Step], study: StudyData) -> Table:
    columns = (_("Subject"), _("Site"), _("Dose level"), _("Last step"), _("Infused"), _("Ended"), _("On"))
    return Table("subjects", _("Subjects"), columns, tuple(_subject(book, steps, study) for book in study.books))


def _subject(book: Book, steps: Sequence[Step], study: StudyData) -> tuple[Cell, ...]:
    last = [label for code, label, books in steps if code != "followed" and book in books][-1]
    why, on = why_ended(book, study)
    infused = f"{book.origin_on:%d-%b-%Y}" if book.origin_on else ""
    subject = Cell(book.code, (book.link(),))
    level = book.cohort if book.origin_on else ""  # an infusion to come is not seen
    return row(subject, book.subject.site.code, level, last, infused, why, f"{on:%d-%b-%Y}" if on else "")


def _with_day(study: StudyData, form: str, item: str, answer: tuple[str, str] | None = None) -> list[Book]:
    if answer is None:
        known = days_of(study.books, form, item, study)
        return [book for book in study.books if book.code in known]
    found = records(study.books, form, item, study)
    return _each_once([book for book, record in found if record[answer[0]] == answer[1] and record[item]])


def _each_once(books: Sequence[Book]) -> list[Book]:
    return list({book.code: book for book in books}.values())


def _is_eligible(book: Book, study: StudyData) -> bool:
    """The decision has no date of its own: that of its visit counts."""
    return any(record["ieelig"] == "Y" for record in book.casebook["ie"].at("scr")) and (
        not book.casebook["sv"].at("scr") or _seen_at(book, "scr", study)
    )


def _seen_at(book: Book, visit: str, study: StudyData) -> bool:
    visits = book.casebook["sv"].at(visit)
    return any(
        one["svstdtc"] and one["svocc"] in (*SEEN_AT_VISIT, None) and seen(book, one["svstdtc"], study)
        for one in visits
    )


def _ends_study(record) -> bool:
    stops = ("WITHDREW", "LOST", "TERMINATED", "DEATH")
    return record["dsdecod"] in stops or (record["dsepoch"] == "LTFU" and record["dsdecod"] == "COMPLETED")
