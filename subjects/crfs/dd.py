"""Death: ends every track of the schedule."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item, partial_date, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, is_complete, text

CAUSES = [
    ("PD", _("Disease progression")),
    ("AE", _("Adverse event")),
    ("CRS", _("CRS")),
    ("ICANS", _("ICANS")),
    ("INFECTION", _("Infection")),
    ("HAEMORRHAGE", _("Haemorrhage")),
    ("OTHER", _("Other")),
]
CAUSALITY = [
    ("UNRELATED", _("Unrelated")),
    ("UNLIKELY", _("Unlikely")),
    ("POSSIBLE", _("Possible")),
    ("PROBABLE", _("Probable")),
    ("DEFINITE", _("Definite")),
]
SOURCES = [
    ("CERTIFICATE", _("Certificate")),
    ("RECORD", _("Medical record")),
    ("RELATIVE", _("Relative")),
    ("REGISTRY", _("Registry")),
]
BY_EVENT = ("AE", "CRS", "ICANS", "INFECTION", "HAEMORRHAGE")
SEEN = ("Y", "TEL")


class Death(CrfModel):
    """When, why, and how it is known."""

    class Crf:
        code, title, layout = "dd", _("Death"), "log"
        reads = ("ae", "dd", "surv", "sv")
        sections = [(_("Death"), ["dthdtc", "dthcaus", "dthrel", "dthaut", "dthsrc"])]

    dthdtc = item(partial_date(_("Date of death")), sdv=True)
    dthcaus = item(code(_("Primary cause"), CAUSES), sdv=True)
    dthrel = item(code(_("Related to U87"), CAUSALITY))
    dthaut = item(yes_no(_("Autopsy")), optional=True)
    dthsrc = item(code(_("Source"), SOURCES))


@edit_check(Death, "dthdtc")
def death_is_dated_to_the_day(record, casebook):
    if not is_complete(record.dthdtc):
        return Finding(
            gettext(
                "Date of death is known as %(date)s alone; survival counts days. Complete it, or keep it and say why."
            )
            % {"date": text(record.dthdtc)}
        )
    return None


@edit_check(Death, "dthdtc")
def no_visit_after_death(record, casebook):
    visits = [one for one in casebook["sv"] if one.svstdtc and one.svocc in SEEN] if casebook else []
    visits = [one for one in visits if one.visit_code != "eos" and before(record.dthdtc, one.svstdtc) is True]
    if visits:
        last = max(visits, key=lambda one: one.svstdtc)
        return Finding(
            gettext("Date of death %(date)s is before visit %(visit)s of %(on)s. Which is correct?")
            % {"date": text(record.dthdtc), "visit": last.visit_code.upper(), "on": text(last.svstdtc)}
        )
    return None


@edit_check(Death, "dthdtc")
def alive_before_death(record, casebook):
    known = [one["svlka"] for one in casebook["surv"] if one["svlka"]] if casebook else []
    if known and before(record.dthdtc, max(known)) is True:
        return Finding(
            gettext("Date of death %(date)s is before the last known alive date %(alive)s. Which is correct?")
            % {"date": text(record.dthdtc), "alive": text(max(known))}
        )
    return None


@edit_check(Death, "dthdtc")
def one_death(record, casebook):
    if casebook and any(one.seq != record.seq for one in casebook["dd"]):
        return Finding(gettext("There is another record of this death. Which one stands?"))
    return None


@edit_check(Death, "dthcaus")
def fatal_event_is_recorded(record, casebook):
    """A death by an event has an adverse event with the outcome fatal; progression alone has none."""
    fatal = casebook and any(one["aeout"] == "FATAL" for one in casebook["ae"])
    if record.dthcaus in BY_EVENT and not fatal:
        return Finding(
            gettext("Primary cause is %(cause)s, but no adverse event has the outcome fatal. Which is correct?")
            % {"cause": dict(CAUSES)[record.dthcaus]}
        )
    return None
