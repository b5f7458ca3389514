"""Infection: one log entry for each, beside its adverse event."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import consent_on
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

TYPES = [
    ("BACTERIAL", _("Bacterial")),
    ("VIRAL", _("Viral")),
    ("FUNGAL", _("Fungal")),
    ("PARASITIC", _("Parasitic")),
    ("UNKNOWN", _("Unknown")),
]
GRADES = [(str(grade), str(grade)) for grade in range(1, 6)]


class Infection(CrfModel):
    """What grew where, how severe it was and how it was treated."""

    class Crf:
        code, title, layout = "infx", _("Infection"), "log"
        reads = ("ae", "icf")
        sections = [(_("Infection"), ["ifdt", "iftype", "iforg", "ifsite", "ifgrd", "iftrt"])]

    iforg = item(models.CharField(_("Organism"), max_length=120), optional=True)
    iftype = item(code(_("Type"), TYPES))
    ifsite = item(models.CharField(_("Site"), max_length=120))
    ifdt = item(models.DateField(_("Date of diagnosis")))
    ifgrd = item(code(_("CTCAE grade"), GRADES))
    iftrt = item(models.CharField(_("Treatment"), max_length=200))


@edit_check(Infection, "ifdt")
def diagnosed_after_consent(record, casebook):
    consent = consent_on(casebook)
    if consent and record.ifdt < consent:
        return Finding(
            gettext(
                "Date of diagnosis %(date)s is before the consent of %(consent)s; earlier ones are medical history."
            )
            % {"date": text(record.ifdt), "consent": text(consent)}
        )
    return None


@edit_check(Infection, "iftype", "iforg")
def a_named_organism_has_a_type(record, casebook):
    if record.iftype == "UNKNOWN":
        return Finding(
            gettext("Organism is “%(organism)s” and the type is Unknown. Which type is it?")
            % {"organism": record.iforg}
        )
    return None


@edit_check(Infection, "ifgrd")
def infection_is_an_event(record, casebook):
    """From grade 3 on an infection is an adverse event of special interest."""
    if record.ifgrd < "3" or casebook is None or any(one.aesi == "INFECTION" for one in casebook["ae"]):
        return None
    return Finding(
        gettext("CTCAE grade is %(grade)s and no adverse event of infection is recorded. Is there one?")
        % {"grade": record.ifgrd}
    )
