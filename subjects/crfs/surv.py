"""Survival: whether the subject lives, as known on the day of a contact."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.contact import attempts_made
from trial_edc.crf.anchors import anchors_of
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text
from trial_edc.crf.spec import protocol

STATUSES = [
    ("ALIVE", _("Alive")),
    ("DEAD", _("Dead")),
    ("LOST", _("Lost to follow-up")),
    ("WITHDREW", _("Withdrew")),
]
DISEASE = [
    ("NONE", _("No evidence")),
    ("STABLE", _("Stable")),
    ("PROGRESSED", _("Progressed")),
    ("UNKNOWN", _("Unknown")),
]
SOURCES = [
    ("VISIT", _("Visit")),
    ("TELEPHONE", _("Telephone")),
    ("REGISTRY", _("Registry")),
    ("RELATIVE", _("Relative")),
]


class Survival(CrfModel):
    """Status and the last day the subject was known to be alive: what overall survival counts to."""

    class Crf:
        code, title, layout = "surv", _("Survival follow-up"), "fields"
        short = _("Survival")
        reads = ("aph", "dd", "ds", "icf", "inf", "ld", "ltfu")
        sections = [(_("Survival"), ["svdt", "svstat", "svlka", "svdis", "svsrc"])]

    svdt = item(models.DateField(_("Contact date")))
    svstat = item(code(_("Status"), STATUSES), sdv=True)
    svlka = item(models.DateField(_("Last known alive date")), sdv=True)
    svdis = item(code(_("Disease status"), DISEASE), optional=True)
    svsrc = item(code(_("Source"), SOURCES))


@edit_check(Survival, "svlka", "svdt", hard=True)
def alive_at_most_on_the_contact(record, casebook):
    if record.svlka > record.svdt:
        return Finding(
            gettext("Last known alive date %(alive)s is after the contact of %(date)s. Correct one of them.")
            % {"alive": text(record.svlka), "date": text(record.svdt)}
        )
    return None


@edit_check(Survival, "svlka")
def alive_before_recorded_death(record, casebook):
    deaths = [one["dthdtc"] for one in casebook["dd"] if one["dthdtc"]] if casebook else []
    if deaths and before(deaths[0], record.svlka) is True:
        return Finding(
            gettext("Last known alive date %(alive)s is after the death of %(death)s. Which is correct?")
            % {"alive": text(record.svlka), "death": text(deaths[0])}
        )
    return None


@edit_check(Survival, "svstat", "svdt")
def status_fits_recorded_death(record, casebook):
    deaths = [one["dthdtc"] for one in casebook["dd"] if one["dthdtc"]] if casebook else []
    if record.svstat == "DEAD" and casebook and not deaths:
        return Finding(gettext("Status is Dead, but no death is recorded. Record the death?"))
    if record.svstat == "ALIVE" and deaths and before(deaths[0], record.svdt) is True:
        return Finding(
            gettext("Status is Alive on %(date)s; the death is dated %(death)s. Which is correct?")
            % {"date": text(record.svdt), "death": text(deaths[0])}
        )
    return None


@edit_check(Survival, "svstat")
def lost_after_enough_attempts(record, casebook):
    made, least = attempts_made(casebook), protocol().settings.contact_attempts_min
    if record.svstat == "LOST" and made < least:
        return Finding(
            gettext("Status is Lost to follow-up after %(made)d recorded attempts; the protocol asks for %(least)d.")
            % {"made": made, "least": least}
        )
    return None


@edit_check(Survival, "svstat", "svlka", "svdt")
def alive_on_the_contact_itself(record, casebook):
    """Seen or heard on the day of contact, the subject was alive on that day."""
    if record.svstat == "ALIVE" and record.svsrc in ("VISIT", "TELEPHONE") and record.svlka < record.svdt:
        return Finding(
            gettext("Status is Alive on %(date)s, but last known alive on %(alive)s. Which is correct?")
            % {"date": text(record.svdt), "alive": text(record.svlka)},
            "svlka",
        )
    return None


@edit_check(Survival, "svdt")
def contact_after_infusion(record, casebook):
    infusion = anchors_of(casebook).infusion if casebook else None
    if infusion and record.svdt < infusion:
        return Finding(
            gettext("Contact date %(date)s is before the infusion of %(infusion)s. Which is correct?")
            % {"date": text(record.svdt), "infusion": text(infusion)}
        )
    return None
