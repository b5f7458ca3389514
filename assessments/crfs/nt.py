"""Non-target lesions and new lesions of a scan. Non-target lesions are named at baseline (N01 is row 1)."""

from dataclasses import replace

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.locations import NON_TARGET_LOCATIONS
from assessments.tumour import BASE, RESPONSE_CODES, non_target_lesions, read_tumour, row_numbers
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import all_of, answered, any_of
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import text

STATUSES = [
    ("PRESENT", _("Present")),
    ("ABSENT", _("Absent")),
    ("UPD", _("Unequivocal progression")),
    ("NOTEV", _("Not evaluated")),
]
NEW = [("NONE", _("None")), ("EQUIVOCAL", _("Equivocal")), ("UNEQUIVOCAL", _("Unequivocal"))]
AXES = [("LONGEST", _("Longest")), ("SHORT", _("Short axis"))]
RESPONSES = [
    ("CR", _("CR")),
    ("NCNP", _("Non-CR/Non-PD")),
    ("PD", _("PD")),
    ("NEV", _("NE")),
    ("NAP", _("No non-target lesions")),
]
COLUMNS = ("ntdtc", "ntloc", "ntstat")
NEW_COLUMNS = ("nldt", "nlloc", "nlsize", "nlaxis")
NAMED = any_of(answered("ntlnkid"), answered("ntloc"))
IS_NEW = answered("nlyn", "EQUIVOCAL", "UNEQUIVOCAL")
SEEN = all_of(IS_NEW, answered("nlid"))
OFFERED_AT_BASELINE = 5


def rows_expected(record, casebook):
    """The lesions of the baseline, and one more row for a new lesion; at baseline rows to name them in."""
    if record.visit_code == BASE:
        used = row_numbers(record, *COLUMNS)
        return tuple(str(n) for n in range(1, max(OFFERED_AT_BASELINE, *used, 0) + 1))
    known = [*non_target_lesions(casebook), *row_numbers(record, "nlid"), 0]
    return tuple(str(n) for n in range(1, max(known) + 2))


def row_values(record, casebook):
    """Names of the lesions, at a later scan with their location; the scan date of the first row."""
    rows = row_numbers(record, *COLUMNS)
    dates = [record[f"ntdtc.{number}"] for number in rows if record[f"ntdtc.{number}"]]
    found = {}
    if record.visit_code == BASE:
        found |= {f"ntlnkid.{number}": f"N{number:02d}" for number in rows}
    else:
        base = casebook.record(BASE, "nt") if casebook else None
        for number, lesion in non_target_lesions(casebook).items():
            found[f"ntlnkid.{number}"] = lesion.id
            found[f"ntloc.{number}"] = base[f"ntloc.{number}"]
    for number in rows:
        if dates and not record.is_answered(f"ntdtc.{number}"):
            found[f"ntdtc.{number}"] = dates[0]
    return found


def new_lesion_values(record, casebook):
    """A new lesion without identifier gets the number of its row: NL01."""
    return {
        f"nlid.{number}": f"NL{number:02d}"
        for number in row_numbers(record, *NEW_COLUMNS)
        if not record.is_answered(f"nlid.{number}")
    }


def non_target_response(record, casebook):
    """RECIST response of the non-target lesions; None at baseline and while nothing is entered."""
    if casebook is None or record.visit_code == BASE or not row_numbers(record, "ntstat"):
        return None
    filled = replace(record, values={**record.values, **row_values(record, casebook)})
    point = read_tumour(casebook.with_record(filled)).points.get((record.visit_code, record.seq))
    return RESPONSE_CODES[point.non_target] if point else None


class NonTargetLesions(CrfModel):
    """The non-target lesions at one scan, whether there is a new lesion, and the response that follows."""

    class Crf:
        code, title, layout = "nt", _("RECIST non-target and new lesions"), "rows"
        short = _("Non-target, new")
        reads = ("inf", "nt", "rs", "subs", "tr", "tu")
        sections = [
            (_("Non-target lesions"), ["nontargetlesion"]),
            (_("New lesions"), ["nlyn", "nlynr", "newlesion"]),
            (_("Derived"), ["ntresp"]),
        ]

    ntresp = item(code(_("Non-target response (derived)"), RESPONSES), derive=non_target_response)
    nlyn = item(code(_("New lesion"), NEW), sdv=True)
    nlynr = item(
        models.CharField(_("New lesion progression as reported"), max_length=40), optional=True, studies=("cdiscpilot",)
    )


