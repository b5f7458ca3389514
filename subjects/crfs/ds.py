"""Disposition: how an epoch ended, one form for each; the end of the study hangs on its date."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.contact import attempts_made
from trial_edc.crf.anchors import anchors_of, consent_on
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

EPOCHS = [
    ("SCREENING", _("Screening")),
    ("PRE", _("Pre-treatment")),
    ("TREATMENT", _("Treatment")),
    ("FOLLOWUP", _("Follow-up")),
    ("LTFU", _("LTFU")),
]
PILOT = ("cdiscpilot",)
REASONS = [
    ("COMPLETED", _("Completed")),
    ("SCREENFAIL", _("Screen failure")),
    ("MANUFACTURE", _("Manufacturing failure")),
    ("AE", _("Adverse event")),
    ("DEATH", _("Death")),
    ("PD", _("Progressive disease")),
    ("PHYSICIAN", _("Physician decision")),
    ("WITHDREW", _("Withdrawal by subject")),
    ("LOST", _("Lost to follow-up")),
    ("DEVIATION", _("Protocol deviation")),
    ("PREGNANCY", _("Pregnancy")),
    ("TERMINATED", _("Study terminated by sponsor")),
    ("OTHER", _("Other")),
]


class Disposition(CrfModel):
    """The end of an epoch and its reason."""

    class Crf:
        code, title, layout = "ds", _("Disposition (treatment / study)"), "fields"
        short = _("Disposition")
        reads = ("aph", "dd", "ds", "icf", "inf", "ld", "ltfu")
        sections = [(_("Disposition"), ["dsepoch", "dscat", "dsterm", "dsdecodr", "dsdecod", "dsstdtc", "dstrans"])]

    dsepoch = item(code(_("Epoch"), EPOCHS))
    dsdecod = item(code(_("Reason"), REASONS), sdv=True)
    dsstdtc = item(models.DateField(_("Date")))
    dstrans = item(
        yes_no(_("Transferred to LTFU")),
        shown_when=answered("dsepoch", "TREATMENT", "FOLLOWUP"),
        help=_("Every infused subject is followed for 15 years."),
    )
    dscat = item(models.CharField(_("Category"), max_length=40), studies=PILOT)
    dsterm = item(models.CharField(_("Reported term"), max_length=200), studies=PILOT)
    dsdecodr = item(models.CharField(_("Term as reported in the list of the study"), max_length=80), studies=PILOT)


@edit_check(Disposition, "dsstdtc")
def ended_after_consent(record, casebook):
    consent = consent_on(casebook)
    if consent and record.dsstdtc < consent:
        return Finding(
            gettext("Date %(date)s is before the consent of %(consent)s. Which is correct?")
            % {"date": text(record.dsstdtc), "consent": text(consent)}
        )
    return None


@edit_check(Disposition, "dsdecod", "dsstdtc")
def death_is_recorded(record, casebook):
    deaths = [one["dthdtc"] for one in casebook["dd"] if one["dthdtc"]] if casebook else []
    if record.dsdecod == "DEATH" and not deaths:
        return Finding(gettext("Reason is Death, but no death is recorded. Record the death?"))
    if record.dsdecod == "DEATH" and record.dsstdtc.isoformat()[: len(deaths[0])] != deaths[0]:
        return Finding(
            gettext("Date is %(date)s; the date of death is %(death)s. Which is correct?")
            % {"date": text(record.dsstdtc), "death": text(deaths[0])},
            "dsstdtc",
        )
    return None


@edit_check(Disposition, "dsdecod", "dsepoch")
def screen_failure_belongs_to_screening(record, casebook):
    infusion = anchors_of(casebook).infusion if casebook else None
    if record.dsdecod == "SCREENFAIL" and (record.dsepoch != "SCREENING" or infusion):
        return Finding(
            gettext("Reason is Screen failure, the epoch is %(epoch)s%(infused)s. Which is correct?")
            % {
                "epoch": dict(EPOCHS)[record.dsepoch],
                "infused": gettext(", infused on %(date)s") % {"date": text(infusion)} if infusion else "",
            }
        )
    return None


@edit_check(Disposition, "dsdecod")
def lost_after_all_attempts(record, casebook):
    made, least = attempts_made(casebook), protocol().settings.contact_attempts_min
    if record.dsdecod == "LOST" and made < least:
        return Finding(
            gettext("Reason is Lost to follow-up after %(made)d recorded attempts; the protocol asks for %(least)d.")
            % {"made": made, "least": least}
        )
    return None


@edit_check(Disposition, "dsepoch")
def one_form_for_each_epoch(record, casebook):
    others = casebook["ds"] if casebook else ()
    if any(one.dsepoch == record.dsepoch and one.seq != record.seq for one in others):
        return Finding(
            gettext("There is another disposition of epoch %(epoch)s. Which one stands?")
            % {"epoch": dict(EPOCHS)[record.dsepoch]}
        )
    return None


@edit_check(Disposition, "dstrans")
def infused_subjects_are_followed(record, casebook):
    infusion = anchors_of(casebook).infusion if casebook else None
    if record.dstrans == "N" and infusion and record.dsdecod not in ("DEATH", "LOST", "WITHDREW", "SCREENFAIL"):
        return Finding(
            gettext("Transferred to LTFU is No for a subject infused on %(date)s. Is this correct?")
            % {"date": text(infusion)}
        )
    return None
