"""Target lesions at baseline: the only place where they are named and their first diameter is entered.

The identifier is the number of the row (T01 is row 1), so that a lesion cannot be renamed between scans.
"""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.locations import TARGET_LOCATIONS, organ
from assessments.recist.measurability import (
    MAX_PER_ORGAN,
    MAX_TARGETS,
    MIN_LONGEST_MM,
    MIN_LONGEST_X_RAY_MM,
    MIN_SHORT_AXIS_MM,
    THIN_SLICE_MM,
)
from assessments.tumour import row_numbers
from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import sample_window

METHODS = [
    ("CT", _("CT")),
    ("MRI", _("MRI")),
    ("CALIPER", _("Caliper")),
    ("XRAY", _("X-ray")),
    ("PETCT", _("PET-CT")),
]
SLICED = ("CT", "MRI", "PETCT")
COLUMNS = ("tuloc", "tunode", "tumeth", "tuslice", "tuprirt", "tuprpd", "tudtc", "tubase")
HAS_PLACE = answered("tuloc")


def rows_offered(record, casebook):
    """As many rows as there may be targets; a row is a lesion once its location is given."""
    return tuple(str(number) for number in range(1, MAX_TARGETS + 1))


def row_values(record, casebook):
    """The identifier of each row in use, and its image date where only the first row has one."""
    rows = row_numbers(record, *COLUMNS)
    first = record[f"tudtc.{rows[0]}"] if rows else None
    found = {f"tulnkid.{number}": f"T{number:02d}" for number in rows}
    for number in rows:
        if first and not record.is_answered(f"tudtc.{number}"):
            found[f"tudtc.{number}"] = first
    return found


class TargetLesions(CrfModel):
    """The target lesions of a subject, at most five and at most two of an organ."""

    class Crf:
        code, title, layout = "tu", _("RECIST target lesions (baseline identification)"), "rows"
        short = _("Baseline targets")
        reads = ("aph", "brg", "ds", "icf", "inf", "ld")
        sections = [(_("Target lesions"), ["targetlesion"])]


class TargetLesion(CrfRow):
    """One target lesion."""

    class Crf:
        form, key = "tu", ""
        derive = staticmethod(row_values)
        rows_from = staticmethod(rows_offered)

    tulnkid = item(models.CharField(_("Lesion identifier"), max_length=5), system=True)
    tuloc = item(code(_("Organ / location"), TARGET_LOCATIONS), optional=True)
    tunode = item(yes_no(_("Lymph node")), shown_when=HAS_PLACE)
    tumeth = item(code(_("Method"), METHODS), shown_when=HAS_PLACE)
    tuslice = item(
        models.DecimalField(_("Slice thickness"), max_digits=4, decimal_places=1),
        unit="mm",
        limits=(0, 50),
        shown_when=answered("tumeth", *SLICED),
        optional=True,
    )
    tuprirt = item(yes_no(_("Previously irradiated")), shown_when=HAS_PLACE)
    tuprpd = item(yes_no(_("Progression shown in the lesion since irradiation")), shown_when=answered("tuprirt", "Y"))
    tudtc = item(models.DateField(_("Image date")), shown_when=HAS_PLACE, sdv=True)
    tubase = item(
        models.DecimalField(_("Baseline diameter"), max_digits=5, decimal_places=1),
        unit="mm",
        limits=(1, 500),
        shown_when=HAS_PLACE,
        sdv=True,
        help=_("Longest diameter; short axis of a lymph node."),
    )
    tulocr = item(models.CharField(_("Location as reported"), max_length=60), optional=True, studies=("cdiscpilot",))


@edit_check(TargetLesions, hard=True)
def targets_are_at_most_five(record, casebook):
    words = gettext("There are %(n)d target lesions; at most %(max)d are allowed. Follow the others as non-target.")
    rows = row_numbers(record, *COLUMNS)
    return [
        Finding(words % {"n": len(rows), "max": MAX_TARGETS}, f"{column}.{number}")
        for number in rows[MAX_TARGETS:]
        for column in COLUMNS
    ]


@edit_check(TargetLesions, hard=True)
def targets_are_at_most_two_of_an_organ(record, casebook):
    """All lymph nodes together are one organ."""
    words = gettext(
        "%(lesion)s is target lesion %(n)d of this organ; at most %(max)d per organ are allowed, and all lymph"
        " nodes are one organ. Follow it as non-target."
    )
    seen, findings = {}, []
    for number in row_numbers(record, "tuloc"):
        place = record[f"tuloc.{number}"]
        if place is None:
            continue
        where = "NODES" if record[f"tunode.{number}"] == "Y" else organ(place)
        seen[where] = seen.get(where, 0) + 1
        if seen[where] > MAX_PER_ORGAN:
            about = {"lesion": f"T{number:02d}", "n": seen[where], "max": MAX_PER_ORGAN}
            findings.append(Finding(words % about, f"tuloc.{number}"))
    return findings


