"""Long-term follow-up of the gene therapy: contacts, delayed events, tests for replication-competent virus."""

from __future__ import annotations

from django.utils.translation import gettext as _

from subjects.analysis.common import Found, on_day, records, said, subjects_cell
from trial_edc.crf.spec import form_spec
from trial_edc.exports.study import Book, StudyData, reads
from trial_edc.exports.tables import Cell, Part, Table, row

EVENTS = ("ltneo", "ltneur", "ltrheu", "lthem", "ltinf")
TESTED = ("NEG", "POS")


@reads("ltfu", "surv", "sv", "dd")
def section(study: StudyData) -> tuple[Part, ...]:
    """Delayed events, the last contact of each infused subject, every virus test."""
    infused = list(study.members("infused"))
    found = records(infused, "ltfu", "ltdt", study)
    tests = [pair for pair in found if pair[1]["ltrcl"]]
    tables = (_overview(infused, found), _contacts(infused, study), _tests(tests))
    positive = sorted({book.code for book, record in tests if record["ltrcl"] == "POS"})
    numbers = {"tested": sum(record["ltrcl"] in TESTED for _book, record in tests), "positive": positive}
    return (Part("follow_up", _("Long-term follow-up"), tables, (), numbers),)


def _overview(infused: list[Book], found: list[Found]) -> Table:
    n = len(infused)
    rows = [row(_("Seen in the long-term follow-up"), subjects_cell(found, n))]
    for item in EVENTS:
        label = _label(found, item)
        if label:
            rows.append(row(label, subjects_cell([pair for pair in found if pair[1][item] == "Y"], n)))
    tested = [pair for pair in found if pair[1]["ltrcl"] in TESTED]
    rows.append(row(_("Tested for replication-competent virus"), subjects_cell(tested, n)))
    rows.append(row(_("of them positive"), subjects_cell([pair for pair in tested if pair[1]["ltrcl"] == "POS"], n)))
    notes = (_("Percent of infused subjects."),)
    return Table("delayed_events", _("Delayed events"), ("", _("Subjects")), tuple(rows), notes)


def _label(found: list[Found], item: str) -> str:
    return str(form_spec("ltfu")[item].label) if found else ""


def _contacts(infused: list[Book], study: StudyData) -> Table:
    rows = []
    for book in infused:
        last = max(known_alive(book, study), default=None)
        deaths = records([book], "dd", "dthdtc", study)
        months = f"{(last - book.origin_on).days / 30.4375:.1f}" if last and book.origin_on else ""
        contact = records([book], "ltfu", "ltdt", study)
        visit = said(contact[-1][1], "ltvis") if contact else ""
        died = on_day(book, deaths[0][1]["dthdtc"]) if deaths else ""
        subject = Cell(book.code, (book.link(),))
        rows.append(row(subject, book.cohort, on_day(book, book.origin_on), on_day(book, last), months, visit, died))
    columns = (_("Subject"), _("Dose level"), _("Infused (day)"), _("Last known alive (day)"), _("Months"))
    columns = (*columns, _("Last long-term visit"), _("Died (day)"))
    return Table("contacts", _("Last contact"), columns, tuple(rows), (), _("Nobody was infused."))


def known_alive(book: Book, study: StudyData) -> list:
    """Days up to the cut-off on which the subject was seen or known alive."""
    days = [record["svlka"] for record in book.casebook["surv"]]
    days += [record["ltdt"] for record in book.casebook["ltfu"] if record["ltalive"] == "ALIVE"]
    days += [record["svstdtc"] for record in book.casebook["sv"] if record["svocc"] in ("Y", "TEL", None)]
    return [day for day in days if day and day <= study.cutoff_on]


def _tests(tests: list[Found]) -> Table:
    rows = []
    for book, record in tests:
        subject = Cell(book.code, (book.link(record),))
        facts = (said(record, item) for item in ("ltvis", "ltrcl", "ltrclm", "ltpers"))
        rows.append(row(subject, on_day(book, record["ltdt"]), *facts))
    columns = (_("Subject"), _("On (day)"), _("Visit"), _("Result"), _("Method"), _("Vector persistence"))
    title = _("Tests for replication-competent virus")
    return Table("rcl", title, columns, tuple(rows), (), _("No test is recorded."))
