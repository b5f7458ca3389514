"""Long-term follow-up of gene therapy: delayed events for fifteen years, one screen for each contact."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, repeat, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import window

VISITS = [(name, name) for name in ("M3", "M6", "M12", *(f"Y{year}" for year in range(2, 16)))]
TYPES = [("SITE", _("On site")), ("TEL", _("Telephone / questionnaire"))]
TUMOUR_TESTS = [("POS", _("Positive")), ("NEG", _("Negative")), ("NOTDONE", _("Not done"))]
RCL = [("NEG", _("Negative")), ("POS", _("Positive")), ("NOTDONE", _("Not done")), ("ARCHIVED", _("Archived"))]
METHODS = [("VSVG", _("VSV-G qPCR")), ("SEROLOGY", _("Serology")), ("OTHER", _("Other"))]
VITAL = [("ALIVE", _("Alive")), ("DEAD", _("Dead"))]
ON_SITE = ("m3", "m6", "m12", "m24", "y3", "y4", "y5")
NEW_CANCER = answered("ltneo", "Y")
TESTED = answered("ltrcl", "NEG", "POS")


def visit_name(record, casebook):
    """The follow-up's own name of the visit: month 24 is year 2; None at an unscheduled visit."""
    name = "Y2" if record.visit_code == "m24" else record.visit_code.upper()
    return name if name in dict(VISITS) else None


class LongTermFollowUp(CrfModel):
    """What may come late of a gene therapy, asked at each contact."""

    class Crf:
        code, title, layout = "ltfu", _("Long-term gene-therapy safety follow-up (to 15 y)"), "fields"
        short = _("Long-term safety")
        reads = ("ae", "aph", "dd", "ds", "icf", "inf", "ld")
        sections = [
            (_("Contact"), ["ltvis", "ltdt", "lttype", "ltalive", "ltatt"]),
            (_("New cancer"), ["ltneo", "ltneoty", "ltneotst"]),
            (_("Delayed events"), ["ltneur", "ltrheu", "lthem", "ltinf", "ltpreg", "ltmed"]),
            (_("Vector"), ["ltrcl", "ltrclm", "ltpers", "ltclon"]),
        ]

    ltvis = item(code(_("Visit"), VISITS), fill=visit_name)
    ltdt = item(models.DateField(_("Date of contact or visit")))
    ltatt = item(
        repeat(_("Contact attempts"), ("date", "date"), ("mode", "text"), ("outcome", "text")),
        optional=True,
        help=_("One per line: date; mode; outcome. Lost to follow-up takes three attempts on different days."),
    )
    lttype = item(code(_("Type"), TYPES))
    ltneo = item(yes_no(_("New malignancy")))
    ltneoty = item(models.CharField(_("Histology and site"), max_length=200), shown_when=NEW_CANCER)
    ltneotst = item(code(_("Tumour tested for transgene / integration site"), TUMOUR_TESTS), shown_when=NEW_CANCER)
    ltneur = item(yes_no(_("New or worsened neurologic disorder")))
    ltrheu = item(yes_no(_("New or worsened rheumatologic / autoimmune disorder")))
    lthem = item(yes_no(_("New haematologic disorder")))
    ltinf = item(yes_no(_("Serious infection potentially product-related")))
    ltrcl = item(code(_("RCL test result"), RCL))
    ltrclm = item(code(_("RCL method"), METHODS), shown_when=TESTED)
    ltpers = item(
        models.DecimalField(_("Vector persistence (copies/ug)"), max_digits=12, decimal_places=1),
        unit="copies/ug gDNA",
        limits=(0, 99_999_999_999),
        qualifiers=True,
        optional=True,
        help=_("Until undetectable in two samples in a row."),
    )
    ltclon = item(
        models.CharField(_("Clonality / integration-site analysis"), max_length=400),
        shown_when=answered("ltpers"),
        optional=True,
    )
    ltpreg = item(models.CharField(_("Pregnancy / offspring outcome"), max_length=200), optional=True)
    ltmed = item(models.CharField(_("Mutagenic drugs / radiation exposure since last visit"), max_length=400))
    ltalive = item(code(_("Vital status"), VITAL))


@edit_check(LongTermFollowUp, "ltdt")
def contact_is_in_the_window(record, casebook):
    visit = protocol().visit(record.visit_code) if casebook and record.visit_code else None
    span = window(visit, anchors_of(casebook)) if visit else None
    if span and span.days_off(record.ltdt):
        return Finding(
            gettext("Contact of %(date)s; %(visit)s was due %(first)s to %(last)s. Record a deviation?")
            % {
                "date": text(record.ltdt),
                "visit": gettext(visit.name),
                "first": text(span.first),
                "last": text(span.last),
            }
        )
    return None


@edit_check(LongTermFollowUp, "lttype")
def seen_on_site_up_to_year_5(record, casebook):
    if record.lttype == "TEL" and record.visit_code in ON_SITE:
        return Finding(gettext("Up to year 5 the subject is seen on site once a year. Record a deviation?"))
    return None


@edit_check(LongTermFollowUp, "ltneo")
def new_cancer_is_reported(record, casebook):
    serious = casebook and any(one["aesi"] == "MALIGNANCY" for one in casebook["ae"])
    if record.ltneo == "Y" and not serious:
        return Finding(
            gettext(
                "New malignancy is Yes, but no adverse event of special interest is one. Report it within 24 hours?"
            )
        )
    return None


@edit_check(LongTermFollowUp, "ltneotst")
def new_tumour_is_tested(record, casebook):
    if record.ltneotst == "NOTDONE":
        return Finding(gettext("The new tumour was not tested for the transgene. Can a sample still be tested?"))
    return None


@edit_check(LongTermFollowUp, "ltrcl")
def positive_virus_test_is_reported(record, casebook):
    known = casebook and any(one["aesi"] == "RCL" for one in casebook["ae"])
    if record.ltrcl == "POS" and not known:
        return Finding(
            gettext("The test for replication-competent virus is positive, but no such event is recorded. Record it?")
        )
    return None


@edit_check(LongTermFollowUp, "ltalive")
def vital_status_fits_death(record, casebook):
    if record.ltalive == "DEAD" and casebook and not casebook["dd"]:
        return Finding(gettext("Vital status is Dead, but no death is recorded. Record the death?"))
    return None
