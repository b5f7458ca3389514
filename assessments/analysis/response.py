"""Rates of response, best overall response, and where investigator and derived response differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from assessments.analysis.timelines import DERIVED, INVESTIGATOR, Subject
from assessments.crfs.rs import RESPONSES
from assessments.endpoints import Rate, disease_control_rate, response_rate
from assessments.recist import Response
from assessments.survival import Proportion, proportion
from trial_edc.crf.partial import text
from trial_edc.exports.numbers import fixed, share
from trial_edc.exports.study import Book, StudyData
from trial_edc.exports.tables import Cell, Part, Table, row
from trial_edc.protocol.analysis import AnalysisPlan

ORDER = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD, Response.PD, Response.NE)
KINDS = (("orr", True), ("dcr", True), ("orr", False), ("dcr", False))


def rate(kind: str, subjects: Sequence[Subject], plan: AnalysisPlan, *, confirmed: bool) -> Rate[Proportion]:
    """Objective response or disease control with its exact interval."""
    best = {one.code: one.best_of(confirmed) for one in subjects}
    members = [one.code for one in subjects]

    def interval(x: int, n: int) -> Proportion:
        return proportion(x, n, plan.conf_level_percent / 100)

    if kind == "orr":
        return response_rate(best, members, interval=interval)
    return disease_control_rate(best, members, interval=interval, count_non_cr_non_pd=plan.count_non_cr_non_pd)


def groups_of(subjects: Sequence[Subject], study: StudyData) -> list[tuple[str, list[Subject]]]:
    """The cohorts, then everybody."""
    groups = [(name, [one for one in subjects if one.book.cohort == name]) for name in study.cohorts]
    groups = [(name, mine) for name, mine in groups if mine]
    return groups if len(groups) == 1 and len(groups[0][1]) == len(subjects) else [*groups, (_("Total"), [*subjects])]


def rate_table(subjects: Sequence[Subject], study: StudyData) -> Table:
    """ORR and DCR, confirmed and unconfirmed, by cohort and in total."""
    groups = groups_of(subjects, study)
    labels = {
        ("orr", True): _("ORR, confirmed"),
        ("dcr", True): _("DCR, confirmed"),
        ("orr", False): _("ORR, unconfirmed"),
        ("dcr", False): _("DCR, unconfirmed"),
    }
    rows = []
    for kind, confirmed in KINDS:
        cells = (_rate_cell(kind, mine, study.plan, confirmed=confirmed) for _name, mine in groups)
        rows.append(row(labels[kind, confirmed], *cells))
    counted = study.plan.count_non_cr_non_pd
    notes = (
        _("Subjects with the response / all of the set (%%; exact %(level)d %% interval, Clopper-Pearson).")
        % {"level": study.plan.conf_level_percent},
        _("A subject without an evaluable response counts in the denominator. A response is confirmed by another at"
          " least %(days)d days later; stable disease counts from day %(sd)d.")
        % {"days": study.plan.confirmation_min_days, "sd": study.plan.sd_min_days},
        _("Non-CR/Non-PD counts as disease control.") if counted else _("Non-CR/Non-PD is no disease control here."),
    )  # fmt: skip
    columns = ("", *(_group_title(name, mine) for name, mine in groups))
    return Table("rates", _("Objective response and disease control"), columns, tuple(rows), notes)


def best_table(subjects: Sequence[Subject], study: StudyData) -> Table:
    """Subjects by best overall response."""
    groups = groups_of(subjects, study)
    rows = [
        row(
            response.value,
            *(_best_cell(mine, response, confirmed=True) for _name, mine in groups),
            _best_cell(subjects, response, confirmed=False),
        )
        for response in ORDER
    ]
    columns = ("", *(_group_title(name, mine) for name, mine in groups), _("Unconfirmed (total)"))
    return Table("best", _("Best overall response, confirmed"), columns, tuple(rows))


def response_numbers(subjects: Sequence[Subject], study: StudyData) -> dict[str, Any]:
    found: dict[str, Any] = {"best": {}, "rates": {}}
    for one in subjects:
        found["best"][one.code] = {"confirmed": one.best.confirmed.value, "unconfirmed": one.best.unconfirmed.value}
    for kind, confirmed in KINDS:
        one_rate = rate(kind, subjects, study.plan, confirmed=confirmed)
        found["rates"][f"{kind}_{'confirmed' if confirmed else 'unconfirmed'}"] = {
            "x": one_rate.n_counted,
            "n": one_rate.n_subjects,
            "estimate": one_rate.interval.estimate,
            "lower": one_rate.interval.lower,
            "upper": one_rate.interval.upper,
            "subjects": list(one_rate.counted),
        }
    return found


def disagreement_part(study: StudyData, by_source: dict[str, tuple[Subject, ...]]) -> Part:
    """Scans and best responses on which investigator and derived response differ."""
    scans, best = [], []
    numbers: dict[str, Any] = {"scans": [], "best": []}
    labels = {code: str(label) for code, label in RESPONSES}
    for book in study.members("infused"):
        for record in book.casebook["rs"]:
            given, derived = record["rsinv"], record["rsovrl"]
            if not given or not derived or given == derived or not record["rsdtc"] or record["rsdtc"] > study.cutoff_on:
                continue
            scans.append(_scan_row(book, record, labels))
            numbers["scans"].append([book.code, record["rsdtc"].isoformat(), given, derived])
    for mine, other in zip(by_source[INVESTIGATOR], by_source[DERIVED], strict=True):
        if mine.best.confirmed is not other.best.confirmed:
            best.append(row(Cell(mine.code, mine.scan_links), mine.best.confirmed.value, other.best.confirmed.value))
            numbers["best"].append([mine.code, mine.best.confirmed.value, other.best.confirmed.value])
    return Part("disagreements", _("Investigator and derived response"), _disagreement_tables(scans, best), (), numbers)


def _disagreement_tables(scans: list, best: list) -> tuple[Table, ...]:
    heads = (_("Investigator"), _("Derived"))
    return (
        Table(
            "disagreements",
            _("Scans on which they differ"),
            (_("Subject"), _("Visit"), _("Date"), *heads, _("Reason of the investigator")),
            tuple(scans),
            empty=_("The two responses agree on every scan."),
        ),
        Table(
            "best-disagreements",
            _("Best overall response, confirmed, where it differs"),
            (_("Subject"), *heads),
            tuple(best),
            empty=_("The two give every subject the same best response."),
        ),
    )


def _scan_row(book: Book, record: Any, labels: dict[str, str]):
    return row(
        Cell(book.code, (book.link(record),)),
        record.visit_code.upper(),
        text(record["rsdtc"]),
        labels.get(record["rsinv"], record["rsinv"]),
        labels.get(record["rsovrl"], record["rsovrl"]),
        record["rsinvrs"] or "",
    )


def _group_title(name: str, mine: Sequence[Subject]) -> str:
    return _("%(group)s (N = %(n)d)") % {"group": name, "n": len(mine)}


def _rate_cell(kind: str, mine: Sequence[Subject], plan: AnalysisPlan, *, confirmed: bool) -> Cell:
    found = rate(kind, mine, plan, confirmed=confirmed)
    share_of = found.interval
    if share_of.estimate is None or share_of.lower is None or share_of.upper is None:
        return Cell("0/0")
    limits = f"{fixed(100 * share_of.lower)}–{fixed(100 * share_of.upper)}"
    text_shown = f"{found.n_counted}/{found.n_subjects} ({fixed(100 * share_of.estimate)} %; {limits})"
    counted = set(found.counted)
    return Cell(text_shown, tuple(link for one in mine if one.code in counted for link in one.scan_links))


def _best_cell(mine: Sequence[Subject], response: Response, *, confirmed: bool) -> Cell:
    with_it = [one for one in mine if one.best_of(confirmed) is response]
    return Cell(share(len(with_it), len(mine)), tuple(link for one in with_it for link in one.scan_links))
