"""Protocol deviation: what was done otherwise than the protocol says."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import consent_on
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

CATEGORIES = [
    ("ELIGIBILITY", _("Eligibility")),
    ("CONSENT", _("Consent")),
    ("WINDOW", _("Visit window")),
    ("MISSED", _("Procedure missed")),
    ("DOSING", _("Dosing")),
    ("MEDICATION", _("Prohibited medication")),
    ("PRODUCT", _("Product / chain of identity")),
    ("SAE", _("SAE reporting")),
    ("OTHER", _("Other")),
]
IMPORTANCE = [("IMPORTANT", _("Important")), ("MINOR", _("Minor"))]


class Deviation(CrfModel):
    """A departure from the protocol, its weight and what was done about it."""

    class Crf:
        code, title, layout = "dv", _("Protocol deviation"), "log"
        short = _("Deviation")
        reads = ("icf",)
        sections = [(_("Deviation"), ["dvterm", "dvcat", "dvimp", "dvstdtc", "dvact", "dvirb"])]

    dvterm = item(models.CharField(_("Description"), max_length=400))
    dvcat = item(code(_("Category"), CATEGORIES))
    dvimp = item(code(_("Importance"), IMPORTANCE))
    dvstdtc = item(models.DateField(_("Date")))
    dvact = item(models.CharField(_("Corrective / preventive action"), max_length=400), optional=True)
    dvirb = item(models.DateField(_("Reported to ethics committee")), shown_when=answered("dvimp", "IMPORTANT"))


@edit_check(Deviation, "dvirb", "dvstdtc")
def reported_after_it_happened(record, casebook):
    if record.dvirb < record.dvstdtc:
        return Finding(
            gettext("Reported to the ethics committee on %(reported)s, before the deviation of %(date)s.")
            % {"reported": text(record.dvirb), "date": text(record.dvstdtc)}
        )
    return None


@edit_check(Deviation, "dvstdtc")
def deviation_after_consent(record, casebook):
    """Only a deviation of the consent itself can lie before it."""
    consent = consent_on(casebook)
    if consent and record.dvstdtc < consent and record.dvcat != "CONSENT":
        return Finding(
            gettext("Date %(date)s is before the consent of %(consent)s. Which is correct?")
            % {"date": text(record.dvstdtc), "consent": text(consent)}
        )
    return None
