"""Stay in hospital: one log entry for each admission."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.events import serious_events
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

REASONS = [
    ("PLANNED", _("Planned infusion stay")),
    ("CRS", _("CRS")),
    ("ICANS", _("ICANS")),
    ("INFECTION", _("Infection")),
    ("DISEASE", _("Disease")),
    ("OTHER", _("Other")),
]


class Hospitalisation(CrfModel):
    """Admission, discharge, days in intensive care, and the reason."""

    class Crf:
        code, title, layout = "hosp", _("Hospitalisation / ICU"), "log"
        short = _("Hospital stay")
        reads = ("ae",)
        sections = [(_("Stay"), ["hoadm", "horeas", "hodis", "hoicu"])]

    hoadm = item(models.DateField(_("Admission date")))
    hodis = item(models.DateField(_("Discharge date")), optional=True, help=_("Leave empty until the discharge."))
    hoicu = item(models.IntegerField(_("ICU days")), unit="days", limits=(0, 400), optional=True)
    horeas = item(code(_("Reason"), REASONS), help=_("The planned infusion stay is not serious by itself."))


@edit_check(Hospitalisation, "hodis", "hoadm")
def discharge_is_after_admission(record, casebook):
    if record.hodis < record.hoadm:
        return Finding(
            gettext("Discharge date %(discharge)s is before admission date %(admission)s.")
            % {"discharge": text(record.hodis), "admission": text(record.hoadm)}
        )
    return None


@edit_check(Hospitalisation, "hoicu", "hodis", "hoadm")
def intensive_care_is_part_of_the_stay(record, casebook):
    days = (record.hodis - record.hoadm).days + 1
    if days > 0 and record.hoicu > days:
        return Finding(
            gettext("ICU days are %(icu)d; the stay has %(days)d days. Which is correct?")
            % {"icu": record.hoicu, "days": days}
        )
    return None


@edit_check(Hospitalisation, "horeas")
def unplanned_stay_is_serious(record, casebook):
    """Any stay but the planned one makes its adverse event serious."""
    if record.horeas == "PLANNED" or casebook is None or any(one.aeshosp == "Y" for one in serious_events(casebook)):
        return None
    return Finding(
        gettext(
            "The reason is %(reason)s and no serious adverse event has the criterion hospitalisation. Is it reported?"
        )
        % {"reason": dict(REASONS)[record.horeas]}
    )