class NonTargetLesion(CrfRow):
    """One lesion that is followed without measuring it."""

    class Crf:
        form, key = "nt", ""
        derive = staticmethod(row_values)
        rows_from = staticmethod(rows_expected)

    ntlnkid = item(models.CharField(_("Lesion identifier"), max_length=5), system=True)
    ntloc = item(code(_("Location"), NON_TARGET_LOCATIONS), optional=True)
    ntdtc = item(models.DateField(_("Scan date")), shown_when=NAMED)
    ntstat = item(code(_("Status"), STATUSES), shown_when=NAMED, sdv=True)


class NewLesion(CrfRow):
    """One new lesion at this scan; the same identifier at a later scan is the same lesion."""

    class Crf:
        form, key = "nt", ""
        derive = staticmethod(new_lesion_values)

    nlid = item(
        models.CharField(_("New lesion identifier"), max_length=5),
        shown_when=IS_NEW,
        optional=True,
        help=_("NL01, NL02 ...; keep it over visits."),
    )
    nldt = item(models.DateField(_("Date first seen")), shown_when=SEEN, sdv=True)
    nlloc = item(models.CharField(_("New lesion site and method"), max_length=200), shown_when=SEEN)
    nlsize = item(
        models.DecimalField(_("Size of new lesion"), max_digits=5, decimal_places=1),
        unit="mm",
        limits=(0, 500),
        shown_when=SEEN,
        optional=True,
    )
    nlaxis = item(code(_("Axis measured"), AXES), shown_when=answered("nlsize"))


@edit_check(NonTargetLesions, hard=True)
def lesions_are_named_at_baseline(record, casebook):
    if casebook is None or record.visit_code == BASE:
        return None
    known = non_target_lesions(casebook)
    words = gettext("Row %(n)d is no non-target lesion of the baseline; name them at Baseline, a new one below.")
    return [
        Finding(words % {"n": number}, f"{column}.{number}")
        for number in row_numbers(record, *COLUMNS)
        if number not in known
        for column in COLUMNS
    ]


@edit_check(NonTargetLesions, hard=True)
def nothing_is_new_at_baseline(record, casebook):
    if record.visit_code == BASE and record.nlyn in ("EQUIVOCAL", "UNEQUIVOCAL"):
        return Finding(gettext("A lesion at baseline is not new; name it as target or non-target lesion."), "nlyn")
    return None


@edit_check(NonTargetLesions)
def lesions_of_the_baseline_are_present(record, casebook):
    return [
        Finding(
            gettext("%(lesion)s is %(status)s at baseline; only a lesion that is present is named there.")
            % {"lesion": f"N{number:02d}", "status": dict(STATUSES)[record[f"ntstat.{number}"]]},
            f"ntstat.{number}",
        )
        for number in row_numbers(record, "ntstat")
        if record.visit_code == BASE and record[f"ntstat.{number}"] not in (None, "PRESENT")
    ]


@edit_check(NonTargetLesions, "nlyn")
def a_new_lesion_is_described(record, casebook):
    if record.nlyn == "NONE" or row_numbers(record, "nlid", *NEW_COLUMNS):
        return None
    return Finding(
        gettext("New lesion is %(answer)s, and no new lesion is described. Which one is it?")
        % {"answer": dict(NEW)[record.nlyn]}
    )


@edit_check(NonTargetLesions)
def first_seen_agrees_with_earlier_scans(record, casebook):
    """A lesion that an earlier scan names already keeps the date it was first seen."""
    first = {}
    for other in casebook["nt"] if casebook else ():
        is_same = (other.visit_code, other.seq) == (record.visit_code, record.seq)
        for number in row_numbers(other, "nlid") if not is_same else ():
            seen, name = other[f"nldt.{number}"], other[f"nlid.{number}"]
            if seen and name:
                first[name] = min(seen, first.get(name, seen))
    findings = []
    for number in row_numbers(record, "nldt"):
        name, seen = record[f"nlid.{number}"], record[f"nldt.{number}"]
        if seen and name in first and first[name] < seen:
            words = gettext("%(lesion)s is first seen on %(date)s; an earlier scan has %(first)s. Which is correct?")
            about = {"lesion": name, "date": text(seen), "first": text(first[name])}
            findings.append(Finding(words % about, f"nldt.{number}"))
    return findings
