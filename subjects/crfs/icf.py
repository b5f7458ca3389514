"""Informed consent: one entry for each form a participant signs."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, signed_in_user, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text

TYPES = [
    ("MAIN", _("Main")),
    ("TISSUE", _("Tissue pre-screening")),
    ("BIOBANK", _("Optional biobank")),
    ("LTFU", _("Long-term follow-up (15 y)")),
    ("RECONSENT", _("Re-consent")),
    ("PREG", _("Pregnancy follow-up")),
]
SCOPES = [
    ("TREAT", _("Treatment only")),
    ("PROC", _("Study procedures")),
    ("ALL", _("All follow-up")),
    ("BIOBANK", _("Biobank samples")),
]


class InformedConsent(CrfModel):
    """Consent and its withdrawal. No procedure comes before it."""

    class Crf:
        code, title, layout = "icf", _("Informed consent"), "log"
        reads = ("sv",)
        short = _("Consent")
        sections = [
            (
                _("Consent"),
                ["icftype", "icfdtc", "icfver", "icfverdt", "icfwho", "icfcopy", "icflan"],
            ),
            (_("Withdrawal"), ["icfwddt", "icfwdsc", "icfwdsv"]),
        ]

    icfdtc = item(models.DateTimeField(_("Date consent signed")), sdv=True)
    icfver = item(models.CharField(_("Consent form version"), max_length=40), sdv=True)
    icfverdt = item(models.DateField(_("Version date")))
    icftype = item(code(_("Consent type"), TYPES), sdv=True)
    icfwho = item(signed_in_user("icfwho", _("Consent obtained by")))
    icfcopy = item(yes_no(_("Copy given to participant")))
    icflan = item(models.CharField(_("Language / interpreter used"), max_length=100), optional=True)
    icfwddt = item(models.DateField(_("Date consent withdrawn")), optional=True)
    icfwdsc = item(code(_("Scope of withdrawal"), SCOPES), shown_when=answered("icfwddt"))
    icfwdsv = item(yes_no(_("Survival status may still be collected from records")), shown_when=answered("icfwddt"))


@edit_check(InformedConsent, "icfverdt", "icfdtc")
def version_exists_before_consent(record, casebook):
    zone = site_zone(casebook)
    if before(record.icfdtc, record.icfverdt, zone):
        return Finding(
            gettext("Version date %(version)s is after the consent of %(consent)s. Which is correct?")
            % {"version": text(record.icfverdt), "consent": text(record.icfdtc.astimezone(zone).date())}
        )
    return None


@edit_check(InformedConsent, "icfwddt", "icfdtc")
def withdrawn_after_consent(record, casebook):
    zone = site_zone(casebook)
    if before(record.icfwddt, record.icfdtc.astimezone(zone).date()):
        return Finding(
            gettext("Date consent withdrawn %(withdrawn)s is before the consent of %(consent)s.")
            % {"withdrawn": text(record.icfwddt), "consent": text(record.icfdtc.astimezone(zone).date())}
        )
    return None


@edit_check(InformedConsent, "icfdtc")
def consent_before_procedures(record, casebook):
    """The main consent comes first: a visit of the study proper before it is a deviation."""
    if record.icftype != "MAIN" or casebook is None:
        return None
    consent = record.icfdtc.astimezone(site_zone(casebook)).date()
    visits = [visit for visit in casebook["sv"] if visit.svstdtc and visit.visit_code != "prescr"]
    first = min(visits, key=lambda visit: visit.svstdtc, default=None)
    if first and first.svstdtc < consent:
        return Finding(
            gettext("Visit %(visit)s is dated %(date)s, before the consent of %(consent)s. Which is correct?")
            % {"visit": first.visit_code.upper(), "date": text(first.svstdtc), "consent": text(consent)}
        )
    return None


@edit_check(InformedConsent, "icfcopy")
def participant_has_a_copy(record, casebook):
    if record.icfcopy == "N":
        return Finding(gettext("No copy was given to the participant. Is this correct?"))
    return None
