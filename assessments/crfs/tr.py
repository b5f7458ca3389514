"""Target lesions at a scan: one row for each target of the baseline, in the same order and under its name."""

from dataclasses import replace

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.crfs.tu import METHODS
from assessments.recist import Response
from assessments.tumour import BASE, RESPONSE_CODES, read_tumour, row_numbers, target_lesions
from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import sample_window

STATUSES = [
    ("MEASURED", _("Measured")),
    ("TSTM", _("Too small to measure")),
    ("ABSENT", _("Absent")),
    ("SPLIT", _("Split")),
    ("MERGED", _("Merged into")),
    ("NOTEVAL", _("Not evaluable")),
]
RESPONSES = [
    ("CR", _("CR")),
    ("PR", _("PR")),
    ("SD", _("SD")),
    ("PD", _("PD")),
    ("NEV", _("NE")),
    ("NAP", _("No target lesions")),
]
PILOT = ("cdiscpilot",)
COLUMNS = ("trdtc", "trmeth", "trstat", "trdiam", "trnereas", "trmerge")


def lesions(casebook):
    """The target lesions of the baseline, by name."""
    return tuple((one.id, f"{one.id} {one.site}") for one in target_lesions(casebook).values())


def rows_expected(record, casebook):
    """One row for each target lesion of the baseline."""
    return tuple(str(number) for number in target_lesions(casebook))


def row_values(record, casebook):
    """Name of each row's lesion; the scan date of the first row; Measured where only a diameter is given."""
    rows = row_numbers(record, *COLUMNS)
    dates = [record[f"trdtc.{number}"] for number in rows if record[f"trdtc.{number}"]]
    found = {f"trlnkid.{number}": one.id for number, one in target_lesions(casebook).items()}
    for number in rows:
        if dates and not record.is_answered(f"trdtc.{number}"):
            found[f"trdtc.{number}"] = dates[0]
        if record[f"trdiam.{number}"] is not None and not record.is_answered(f"trstat.{number}"):
            found[f"trstat.{number}"] = "MEASURED"
    return found


def time_point(record, casebook):
    """The scan as RECIST reads it; None while no lesion is entered or the scans do not fit together."""
    if casebook is None or not row_numbers(record, *COLUMNS):
        return None
    filled = replace(record, values={**record.values, **row_values(record, casebook)})
    tumour = read_tumour(casebook.with_record(filled))
    return tumour.points.get((record.visit_code, record.seq))


def sum_of_diameters(record, casebook):
    """mm; None unless every target was evaluated."""
    point = time_point(record, casebook)
    return point.sum_mm if point else None


def nadir(record, casebook):
    """The smallest complete sum before this scan, baseline included, mm."""
    point = time_point(record, casebook)
    return point.nadir_before_mm if point else None


def target_response(record, casebook):
    point = time_point(record, casebook)
    return RESPONSE_CODES[point.target] if point else None


def axis(label):
    """A diameter that is shown beside the one in use, where the source has several."""
    return item(
        models.DecimalField(label, max_digits=5, decimal_places=1), unit="mm", optional=True, detail=True, studies=PILOT
    )


class TargetMeasurements(CrfModel):
    """The targets at one scan, their sum, the smallest sum before, and the response that follows."""

    class Crf:
        code, title, layout = "tr", _("RECIST target lesion measurement"), "rows"
        short = _("Target lesions")
        reads = ("aph", "ds", "icf", "inf", "ld", "nt", "rs", "subs", "tr", "tu")
        sections = [
            (_("Target lesions"), ["targetmeasurement"]),
            (_("Derived"), ["trsum", "trsumr", "trnadir", "trresp"]),
        ]

    trsum = item(
        models.DecimalField(_("Sum of diameters (derived)"), max_digits=6, decimal_places=1),
        unit="mm",
        derive=sum_of_diameters,
    )
    trnadir = item(models.DecimalField(_("Nadir (derived)"), max_digits=6, decimal_places=1), unit="mm", derive=nadir)
    trresp = item(code(_("Target response (derived)"), RESPONSES), derive=target_response)
    trsumr = item(
        models.DecimalField(_("Sum of diameters as reported"), max_digits=6, decimal_places=1),
        unit="mm",
        optional=True,
        studies=PILOT,
    )


class TargetMeasurement(CrfRow):
    """One target lesion at this scan."""

    class Crf:
        form, key = "tr", ""
        derive = staticmethod(row_values)
        rows_from = staticmethod(rows_expected)

    trlnkid = item(models.CharField(_("Lesion"), max_length=5), system=True)
    trdtc = item(models.DateField(_("Scan date")), sdv=True)
    trmeth = item(code(_("Method"), METHODS))
    trstat = item(code(_("Status"), STATUSES), sdv=True)
    trdiam = item(
        models.DecimalField(_("Diameter (longest / short axis)"), max_digits=5, decimal_places=1),
        unit="mm",
        limits=(0, 500),
        shown_when=answered("trstat", "MEASURED", "SPLIT"),
        sdv=True,
        help=_("Longest diameter, short axis of a lymph node; the sum of the parts of a split lesion."),
    )
    trnereas = item(
        models.CharField(_("Reason not evaluable"), max_length=200), shown_when=answered("trstat", "NOTEVAL")
    )
    trmerge = item(
        models.CharField(_("Merged with lesion"), max_length=5),
        choices_from=lesions,
        shown_when=answered("trstat", "MERGED"),
    )
    trldiam = axis(_("Longest diameter"))
    trlperp = axis(_("Longest perpendicular"))
    trdiamr = axis(_("Diameter as reported"))


