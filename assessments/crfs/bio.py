"""Biopsy or sample for the biobank."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import consent_on
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

SAMPLES = [
    ("TUMOUR", _("Tumour biopsy")),
    ("PBMC", _("PBMC")),
    ("PLASMA", _("Plasma")),
    ("CTDNA", _("ctDNA")),
    ("SALIVA", _("Saliva")),
]


class Biopsy(CrfModel):
    """What was taken, when, and under which identifier it is kept."""

    class Crf:
        code, title, layout = "bio", _("Biopsy / biobank"), "fields"
        short = _("Biopsy")
        reads = ("bio", "icf")
        sections = [(_("Sample"), ["bidtc", "bitype", "biid"])]

    bidtc = item(models.DateField(_("Date")))
    bitype = item(code(_("Sample"), SAMPLES))
    biid = item(models.CharField(_("Sample identifier"), max_length=40))


@edit_check(Biopsy, "bidtc")
def taken_after_consent(record, casebook):
    consent = consent_on(casebook)
    if consent and record.bidtc < consent:
        return Finding(
            gettext("The sample of %(date)s is before the consent of %(consent)s.")
            % {"date": text(record.bidtc), "consent": text(consent)}
        )
    return None


@edit_check(Biopsy, "biid")
def identifier_is_used_once(record, casebook):
    for other in casebook["bio"] if casebook else ():
        is_same = (other.visit_code, other.seq) == (record.visit_code, record.seq)
        if not is_same and other.biid == record.biid:
            return Finding(
                gettext("Sample identifier %(id)s is used at visit %(visit)s already. Which sample has it?")
                % {"id": record.biid, "visit": other.visit_code.upper()}
            )
    return None
