"""Pregnancy of the subject or a partner, followed to its outcome."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.events import serious_events
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

WHO = [("PARTICIPANT", _("Participant")), ("PARTNER", _("Partner"))]
OUTCOMES = [
    ("LIVE", _("Live birth")),
    ("MISCARRIAGE", _("Miscarriage")),
    ("TERMINATION", _("Termination")),
    ("STILLBIRTH", _("Stillbirth")),
    ("ONGOING", _("Ongoing")),
    ("UNKNOWN", _("Unknown")),
]
ENDED = ("LIVE", "MISCARRIAGE", "TERMINATION", "STILLBIRTH")


class Pregnancy(CrfModel):
    """A positive test, the outcome, and the child."""

    class Crf:
        code, title, layout = "preg", _("Pregnancy report"), "log"
        short = _("Pregnancy")
        reads = ("ae", "dm")
        sections = [(_("Pregnancy"), ["pgwho", "pgdt", "pglmp"]), (_("Outcome"), ["pgout", "pganom", "pgfu"])]

    pgwho = item(code(_("Participant or partner"), WHO))
    pgdt = item(models.DateField(_("Date of positive test")))
    pglmp = item(models.DateField(_("Last menstrual period")), optional=True)
    pgout = item(code(_("Outcome"), OUTCOMES))
    pganom = item(yes_no(_("Congenital anomaly")), shown_when=answered("pgout", *ENDED))
    pgfu = item(
        models.CharField(_("Infant follow-up to 12 months"), max_length=400),
        shown_when=answered("pgout", "LIVE"),
        optional=True,
    )


@edit_check(Pregnancy, "pgwho")
def participant_can_be_pregnant(record, casebook):
    people = casebook["dm"] if casebook else []
    if record.pgwho == "PARTICIPANT" and people and people[0].sex == "M":
        return Finding(gettext("Participant is answered and the subject is male. Who is pregnant?"))
    return None


@edit_check(Pregnancy, "pglmp", "pgdt")
def period_is_before_the_test(record, casebook):
    if record.pglmp > record.pgdt:
        return Finding(
            gettext("Last menstrual period %(period)s is after the positive test of %(test)s.")
            % {"period": text(record.pglmp), "test": text(record.pgdt)}
        )
    return None


@edit_check(Pregnancy, "pganom")
def anomaly_is_serious(record, casebook):
    if record.pganom != "Y" or casebook is None or any(one.aescong == "Y" for one in serious_events(casebook)):
        return None
    return Finding(
        gettext("Congenital anomaly is Yes and no serious adverse event has that criterion. Is it reported?")
    )