@edit_check(TargetMeasurements, hard=True)
def rows_are_lesions_of_the_baseline(record, casebook):
    if casebook is None:
        return None
    known = target_lesions(casebook)
    return [
        Finding(
            gettext("Row %(n)d is no target lesion of the baseline; name targets at Baseline alone.") % {"n": number},
            f"{column}.{number}",
        )
        for number in row_numbers(record, *COLUMNS)
        if number not in known
        for column in COLUMNS
    ]


@edit_check(TargetMeasurements, hard=True)
def merged_into_another_measured_lesion(record, casebook):
    findings = []
    for number in row_numbers(record, "trmerge"):
        carrier = record[f"trmerge.{number}"]
        other = int(carrier[1:]) if carrier else 0
        if carrier and (other == number or record[f"trstat.{other}"] == "MERGED"):
            words = gettext("%(lesion)s is merged into %(carrier)s, which must be another lesion that is measured.")
            findings.append(Finding(words % {"lesion": f"T{number:02d}", "carrier": carrier}, f"trmerge.{number}"))
    return findings


@edit_check(TargetMeasurements)
def method_is_that_of_the_baseline(record, casebook):
    baseline = casebook.record(BASE, "tu") if casebook else None
    findings = []
    for number in row_numbers(record, "trmeth") if baseline else ():
        now, then = record[f"trmeth.{number}"], baseline[f"tumeth.{number}"]
        if now and then and now != then:
            words = gettext("%(lesion)s is measured by %(now)s; at baseline it was %(then)s. Which is correct?")
            labels = dict(METHODS)
            about = {"lesion": f"T{number:02d}", "now": labels[now], "then": labels[then]}
            findings.append(Finding(words % about, f"trmeth.{number}"))
    return findings


@edit_check(TargetMeasurements)
def measured_is_more_than_nothing(record, casebook):
    return [
        Finding(
            gettext("%(lesion)s is Measured with 0 mm. Is it Absent?") % {"lesion": f"T{number:02d}"},
            f"trdiam.{number}",
        )
        for number in row_numbers(record, "trdiam")
        if record[f"trdiam.{number}"] == 0
    ]


@edit_check(TargetMeasurements)
def scan_is_in_its_window(record, casebook):
    study = protocol()
    cell = study.cell(record.visit_code, "tr") if record.visit_code else None
    if casebook is None or cell is None:
        return None
    span = sample_window(cell, study.visit(record.visit_code), anchors_of(casebook))
    for number in row_numbers(record, "trdtc"):
        on = record[f"trdtc.{number}"]
        if on and span and span.days_off(on):
            words = gettext("Scanned on %(date)s; the scan was due %(first)s to %(last)s. Record a deviation?")
            about = {"date": text(on), "first": text(span.first), "last": text(span.last)}
            return Finding(words % about, f"trdtc.{number}")
    return None


@edit_check(TargetMeasurements)
def scans_fit_together(record, casebook):
    """One scan a day, none before the infusion: otherwise nothing can be derived."""
    rows = row_numbers(record, "trdtc")
    if casebook is None or not rows:
        return None
    day = max((record[f"trdtc.{number}"] for number in rows if record[f"trdtc.{number}"]), default=None)
    for other in casebook["tr"]:
        is_same = (other.visit_code, other.seq) == (record.visit_code, record.seq)
        dates = [other[f"trdtc.{number}"] for number in row_numbers(other, "trdtc")]
        if not is_same and day and day in dates:
            words = gettext("The scan of %(date)s is entered at visit %(visit)s too. Which visit does it belong to?")
            return Finding(words % {"date": text(day), "visit": other.visit_code.upper()}, f"trdtc.{rows[0]}")
    return None


@edit_check(TargetMeasurements, "trresp")
def progression_is_looked_at(record, casebook):
    """Progression ends the efficacy scans: the sums behind it are shown once more, without a query."""
    point = time_point(record, casebook)
    if point is None or point.target is not Response.PD:
        return None
    return Finding(" ".join(point.why), warns=True)


@edit_check(TargetMeasurements)
def later_results_change(record, casebook):
    """What a changed measurement makes of later scans, before it is saved; asks nothing."""
    rows = row_numbers(record, *COLUMNS)
    if casebook is None or not rows:
        return None
    filled = replace(record, values={**record.values, **row_values(record, casebook)})
    before, after = read_tumour(casebook), read_tumour(casebook.with_record(filled))
    here = after.assessment((record.visit_code, record.seq))
    told = [
        gettext("%(visit)s %(old)s → %(new)s") % {"visit": one.slot[0].upper(), "old": old.overall, "new": new.overall}
        for one in after.assessments
        if here
        and one.on > here.on
        and (old := before.points.get(one.slot))
        and (new := after.points.get(one.slot))
        and old.overall is not new.overall
    ]
    if not told:
        return None
    words = gettext("Later overall responses change when this is saved: %(list)s.")
    return Finding(words % {"list": "; ".join(told)}, f"trdtc.{rows[0]}", warns=True)