def _smallest(record, number):
    """Smallest diameter of a measurable lesion, mm, and in words what it is measured by."""
    if record[f"tunode.{number}"] == "Y":
        return MIN_SHORT_AXIS_MM, gettext("a target lymph node needs a short axis of %(least)s mm or more")
    if record[f"tumeth.{number}"] == "XRAY":
        return MIN_LONGEST_X_RAY_MM, gettext("a target needs %(least)s mm or more on X-ray")
    thickness = record[f"tuslice.{number}"]
    if thickness and thickness > THIN_SLICE_MM:
        least = max(MIN_LONGEST_MM, 2 * thickness)
        return least, gettext("a target needs %(least)s mm or more, twice the slice thickness")
    return MIN_LONGEST_MM, gettext("a target needs %(least)s mm or more")


@edit_check(TargetLesions, hard=True)
def targets_are_measurable(record, casebook):
    findings = []
    for number in row_numbers(record, "tubase"):
        size = record[f"tubase.{number}"]
        if size is None:
            continue
        least, words = _smallest(record, number)
        if size < least:
            told = gettext("%(lesion)s is %(size)s mm; %(rule)s. Correct it, or follow it as non-target.")
            rule = words % {"least": f"{Decimal(least).normalize():f}"}
            about = {"lesion": f"T{number:02d}", "size": f"{size.normalize():f}", "rule": rule}
            findings.append(Finding(told % about, f"tubase.{number}"))
    return findings


@edit_check(TargetLesions)
def irradiated_targets_have_progressed(record, casebook):
    return [
        Finding(
            gettext("%(lesion)s was irradiated and has not progressed since; it is not measurable. Is it a target?")
            % {"lesion": f"T{number:02d}"},
            f"tuprpd.{number}",
        )
        for number in row_numbers(record, "tuprpd")
        if record[f"tuprpd.{number}"] == "N" and record[f"tuprirt.{number}"] == "Y"
    ]


@edit_check(TargetLesions)
def node_and_location_agree(record, casebook):
    return [
        Finding(
            gettext("%(lesion)s: Lymph node and the location do not agree. Which is correct?")
            % {"lesion": f"T{number:02d}"},
            f"tunode.{number}",
        )
        for number in row_numbers(record, "tunode")
        if record[f"tuloc.{number}"]
        and (record[f"tunode.{number}"] == "Y") != (organ(record[f"tuloc.{number}"]) == "NODES")
    ]


@edit_check(TargetLesions)
def slices_are_thin(record, casebook):
    return [
        Finding(
            gettext("%(lesion)s: slices of %(slice)s mm; over %(thin)s mm the smallest measurable size doubles.")
            % {
                "lesion": f"T{number:02d}",
                "slice": f"{record[f'tuslice.{number}'].normalize():f}",
                "thin": f"{THIN_SLICE_MM:f}",
            },
            f"tuslice.{number}",
            warns=True,
        )
        for number in row_numbers(record, "tuslice")
        if record[f"tuslice.{number}"] and record[f"tuslice.{number}"] > THIN_SLICE_MM
    ]


@edit_check(TargetLesions)
def image_is_the_last_before_lymphodepletion(record, casebook):
    """At most 28 days before lymphodepletion and not after its first day, and after any bridging therapy."""
    cell = protocol().cell(record.visit_code, "tu") if record.visit_code else None
    if casebook is None or cell is None:
        return None
    anchors = anchors_of(casebook)
    span = sample_window(cell, protocol().visit(record.visit_code), anchors) if anchors.ld1 else None
    bridged = [str(one["brgendt"])[:10] for one in casebook["brg"] if one["brgendt"]]
    findings = []
    for number in row_numbers(record, "tudtc"):
        on = record[f"tudtc.{number}"]
        if on and span and span.days_off(on):
            words = gettext("Imaged on %(date)s; the baseline scan was due %(first)s to %(last)s. Record a deviation?")
            about = {"date": text(on), "first": text(span.first), "last": text(span.last)}
            findings.append(Finding(words % about, f"tudtc.{number}"))
        elif on and bridged and on.isoformat() < max(bridged):
            words = gettext("Imaged on %(date)s, before bridging therapy ended on %(end)s. Is there a later scan?")
            findings.append(Finding(words % {"date": text(on), "end": text(max(bridged))}, f"tudtc.{number}"))
    return findings
